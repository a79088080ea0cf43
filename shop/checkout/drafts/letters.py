"""The kind of mail with a draft's link."""

from shop.mail import kinds
from shop.mail.kinds import Kind, Placeholder, Words
from shop.orders.letters import GOODS

LINK = kinds.add(
    Kind(
        "draft_link",
        kinds.ORDERS,
        "Order to be paid",
        "When staff mails the link of a draft.",
        Words(
            "Your order is ready to be paid",
            """\
Hello {name},

We have put your order together. Look it over, and pay it by {day}:

[See it and pay]({link})

{goods}

Nothing is charged or set aside before you pay. Whoever has the link can pay and see the order.
""",
        ),
        {
            "name": Placeholder("Name of the buyer; may be empty", "Mara Lindner"),
            "day": Placeholder("The day until which the link is good", "14 Dec 2026"),
            "goods": GOODS,
            "link": Placeholder(
                "The way to pay", "https://shop.example/pay/3x4mpl3", is_required=True
            ),
        },
    )
)
