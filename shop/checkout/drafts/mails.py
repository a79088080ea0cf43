"""The mail with a draft's link."""

from shop.checkout.drafts.links import url_of
from shop.checkout.drafts.models import Draft
from shop.checkout.models import CheckoutSession
from shop.checkout.quotes import Quote
from shop.mail import outbox


def send_link(draft: Draft, checkout: CheckoutSession, now: Quote, time: str) -> bool:
    """:param time: names this time, so that a form that is sent twice is one mail."""
    return outbox.write(
        key=f"draft:{draft.id}:{time}",
        to=checkout.email,
        subject="Your order is ready to be paid",
        template="draft_link",
        reference=f"draft {draft.id}",
        name=checkout.name,
        lines=now.lines,
        rows=now.rows,
        total=now.total_row,
        url=url_of(draft),
        good_until=draft.expires_at,
    )
