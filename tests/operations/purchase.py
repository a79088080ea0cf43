"""`python -m tests.operations.purchase 3`: orders that wait for their payment, as JSON."""

import json
import secrets
import sys

from shop.app import create_app
from shop.db import commit
from tests.factories import make_price, make_product, make_variant
from tests.orders.factories import make_order, make_payment


def make_purchase() -> tuple[int, str | None]:
    """The order's id and its PaymentIntent's."""
    name = secrets.token_hex(4)  # this shop may have sold before
    variant = make_variant(sku=name, product=make_product(slug=name))
    order = make_order(make_price(variant=variant))
    payment = make_payment(order)
    made = order.id, payment.stripe_payment_intent_id
    commit()
    return made


def main() -> None:
    with create_app().app_context():
        made = [make_purchase() for _ in range(int(sys.argv[1]))]
    sys.stdout.write(json.dumps(made) + "\n")


if __name__ == "__main__":
    main()
