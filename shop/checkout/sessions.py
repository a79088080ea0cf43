"""Finding, making and replacing checkout sessions. A cart has one that is alive, at most."""

from datetime import timedelta

from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import contains_eager

from shop.cart import holding
from shop.cart.models import Cart
from shop.checkout.closing import close
from shop.checkout.models import LIVE, CheckoutSession, CheckoutStatus
from shop.db import session, utcnow
from shop.errors import NotFound, ShopError
from shop.orders.models import Order

LIFETIME = timedelta(days=30)
_WITH_CART = (
    select(CheckoutSession).join(CheckoutSession.cart).options(contains_eager(CheckoutSession.cart))
)
CARRIED_OVER = ("email", "name", "billing_address", "shipping_address", "delivery_method_id")


class EmptyCart(ShopError):
    title = "Your cart is empty"
    message = "There is nothing to check out. Put something into your cart first."


class Expired(ShopError):
    status = 410
    title = "This checkout has ended"
    message = "It was open for too long, or replaced by a newer one. Start again from your cart."


class Completed(ShopError):
    title = "This has been paid"

    def __init__(self, order: Order) -> None:
        super().__init__(f"What was in your cart is order {order.number}.", order=[order.token])
        self.order_token = order.token


class PaymentStarted(ShopError):
    title = "Payment has started"
    message = "What is being paid stays as it is. Change your cart to start again."

    def __init__(self) -> None:
        super().__init__(next_step=["confirmation"])


def load(token: str) -> CheckoutSession:
    """With its cart.

    :raises NotFound: also when it belongs to somebody else's cart.
    """
    mine = holding.in_hand()
    if mine is None:
        raise NotFound
    for checkout in session.scalars(_WITH_CART.where(mine)):
        if checkout.token == token:
            return checkout
    raise NotFound


def require_live(checkout: CheckoutSession) -> None:
    """:raises ShopError: saying how the session ended, when it has."""
    if checkout.status is CheckoutStatus.COMPLETED:
        raise Completed(session.get_one(Order, checkout.order_id))
    if checkout.status not in LIVE or _is_overdue(checkout):
        raise Expired


def require_open(checkout: CheckoutSession) -> None:
    """:raises ShopError: when the steps cannot be changed any more."""
    require_live(checkout)
    if checkout.is_awaiting_payment:
        raise PaymentStarted


def current(cart: Cart) -> CheckoutSession:
    """What a page shows: the session of this very cart, or a draft of it that is not saved."""
    live = find_live(cart)
    return live if live and is_current(live, cart) else _draft(cart)


def create_or_get(cart: Cart) -> tuple[CheckoutSession, bool]:
    """The cart's session, and whether it is new. May commit, to give up an outdated payment.

    :raises Completed: when that outdated payment turned out to be paid.
    """
    if not cart.lines:
        raise EmptyCart
    live = find_live(cart)
    if live and is_current(live, cart):
        return live, False
    if live:
        _end(live)
    return _create(cart)


def reopen(cart: Cart) -> CheckoutSession:
    """The cart's session with its steps open to changes; gives up a payment that was under way."""
    checkout, _ = create_or_get(cart)
    return restart(checkout, cart) if checkout.is_awaiting_payment else checkout


def restart(checkout: CheckoutSession, cart: Cart) -> CheckoutSession:
    """A new session with everything that was filled in, instead of one that went to pay."""
    _end(checkout)
    return _create(cart)[0]


def lock_cart(checkout: CheckoutSession) -> Cart | None:
    """The cart as it is now, ours until the commit. Carts are locked before sessions, always."""
    query = select(Cart).where(Cart.id == checkout.cart_id).with_for_update()
    return session.scalar(query, execution_options={"populate_existing": True})


def find_live(cart: Cart) -> CheckoutSession | None:
    alive = CheckoutSession.status.in_(LIVE)
    query = select(CheckoutSession).where(CheckoutSession.cart_id == cart.id, alive)
    return session.scalar(query)


def is_current(checkout: CheckoutSession, cart: Cart) -> bool:
    """Whether what it is about still is what the cart holds."""
    if checkout.is_awaiting_payment:
        return checkout.cart_version == cart.version
    return not _is_overdue(checkout)


def _is_overdue(checkout: CheckoutSession) -> bool:
    """What awaits payment ends at Stripe first, whatever our clock says."""
    return checkout.status is CheckoutStatus.OPEN and checkout.expires_at <= utcnow()


def _end(checkout: CheckoutSession) -> None:
    if not checkout.is_awaiting_payment:
        checkout.status = CheckoutStatus.EXPIRED
        session.flush()  # makes room for the next session of this cart
    elif not close(checkout):
        session.refresh(checkout)
        raise Completed(session.get_one(Order, checkout.order_id))


def _create(cart: Cart) -> tuple[CheckoutSession, bool]:
    checkout = _draft(cart)
    try:
        with session.begin_nested():
            session.add(checkout)
    except IntegrityError:  # another tab was faster
        other = find_live(cart)
        if other is None:
            raise
        return other, False
    return checkout, True


def _draft(cart: Cart) -> CheckoutSession:
    """With what the cart's last session knew, or what the account knows."""
    checkout = CheckoutSession(
        cart_id=cart.id,
        status=CheckoutStatus.OPEN,
        email="",
        name="",
        payment_method="",
        expires_at=utcnow() + LIFETIME,
    )
    if current_user.is_authenticated:
        checkout.user_id = current_user.id
        checkout.email, checkout.name = current_user.email, current_user.name
    last = _last_unfinished(cart)
    if last is not None:
        for name in CARRIED_OVER:
            setattr(checkout, name, getattr(last, name) or getattr(checkout, name))
    return checkout


def _last_unfinished(cart: Cart) -> CheckoutSession | None:
    """What led to an order may have been somebody else's in the family: it is not carried over."""
    query = select(CheckoutSession).where(
        CheckoutSession.cart_id == cart.id, CheckoutSession.status != CheckoutStatus.COMPLETED
    )
    return session.scalar(query.order_by(CheckoutSession.id.desc()).limit(1))
