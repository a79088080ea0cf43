"""Finding, making and replacing checkout sessions. A cart has one that is alive, at most."""

from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from typing import Any

from flask_login import current_user
from sqlalchemy import ColumnElement, Select, bindparam, select
from sqlalchemy.orm import contains_eager

from shop.cart import holding, lines
from shop.cart.lines import Line
from shop.cart.models import Cart
from shop.checkout.closing import close
from shop.checkout.models import LIVE, CheckoutSession, CheckoutStatus
from shop.db import session, utcnow
from shop.errors import NotFound, ShopError
from shop.orders.models import Order
from shop.rows import put_once

LIFETIME = timedelta(days=30)
_IS_UNFINISHED = CheckoutSession.status != CheckoutStatus.COMPLETED
_UNFINISHED = (
    select(CheckoutSession)
    .where(CheckoutSession.cart_id == bindparam("cart_id"), _IS_UNFINISHED)
    .order_by(CheckoutSession.id.desc())
    .limit(1)
)
FRESH: dict[str, Any] = {"execution_options": {"populate_existing": True}}
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
    checkout = session.scalar(_of_holder(mine.condition), {**mine.params, "token": token})
    if checkout is None:
        raise NotFound
    return checkout


def load_with_lines(token: str) -> tuple[CheckoutSession, Sequence[Line]]:
    """As `load` does, with what is in its cart, in one statement."""
    mine = holding.in_hand()
    if mine is None:
        raise NotFound
    params = {**mine.params, "token": token}
    rows = session.execute(_of_holder_with_lines(mine.condition), params).all()
    if not rows:
        raise NotFound
    return rows[0][0], lines.found_in(rows)


def lock(token: str) -> tuple[CheckoutSession, Cart, Sequence[Line]]:
    """The session, the cart in hand and its lines as they are now; the cart is ours till we commit.

    Carts are locked before sessions, always, and read when they are: what came with the lock would
    be from before it.

    :raises NotFound: as `load` does.
    """
    mine = holding.in_hand()
    if mine is None or session.scalar(_locked(mine.condition), mine.params) is None:
        raise NotFound
    params = {**mine.params, "token": token}
    rows = session.execute(_of_holder_with_lines(mine.condition), params, **FRESH).all()
    if not rows:
        raise NotFound
    checkout = rows[0][0]
    return checkout, checkout.cart, lines.found_in(rows)


@cache
def _of_holder(condition: ColumnElement[bool]) -> Select[CheckoutSession]:
    return (
        select(CheckoutSession)
        .join(CheckoutSession.cart)
        .where(condition, CheckoutSession.token == bindparam("token"))
        .options(contains_eager(CheckoutSession.cart))
    )


@cache
def _of_holder_with_lines(condition: ColumnElement[bool]) -> Select[Any]:
    return lines.beside(_of_holder(condition))


@cache
def _locked(condition: ColumnElement[bool]) -> Select[int]:
    return select(Cart.id).where(condition).with_for_update()


@cache
def _found_with_lines(condition: ColumnElement[bool]) -> Select[Any]:
    last = select(CheckoutSession.id).where(CheckoutSession.cart_id == Cart.id, _IS_UNFINISHED)
    last = last.order_by(CheckoutSession.id.desc()).limit(1)
    is_last = CheckoutSession.id == last.correlate(Cart).scalar_subquery()
    cart: Any = select(Cart, CheckoutSession).outerjoin(CheckoutSession, is_last)
    return lines.beside(cart.where(condition))


def require_live(checkout: CheckoutSession) -> None:
    """:raises ShopError: saying how the session ended, when it has."""
    if checkout.status is CheckoutStatus.COMPLETED:
        raise Completed(session.get_one(Order, checkout.order_id))
    if not is_live(checkout) or _is_overdue(checkout):
        raise Expired


def require_open(checkout: CheckoutSession) -> None:
    """:raises ShopError: when the steps cannot be changed any more."""
    require_live(checkout)
    if checkout.is_awaiting_payment:
        raise PaymentStarted


def find_with_lines() -> tuple[Cart, CheckoutSession | None, Sequence[Line]] | None:
    """The cart in hand, its last unfinished session and what is in it, in one statement."""
    mine = holding.in_hand()
    if mine is None:
        return None
    rows = session.execute(_found_with_lines(mine.condition), mine.params).all()
    return (rows[0][0], rows[0][1], lines.found_in(rows)) if rows else None


def current(cart: Cart) -> CheckoutSession:
    """What a page shows: the session of this very cart, or a draft of it that is not saved."""
    last = find_unfinished(cart)
    return last if last and is_live(last) and is_current(last, cart) else _draft(cart, last)


def create_or_get(cart: Cart, last: CheckoutSession | None) -> tuple[CheckoutSession, bool]:
    """The cart's session, and whether it is new. May commit, to give up an outdated payment.

    :param cart: one that is not empty.
    :param last: its last unfinished session.
    :raises Completed: when that outdated payment turned out to be paid.
    """
    if last and is_live(last):
        if is_current(last, cart):
            return last, False
        _end(last)
    return _create(cart, last)


def reopen(cart: Cart) -> CheckoutSession:
    """The cart's session with its steps open to changes; gives up a payment that was under way."""
    checkout, _ = create_or_get(cart, find_unfinished(cart))
    return restart(checkout, cart) if checkout.is_awaiting_payment else checkout


def restart(checkout: CheckoutSession, cart: Cart) -> CheckoutSession:
    """A new session with everything that was filled in, instead of one that went to pay."""
    _end(checkout)
    return _create(cart, checkout)[0]


def find_unfinished(cart: Cart) -> CheckoutSession | None:
    """The cart's last session, unless it led to an order: the live one, if there is any.

    What led to an order may have been somebody else's in the family: it is not carried over.
    """
    return session.scalar(_UNFINISHED, {"cart_id": cart.id})


def is_live(checkout: CheckoutSession) -> bool:
    return checkout.status in LIVE


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


def _create(cart: Cart, last: CheckoutSession | None) -> tuple[CheckoutSession, bool]:
    checkout = _draft(cart, last)
    if put_once(checkout):
        return checkout, True
    other = find_unfinished(cart)  # another tab was faster
    if other is None:
        raise Expired
    return other, False


def _draft(cart: Cart, last: CheckoutSession | None) -> CheckoutSession:
    """With what the cart's last session knew, or what the account knows."""
    checkout = CheckoutSession(
        cart_id=cart.id,
        status=CheckoutStatus.OPEN,
        email="",
        name="",
        payment_method="",
        expires_at=utcnow() + LIFETIME,
    )
    if holding.is_lent():  # it stays theirs for whom it was made, whoever opens its link
        checkout.user_id = last.user_id if last else None
    elif current_user.is_authenticated:
        checkout.user_id = current_user.id
        checkout.email, checkout.name = current_user.email, current_user.name
    if last is not None:
        for name in CARRIED_OVER:
            setattr(checkout, name, getattr(last, name) or getattr(checkout, name))
    return checkout
