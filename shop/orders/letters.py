"""The kinds of mail about an order and its invoice."""

from dataclasses import dataclass

from shop.mail import kinds
from shop.mail.blocks import Button, Code, Items, Slip
from shop.mail.kinds import Kind, Placeholder, Words


@dataclass(frozen=True)
class SlipLine:
    title: str
    note: str
    quantity: int
    amount_label: str
    download_url: str | None = None
    license_key: str | None = None


NAME = Placeholder("Name of the buyer; may be empty", "Mara Lindner")
NUMBER = Placeholder("Number of the order", "K-7Q4M-2XB9")
TOTAL = Placeholder("What the order costs", "€52.90")
LINK = Placeholder(
    "The way to the order, where it can be looked at and sent back",
    "https://shop.example/orders/3x4mpl3",
    is_required=True,
)
GOODS = Placeholder(
    "What was ordered, with amounts",
    (
        Slip(
            [
                SlipLine("Enamel mug", "Green", 2, "€29.00"),
                SlipLine("Atlas, the map editor", "", 1, "€19.00"),
            ],
            [("Subtotal", "€48.00"), ("Delivery, Standard", "€4.90"), ("Of which VAT", "€8.45")],
            ("Total", "€52.90"),
        ),
    ),
)
DESTINATION = Placeholder(
    "Where the parcel goes; its paragraph is left out when nothing is sent",
    "Mara Lindner, Lindenweg 4, 10115 Berlin, Germany",
)


def _kind(key: str, words: tuple[str, str, str, str], **own: Placeholder) -> Kind:
    """:param words: what it is called, when it is sent, its subject and its text."""
    name, when, subject, text = words
    common = {"name": NAME, "number": NUMBER, "total": TOTAL}
    return kinds.add(
        Kind(f"order_{key}", kinds.ORDERS, name, when, Words(subject, text), common | own)
    )


RECEIVED = _kind(
    "received",
    (
        "Order received",
        "When the bank still has to confirm the payment.",
        "Order {number} received: your bank is confirming the payment",
        """\
Hello {name},

We have your order {number} over {total}. Your bank is still confirming the payment; that can take \
a few working days. We write again as soon as the money is here.

{goods}

[See your order]({order_link})
""",
    ),
    goods=GOODS,
    order_link=LINK,
)
PAID = _kind(
    "paid",
    (
        "Order paid",
        "As soon as an order is paid.",
        "Thank you for order {number}",
        """\
Hello {name},

Thank you for your order {number}. We have your payment of {total}.

{goods}

{delivery}: {destination}

{downloads}

{license_keys}

[Invoice {invoice_number}, to print or as a PDF]({invoice_link})

[See your order]({order_link})
""",
    ),
    goods=GOODS,
    delivery=Placeholder("How the parcel is sent; may be empty", "Standard"),
    destination=DESTINATION,
    downloads=Placeholder(
        "A button for each file; left out when there is none",
        (Button("Download Atlas, the map editor", "https://shop.example/downloads/3x4mpl3"),),
        is_required=True,
    ),
    license_keys=Placeholder(
        "The license keys; left out when there is none",
        (Code("KSTL-7Q4M2-XB9RT-4N8WZ", "The license key of Atlas, the map editor"),),
        is_required=True,
    ),
    invoice_number=Placeholder(
        "Number of the invoice; its paragraph is left out without one", "2026-000123"
    ),
    invoice_link=Placeholder(
        "The way to the invoice", "https://shop.example/orders/3x4mpl3/invoice"
    ),
    order_link=LINK,
)
PAYMENT_FAILED = _kind(
    "payment_failed",
    (
        "Payment of an order failed",
        "When the bank did not confirm the payment, and the order is canceled.",
        "The payment for order {number} did not go through",
        """\
Hello {name},

Your bank did not confirm the payment of {total} for order {number}. Nothing was charged, and the \
order is canceled. If you still want these things, please order again.

{goods}

[Order again]({shop_link})
""",
    ),
    goods=GOODS,
    shop_link=Placeholder("The way to all products", "https://shop.example/products"),
)
REFUNDED = _kind(
    "refunded",
    (
        "Money given back",
        "When a refund was made, in full or in part.",
        "{amount} is on its way back to you",
        """\
Hello {name},

**{amount}** of order {number} is on its way back to the card or account you paid with. Banks need \
up to ten working days to show it.

[See your order]({order_link})
""",
    ),
    amount=Placeholder("What goes back", "€29.00"),
    order_link=LINK,
)
SHIPPED = _kind(
    "shipped",
    (
        "Parcel sent",
        "Once for each parcel, when staff marks it as sent.",
        "Order {number} is on its way",
        """\
Hello {name},

A parcel of order {number} is on its way to you {carrier}:

{parcel}

It goes to {destination}.

{tracking}

[See your order]({order_link})
""",
    ),
    carrier=Placeholder("Who carries it; may be empty", "with DHL"),
    parcel=Placeholder("What is in the parcel", (Items(["Enamel mug × 2"]),)),  # noqa: RUF001
    destination=DESTINATION,
    tracking=Placeholder(
        "Tracking number and link; left out when there is none",
        (
            Code("00340434161094042557", "Tracking number"),
            Button("Follow the parcel", "https://www.dhl.com/"),
        ),
        is_required=True,
    ),
    order_link=LINK,
)
WAITING = _kind(
    "waiting",
    (
        "Part of an order comes later",
        "When staff says that goods are short, and until when.",
        "Part of order {number} comes later",
        """\
Hello {name},

Part of order {number} is short at the moment. We expect it by {day}, and send it as soon as \
it is here:

{late}

You need not do anything. If you would rather have your money back, answer this mail.

[See your order]({order_link})
""",
    ),
    late=Placeholder("What is short", (Items(["Enamel mug × 2"]),)),  # noqa: RUF001
    day=Placeholder("When it is expected", "14 Dec 2026"),
    order_link=LINK,
)
SWAPPED = _kind(
    "swapped",
    (
        "Something else is sent",
        "When staff sends another article instead of one that cannot be delivered.",
        "Something else is sent with order {number}",
        """\
Hello {name},

we cannot deliver {gone} of order {number}, and send this instead:

{instead}

It costs you nothing more.

It is cheaper, so **{difference}** goes back to the card or account you \
paid with.

If you would rather have your money back, answer this mail.

[See your order]({order_link})
""",
    ),
    gone=Placeholder("What cannot be delivered", "Enamel mug, Green"),
    instead=Placeholder("What is sent instead", (Items(["Enamel mug, Blue × 2"]),)),  # noqa: RUF001
    difference=Placeholder("What goes back; its paragraph is left out when it is nothing", "€3.00"),
    order_link=LINK,
)
INVOICE_COPY = kinds.add(
    Kind(
        "invoice_copy",
        kinds.ORDERS,
        "Copy of an invoice",
        "When a buyer or the staff asks for it.",
        Words(
            "Your invoice {number}",
            """\
Hello {name},

Here is your invoice {number} over {total}, to look at and to print.

[See the invoice]({link})
""",
        ),
        {
            "name": NAME,
            "number": Placeholder("Number of the invoice", "2026-000123"),
            "total": Placeholder("What the invoice is over", "€52.90"),
            "link": Placeholder(
                "The way to the invoice",
                "https://shop.example/orders/3x4mpl3/invoice",
                is_required=True,
            ),
        },
    )
)
