"""The kinds of mail about license keys."""

from shop.mail import kinds
from shop.mail.kinds import Kind, Placeholder, Words

TITLE = Placeholder("What was bought", "Atlas, the map editor")
NUMBER = Placeholder("Number of the order", "K-7Q4M-2XB9")
KEY = Placeholder("The license key", "KSTL-7Q4M2-XB9RT-4N8WZ", is_required=True)
LINK = Placeholder(
    "The way to the license", "https://shop.example/account/licenses", is_required=True
)
ORDER_LINK = Placeholder(
    "The way to the order", "https://shop.example/orders/3x4mpl3", is_required=True
)
SKU = Placeholder("Number of the article", "ATLAS-1")
STATE = Placeholder(
    "What has happened", "The pool of ATLAS-1 (Atlas, the map editor) has 4 keys left."
)
COMMAND = Placeholder("How keys are added", "shop licenses pool add ATLAS-1 FILE.txt")

NEW_KEY = kinds.add(
    Kind(
        "license_key",
        kinds.LICENSES,
        "New license key",
        "When a key was replaced by another one.",
        Words(
            "Your new key for {title}",
            """\
Hello,

We replaced your key for {title}. This is the new one:

`{license_key}`

The old key opens nothing any more. Every device needs the new one, and takes its seat again with \
it.

[See your license]({link})
""",
        ),
        {"title": TITLE, "license_key": KEY, "link": LINK},
    )
)
KEY_FOLLOWS = kinds.add(
    Kind(
        "pool_follows",
        kinds.LICENSES,
        "Key follows",
        "When an order is paid and no key is at hand.",
        Words(
            "Your key for {title} follows",
            """\
Hello,

Thank you for order {number}. We have no key for {title} at hand right now. It follows by mail as \
soon as we have one.

[See your order]({order_link})
""",
        ),
        {"title": TITLE, "number": NUMBER, "order_link": ORDER_LINK},
    )
)
LATE_KEY = kinds.add(
    Kind(
        "pool_key",
        kinds.LICENSES,
        "Key that was waited for",
        "When the key of a paid order has come at last.",
        Words(
            "Your key for {title}",
            """\
Hello,

This is your key for {title}, of order {number}:

`{license_key}`

[See your order]({order_link})
""",
        ),
        {"title": TITLE, "number": NUMBER, "license_key": KEY, "order_link": ORDER_LINK},
    )
)


def _to_staff(key: str, name: str, when: str, subject: str) -> Kind:
    text = "Hello,\n\n{what_happened}\n\nUpload more:\n\n`{command}`\n"
    own = {"sku": SKU, "what_happened": STATE, "command": COMMAND}
    return kinds.add(Kind(key, kinds.STAFF, name, when, Words(subject, text), own))


FEW_KEYS = _to_staff(
    "pool_few", "Few keys left", "When a pool of keys runs low.", "Few keys left of {sku}"
)
NO_KEYS = _to_staff(
    "pool_none",
    "No key left",
    "When an order is paid and its pool is empty.",
    "No key left of {sku}",
)
