"""What is known of a person, as labels and values; where they live only when it was asked for."""

from collections.abc import Iterable, Mapping

from babel import Locale

from shop.admin.support.whole import Whole
from shop.web import show_date

HIDDEN = "•••"


def of(whole: Whole, *, is_shown: bool) -> list[tuple[str, str]]:
    user, order = whole.person.user, next(iter(whole.orders), None)
    facts = [("From orders", whole.worth)]
    if user:
        facts.append(("Customer since", show_date(user.created_at)))
        verified = show_date(user.email_verified_at) if user.email_verified_at else "never"
        facts.append(("Verified", verified))
    customers = {one.stripe_customer_id for one in whole.subscriptions}
    facts += [("Stripe", id) for id in sorted(filter(None, customers))]
    billing = order.billing_address if order else {}
    if country := _country(billing):
        facts.append(("Country", country))
    private = [("Address", _in_one_line(billing))]
    if order and order.shipping_address:
        private.append(("Parcels go to", _in_one_line(order.shipping_address)))
    private += [("Company", one) for one in _companies(whole)]
    private += [("VAT id", one) for one in _vat_ids(whole)]
    return facts + [(label, text if is_shown else HIDDEN) for label, text in private if text]


def _in_one_line(address: Mapping[str, str]) -> str:
    names = ("name", "line1", "line2", "postal_code", "city", "region")
    return ", ".join(filter(None, (address.get(name) for name in names)))


def _country(address: Mapping[str, str]) -> str:
    code = address.get("country", "")
    return str(Locale("en").territories.get(code, code))


def _companies(whole: Whole) -> Iterable[str]:
    return dict.fromkeys(filter(None, (one.customer_company for one in whole.invoices)))


def _vat_ids(whole: Whole) -> Iterable[str]:
    return dict.fromkeys(filter(None, (one.vat_id for one in whole.invoices)))
