"""What is left in the cart once its order is paid."""

from tests.checkout.buyer import Buyer
from tests.factories import make_price


def test_what_was_bought_at_a_newer_price_of_the_same_amount_leaves_the_cart(buyer: Buyer) -> None:
    """Nobody is asked about a price that is what they saw; it is another row all the same."""
    price = make_price(stock=5)
    buyer.add(price, 2)
    price.is_active = False
    make_price(variant=price.variant, unit_amount=price.unit_amount)

    token = buyer.open_session()
    assert buyer.pay(token).json["status"] == "completed"

    assert buyer.get("/api/cart").json["items"] == []
