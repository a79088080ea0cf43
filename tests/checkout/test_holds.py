from flask import Flask

from shop.cart.models import Cart, CartLine
from shop.checkout import holds
from shop.checkout.models import CheckoutSession, CheckoutStatus
from shop.db import commit, session, utcnow
from shop.orders import lifecycle
from tests.factories import make_price
from tests.orders.factories import make_order


def test_a_cart_knows_what_its_own_payment_holds(app: Flask) -> None:
    price = make_price(stock=1)
    order = make_order(price)
    cart = Cart(currency="EUR", lines=[CartLine(price_id=price.id, seen_amount=1900)])
    session.add(cart)
    session.flush()
    session.add(
        CheckoutSession(
            cart_id=cart.id,
            status=CheckoutStatus.AWAITING_PAYMENT,
            order_id=order.id,
            expires_at=utcnow(),
        )
    )
    commit()
    assert holds.of_cart(cart.id) == {price.variant_id: 1}
    lifecycle.cancel(order)
    commit()
    assert holds.of_cart(cart.id) == {}
