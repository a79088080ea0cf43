"""How much somebody may take off a draft: as much as they may give back of an order."""

from shop import db, money
from shop.accounts import audit
from shop.accounts.models import User
from shop.accounts.permissions import refund_limit
from shop.checkout.drafts import drafts
from shop.checkout.drafts.drafts import Contents
from shop.checkout.drafts.models import Draft
from shop.errors import ShopError


class OverLimit(ShopError):
    status = 403
    title = "That is more than you may take off"


def demand(user: User, draft: Draft, before: Contents) -> None:
    """After a change of what is in it; a discount that others granted may stay, and become less.

    :raises OverLimit: nothing was changed then, and the try is audited.
    """
    limit, currency = refund_limit(user, draft.currency), draft.currency
    taken_off = _granted(drafts.contents(draft))
    if limit is None or taken_off <= max(limit, _granted(before)):
        return
    subject = f"draft:{draft.id}"
    db.rollback()
    audit.note_refusal("draft.grant", subject, amount=taken_off, currency=currency)
    raise OverLimit(
        f"Your role takes up to {money.show(limit, currency)} off one order; with this it would be "
        f"{money.show(taken_off, currency)}. Ask an administrator. This try was noted."
    )


def _granted(now: Contents) -> int:
    found = now.cart.discount
    return found.amount if found and found.is_granted else 0
