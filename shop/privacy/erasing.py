"""An account is erased: who it was is forgotten, and the books stay as the law wants them.

Orders, invoices and what was paid keep the name and address that they were made out to. What the
person could sign in with, what their devices are called and what we wrote to them is gone. Stripe
is told to erase its customer.
"""

from collections.abc import Callable

from sqlalchemy import ColumnElement, delete, func, or_, select, update

from shop.accounts import links, tokens
from shop.accounts.models import MailedLink, SignInSession, User
from shop.accounts.permissions import is_staff
from shop.accounts.second_factor.models import RecoveryCode, SecondFactor
from shop.billing.disputes.models import Dispute, Stage
from shop.billing.models import Payment
from shop.billing.subscriptions import customers
from shop.billing.subscriptions.models import OVER, Subscription, Trial
from shop.cart.discounts.models import DiscountUse
from shop.cart.models import Cart
from shop.checkout.models import CheckoutSession, CheckoutStatus
from shop.db import session
from shop.downloads.models import Grant
from shop.errors import ShopError
from shop.licenses.models import Activation, License
from shop.mail.models import Mail
from shop.orders.models import Order, OrderLine

NOBODY = "erased.invalid"
"""A name that no mail can ever reach (RFC 2606)."""


class NotErasable(ShopError):
    title = "This account cannot be erased yet"


def obstacle(user: User) -> str:
    """Why it cannot be erased now; empty when it can."""
    reasons = (sentence for stands, sentence in _obstacles() if stands(user))
    return next(reasons, "")


def _obstacles() -> tuple[tuple[Callable[[User], bool], str], ...]:
    return (
        (is_staff, "It belongs to somebody of the staff. Take the role away first."),
        (_is_erased, "It is erased already."),
        (_subscribes, "A subscription is not over. End it first: it would be charged again."),
        (_is_paying, "An order is being paid at this moment."),
        (_is_disputed, "A payment is disputed: we need what we know until the bank decides."),
    )


def _is_erased(user: User) -> bool:
    return user.email.endswith(f"@{NOBODY}")


def _subscribes(user: User) -> bool:
    mine = Subscription.user_id == user.id
    return _has(Subscription, mine, Subscription.status.not_in(OVER))


def _is_paying(user: User) -> bool:
    waits = CheckoutSession.status == CheckoutStatus.AWAITING_PAYMENT
    return _has(CheckoutSession, CheckoutSession.user_id == user.id, waits)


def _is_disputed(user: User) -> bool:
    """Or the bank asks."""
    paid = select(Payment.id).join(Order, Order.id == Payment.order_id)
    about = Dispute.payment_id.in_(paid.where(Order.user_id == user.id))
    disputes = session.scalars(select(Dispute).where(about))
    return any(one.stage in {Stage.ASKED, Stage.OPEN} for one in disputes)


def erase(user: User) -> None:
    """For good, in this transaction.

    :raises NotErasable: with the reason, when something has to be ended first.
    """
    session.refresh(user, with_for_update=True)
    if reason := obstacle(user):
        raise NotErasable(reason)
    email = user.email
    _forget_entries(user)
    _forget_machines(user)
    _forget_letters(email)
    _forget_names(user)
    customers.forget(user.id)
    user.email = f"erased-{user.id}@{NOBODY}"
    user.name, user.password_hash, user.email_verified_at = "", "", None
    user.is_active, user.erasure_asked_at = False, None
    user.end_sessions()


def _forget_entries(user: User) -> None:
    """Whatever leads into the account."""
    tokens.revoke_all(user)
    links.forget(user.id)
    for model in (SignInSession, SecondFactor, RecoveryCode, Cart):
        session.execute(delete(model).where(model.user_id == user.id))
    session.execute(delete(MailedLink).where(MailedLink.email == user.email))


def _forget_machines(user: User) -> None:
    """The licenses stay good for who has their key; their devices take a seat again."""
    lines = select(OrderLine.id).join(Order).where(Order.user_id == user.id)
    mine: ColumnElement[bool] = or_(License.user_id == user.id, License.order_line_id.in_(lines))
    ids = session.scalars(select(License.id).where(mine)).all()
    session.execute(delete(Activation).where(Activation.license_id.in_(ids)))
    session.execute(update(License).where(License.id.in_(ids)).values(machines=0))
    session.execute(update(Grant).where(Grant.user_id == user.id).values(wants_news=False))


def _forget_letters(email: str) -> None:
    session.execute(delete(Mail).where(func.lower(Mail.recipient) == email.lower()))


def _forget_names(user: User) -> None:
    """Where nothing was bought in the end, and where an address only stood for one person."""
    nobody = {"email": "", "name": "", "billing_address": None, "shipping_address": None}
    mine = CheckoutSession.user_id == user.id
    session.execute(update(CheckoutSession).where(mine).values(nobody))
    erased = f"erased:{user.id}"
    theirs = select(Subscription.id).where(Subscription.user_id == user.id)
    session.execute(update(Trial).where(Trial.subscription_id.in_(theirs)).values(person=erased))
    session.execute(update(DiscountUse).where(DiscountUse.user_id == user.id).values(person=erased))


def _has(model: type[Subscription | CheckoutSession], *where: ColumnElement[bool]) -> bool:
    return session.scalar(select(model.id).where(*where).limit(1)) is not None
