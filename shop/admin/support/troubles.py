"""What does not work for a person, and why: the answer to most of their questions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from shop import money
from shop.admin.support.whole import Whole
from shop.billing.invoices.models import Invoice, InvoiceStatus
from shop.billing.subscriptions.models import OWING, Subscription, SubscriptionStatus
from shop.licenses.models import License
from shop.licenses.sentences import BAD, GOOD, WARN, Told
from shop.web import show_date


@dataclass(frozen=True)
class Trouble:
    title: str
    pill: tuple[str, str]
    text: str


def of(whole: Whole, licenses: Mapping[int, Told], grants: Mapping[int, Told]) -> Iterable[Trouble]:
    """:param licenses: what is told of each, by its id; :param grants: the same."""
    subscriptions = {one.id: one for one in whole.subscriptions}
    owed = {one.subscription_id: one for one in whole.invoices if one.status in UNPAID}
    for license in whole.licenses:
        told = _full(license) or licenses[license.id]
        cause = _cause(subscriptions.get(license.subscription_id or 0), owed)
        yield from _trouble(f"{license.product.title} …-{license.last_characters}", told, cause)
    for grant in whole.grants:
        cause = _cause(subscriptions.get(grant.subscription_id or 0), owed)
        yield from _trouble(f"Downloads of {grant.product.title}", grants[grant.id], cause)
    for one in whole.subscriptions:
        if one.status in OWING:
            title = f"Subscription to {one.price.variant.product.title}"
            yield Trouble(title, (BAD, "Payment failed"), _cause(one, owed))


UNPAID = (InvoiceStatus.OPEN, InvoiceStatus.UNCOLLECTIBLE)


def _trouble(title: str, told: Told, cause: str) -> Iterable[Trouble]:
    if told.pill[0] != GOOD:
        yield Trouble(title, told.pill, " ".join(filter(None, (*told.sentences, cause))))


def _full(license: License) -> Told | None:
    if not license.is_full or license.ended_at or license.suspended_at or license.is_expired:
        return None
    told = f"All {license.machine_limit} seats are taken, so another device is refused."
    return Told((WARN, "No seat left"), (told,))


def _cause(subscription: Subscription | None, owed: Mapping[int | None, Invoice]) -> str:
    """Why it gives no access, or soon will give none."""
    if subscription is None:
        return ""
    if subscription.status is SubscriptionStatus.CANCELED:
        day = subscription.ended_at
        return f"Its subscription ended on {show_date(day)}." if day else ""
    if subscription.status is SubscriptionStatus.PAUSED:
        return "Its subscription is paused."
    return _failure(subscription, owed) if subscription.status in OWING else ""


def _failure(subscription: Subscription, owed: Mapping[int | None, Invoice]) -> str:
    invoice = owed.get(subscription.id)
    due = f" of {money.show(invoice.total, invoice.currency)}" if invoice else ""
    card = f" with the card …{subscription.card_last4}" if subscription.card_last4 else ""
    why = f" {invoice.error_message}" if invoice and invoice.error_message else ""
    day = f" on {show_date(subscription.past_due_since)}" if subscription.past_due_since else ""
    return f"A payment{due}{card} failed{day}.{why}"
