"""The mail with a draft's link."""

from shop.checkout.drafts import letters
from shop.checkout.drafts.links import url_of
from shop.checkout.drafts.models import Draft
from shop.checkout.models import CheckoutSession
from shop.checkout.quotes import Quote
from shop.mail import outbox
from shop.mail.blocks import Slip
from shop.web import show_date


def send_link(draft: Draft, checkout: CheckoutSession, now: Quote, time: str) -> bool:
    """:param time: names this time, so that a form that is sent twice is one mail."""
    return outbox.write(
        letters.LINK,
        key=f"draft:{draft.id}:{time}",
        to=checkout.email,
        reference=f"draft {draft.id}",
        name=checkout.name,
        day=show_date(draft.expires_at),
        goods=(Slip(now.lines, now.rows, now.total_row),),
        link=url_of(draft),
    )
