"""Who has used a code, and how often it may still be.

Every change is a conditional statement, so a race for the last use has one winner on every
database. Rows are always locked in the same order: the use, the discount, the code.
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select, update

from shop.accounts.mailboxes import person_of
from shop.cart.discounts import refusals
from shop.cart.discounts.models import Discount, DiscountCode, DiscountUse, UseState
from shop.cart.discounts.refusals import CodeRefused
from shop.db import insert, session, utcnow

_QUIET = {"synchronize_session": False}


@dataclass(frozen=True)
class Customer:
    """As far as it is known: without an address and an account it is somebody new."""

    user_id: int | None
    email: str

    def has_used(self) -> ColumnElement[bool]:
        """The uses of whoever has the account, or reads the mails."""
        return or_(
            (DiscountUse.person == person_of(self.email)) & bool(self.email),
            (DiscountUse.user_id == self.user_id) & (self.user_id is not None),
        )


def hold(code_id: int, holder: str, customer: Customer, cart_id: int | None = None) -> None:
    """Count a use for an order that is about to be paid. Repeating it changes nothing.

    :param holder: the order's token.
    :raises CodeRefused: when it is used up, or by this customer; nothing is held then.
    """
    code = session.get_one(DiscountCode, code_id)
    with session.begin_nested():
        if _claim(code, holder, customer, cart_id):
            _count(Discount, code.discount_id)
            _count(DiscountCode, code_id)
            _check_customer(code.discount, customer)


def hold_again(holder: str) -> bool:
    """For a payment that came after its use was given back; False when it went to somebody else."""
    use = session.scalar(select(DiscountUse).where(DiscountUse.holder == holder))
    if use is not None:
        customer = Customer(use.user_id, use.person)
        try:
            hold(use.code_id, holder, customer, use.cart_id)
        except CodeRefused:
            return False
    return True


def release(holder: str) -> None:
    """Give a use back, if one is held."""
    ended = _end(holder, UseState.RELEASED)
    if ended is not None:
        _count_back(Discount, ended[0])
        _count_back(DiscountCode, ended[1])


def take(holder: str) -> None:
    """The order is paid."""
    _end(holder, UseState.USED)


def most_of_one(discount: Discount) -> int:
    """How often the customer used it who did so most."""
    by_person = (
        select(func.count(DiscountUse.id))
        .where(DiscountUse.discount_id == discount.id, DiscountUse.state != UseState.RELEASED)
        .group_by(DiscountUse.person)
    )
    counts = by_person.order_by(func.count(DiscountUse.id).desc()).limit(1)
    return session.scalar(counts) or 0


def _claim(code: DiscountCode, holder: str, customer: Customer, cart_id: int | None) -> bool:
    """Write the use down; False when this order has one already."""
    use = insert(DiscountUse).values(
        discount_id=code.discount_id,
        code_id=code.id,
        holder=holder,
        cart_id=cart_id,
        user_id=customer.user_id,
        person=person_of(customer.email),
        state=UseState.HELD,
        created_at=utcnow(),
    )
    claimed = use.on_conflict_do_update(
        index_elements=["holder"],
        set_={"state": UseState.HELD},
        where=DiscountUse.state == UseState.RELEASED,
    ).returning(DiscountUse.id)
    return session.scalar(claimed, execution_options=_QUIET) is not None


def _count(model: type[Discount] | type[DiscountCode], row_id: int) -> None:
    """One use more; the row is ours until the commit.

    :raises CodeRefused: when there is none left.
    """
    is_left = or_(model.most_uses.is_(None), model.uses < model.most_uses)
    counted = update(model).where(model.id == row_id, is_left).values(uses=model.uses + 1)
    if session.scalar(counted.returning(model.id), execution_options=_QUIET) is None:
        raise CodeRefused(refusals.USED_UP)


def _count_back(model: type[Discount] | type[DiscountCode], row_id: int) -> None:
    fewer = update(model).where(model.id == row_id).values(uses=model.uses - 1)
    session.execute(fewer, execution_options=_QUIET)


def _check_customer(discount: Discount, customer: Customer) -> None:
    """After the discount is locked, so that two orders of one customer count each other."""
    limit = discount.most_per_customer
    if limit is None:
        return
    query = select(func.count(DiscountUse.id)).where(
        DiscountUse.discount_id == discount.id,
        DiscountUse.state != UseState.RELEASED,
        customer.has_used(),
    )
    if (session.scalar(query) or 0) > limit:
        raise CodeRefused(refusals.used_by_you(limit))


def _end(holder: str, state: UseState) -> tuple[int, int] | None:
    """Leave `held` for another state, once; the ids of discount and code."""
    end = (
        update(DiscountUse)
        .where(DiscountUse.holder == holder, DiscountUse.state == UseState.HELD)
        .values(state=state)
        .returning(DiscountUse.discount_id, DiscountUse.code_id)
    )
    row = session.execute(end, execution_options=_QUIET).one_or_none()
    return (row[0], row[1]) if row else None
