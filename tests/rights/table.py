"""Who may call what: every route of the shop but those of the back office, which has its own table.

`shop.admin.rights` and tests/admin/test_rights.py are for what begins with /admin.
"""

from dataclasses import dataclass, replace
from types import MappingProxyType

from tests.rights import things
from tests.rights.things import Thing

IN, ASKED, HIDDEN, REFUSED = "let in", "asked to sign in", "told of nothing", "refused"


@dataclass(frozen=True)
class Right:
    thing: Thing | None
    stranger: str
    others: str
    """Other customers and staff, who get no more of it than they."""
    owner: str = IN
    sends: tuple[str, ...] = ()
    """Parts of the thing that are fields; without them, some routes would not look whose it is."""
    is_link: bool = False
    """Of a guest: who has the address may call it, and who guesses finds nothing."""


def anyone(thing: Thing | None = None) -> Right:
    return Right(thing, IN, IN)


def owner(thing: Thing, *sends: str) -> Right:
    return Right(thing, ASKED, HIDDEN, sends=sends)


def holder(thing: Thing, *sends: str) -> Right:
    """Who has it in this browser or account; nobody is led to sign in."""
    return Right(thing, HIDDEN, HIDDEN, sends=sends)


def link(thing: Thing) -> Right:
    return Right(thing, IN, IN, is_link=True)


SIGNED_IN = Right(None, ASKED, IN)
LEADS_TO_SIGN_IN = Right(None, ASKED, ASKED, ASKED)
"""Whoever asks; there is nothing else to see, unless something was begun before."""
PROVES_ITSELF = Right(None, REFUSED, REFUSED, REFUSED)
"""Not by who is signed in, but by a signature."""
COMES_BACK = Right(None, HIDDEN, HIDDEN, HIDDEN)
"""From Stripe, with a payment that is theirs."""
CONFIRMS = Right(None, ASKED, REFUSED, REFUSED)
"""What was asked before, and sealed for them."""
LICENSE = "/account/licenses/<int(max=2147483647):license_id>"
FLOW = "<any(payment_method, cancel, pause):flow>"

PAGES = {
    "GET /": anyone(),
    "GET /hero.svg": anyone(),
    "GET /manifest.webmanifest": anyone(),
    "GET /robots.txt": anyone(),
    "GET /sitemap.xml": anyone(),
    "GET /healthz": anyone(),
    "GET /readyz": anyone(),
    "GET /media/<path:path>": anyone(things.picture),
    "GET /static/<path:path>": anyone(things.asset),
    "GET /static/stripe-checkout.js": anyone(),
    "GET /products": anyone(),
    "GET /products/<slug>": anyone(things.product),
    "GET /categories/<slug>": anyone(things.category),
    "GET /legal/<name>": anyone(things.legal_text),
    "GET /search": anyone(),
    "GET /search/suggestions": anyone(),
}
ENTRY = {
    "GET /sign-in": anyone(),
    "POST /sign-in": anyone(),
    "POST /sign-out": LEADS_TO_SIGN_IN,
    "GET /sign-in/second-factor": LEADS_TO_SIGN_IN,
    "POST /sign-in/second-factor": LEADS_TO_SIGN_IN,
    "GET /register": anyone(),
    "POST /register": anyone(),
    "GET /register/<secret>": link(things.registration),
    "POST /register/<secret>": link(things.registration),
    "GET /password-reset": anyone(),
    "POST /password-reset": anyone(),
    "GET /password-reset/<secret>": link(things.reset),
    "POST /password-reset/<secret>": link(things.reset),
    "GET /mail-sent": LEADS_TO_SIGN_IN,
    "GET /verify-email/<secret>": Right(things.verification, ASKED, REFUSED),
    "POST /verify-email/<secret>": Right(things.verification, ASKED, REFUSED),
    "GET /confirm": SIGNED_IN,
    "POST /confirm": CONFIRMS,
}
BUYING = {
    "GET /cart": anyone(),
    "GET /cart/discount": anyone(),
    "GET /cart/items": anyone(),
    "GET /cart/items/<int(max=2147483647):line_id>": anyone(things.cart_line),
    "POST /cart/items": anyone(),
    "POST /cart/items/<int(max=2147483647):line_id>": holder(things.cart_line, "quantity"),
    "POST /cart/items/<int(max=2147483647):line_id>/removal": holder(things.cart_line),
    "POST /cart/accepted-prices": anyone(),
    "POST /cart/discount": anyone(),
    "POST /cart/discount/removal": anyone(),
    "GET /checkout": anyone(),
    "GET /checkout/<any(contact, address, delivery, payment):step>": anyone(things.step),
    "POST /checkout/<any(contact, address, delivery):step>": anyone(things.step),
    "GET /checkout/address/country": anyone(),
    "POST /checkout/address/country": anyone(),
    "GET /checkout/again/<token>": anyone(things.order),
    "GET /checkout/bought/<token>": link(things.order),
    "GET /checkout/canceled": anyone(),
    "GET /checkout/discount": anyone(),
    "POST /checkout/discount": anyone(),
    "POST /checkout/discount/removal": anyone(),
    "POST /checkout/payment": anyone(),
    "POST /checkout/payment/hosted": anyone(),
    "GET /checkout/return": COMES_BACK,
    "GET /checkout/review": anyone(),
    "GET /subscribe/<int(max=2147483647):price_id>": anyone(things.plan),
    "POST /subscribe/<int(max=2147483647):price_id>": anyone(things.plan),
}
PAY = "/pay/<draft>"
DRAFTS = {
    f"GET {PAY}": link(things.draft),
    f"GET {PAY}/checkout": link(things.draft),
    f"GET {PAY}/checkout/<any(contact, address, delivery, payment):step>": link(things.draft),
    f"POST {PAY}/checkout/<any(contact, address, delivery):step>": link(things.draft),
    f"GET {PAY}/checkout/address/country": link(things.draft),
    f"POST {PAY}/checkout/address/country": link(things.draft),
    f"GET {PAY}/checkout/again/<token>": link(things.draft),
    f"GET {PAY}/checkout/canceled": link(things.draft),
    f"GET {PAY}/checkout/discount": link(things.draft),
    f"POST {PAY}/checkout/discount": link(things.draft),
    f"POST {PAY}/checkout/discount/removal": link(things.draft),
    f"POST {PAY}/checkout/payment": link(things.draft),
    f"POST {PAY}/checkout/payment/hosted": link(things.draft),
    f"GET {PAY}/checkout/return": replace(COMES_BACK, thing=things.draft, is_link=True),
    f"GET {PAY}/checkout/review": link(things.draft),
}
BOUGHT = {
    "GET /orders/<token>": link(things.order),
    "GET /orders/<token>/invoice": link(things.order),
    "POST /orders/<token>/invoice/buyer": link(things.order),
    "GET /orders/<token>/invoice/pdf": link(things.order),
    "GET /orders/<token>/invoice/credit-notes/<note_token>": link(things.order),
    "GET /orders/<token>/invoice/credit-notes/<note_token>/pdf": link(things.order),
    "GET /downloads/<token>": owner(things.grant),
    "POST /downloads/<token>/links": owner(things.grant, "file_id"),
    "POST /downloads/<token>/news": owner(things.grant),
    "GET /downloads/news/<token>": link(things.news_link),
    "POST /downloads/news/<token>": link(things.news_link),
    "GET /files/<token>": holder(things.file_link),
}
ACCOUNT = {
    "GET /account": SIGNED_IN,
    "GET /account/access": SIGNED_IN,
    "GET /account/credit-notes/<token>": owner(things.credit_note),
    "GET /account/credit-notes/<token>/pdf": owner(things.credit_note),
    "GET /account/data": SIGNED_IN,
    "POST /account/data/erasure": SIGNED_IN,
    "POST /account/data/erasure/withdrawal": SIGNED_IN,
    "POST /account/data/export": SIGNED_IN,
    "GET /account/downloads": SIGNED_IN,
    "POST /account/email": SIGNED_IN,
    "POST /account/email/confirmation": SIGNED_IN,
    "GET /account/invoices": SIGNED_IN,
    "GET /account/invoices/<token>": owner(things.invoice),
    "POST /account/invoices/<token>/buyer": owner(things.invoice),
    "GET /account/invoices/<token>/pdf": owner(things.invoice),
    "GET /account/licenses": SIGNED_IN,
    f"POST {LICENSE}/devices/<int(max=2147483647):activation_id>/release": owner(things.license),
    f"GET {LICENSE}/file": owner(things.license),
    f"POST {LICENSE}/file": owner(things.license),
    f"POST {LICENSE}/rotation": owner(things.license),
    "GET /account/orders": SIGNED_IN,
    "POST /account/password": SIGNED_IN,
    "GET /account/security": SIGNED_IN,
    "GET /account/security/second-factor": SIGNED_IN,
    "POST /account/security/second-factor": SIGNED_IN,
    "GET /account/security/second-factor/app": SIGNED_IN,
    "POST /account/security/second-factor/app": SIGNED_IN,
    "POST /account/security/second-factor/recovery-codes": SIGNED_IN,
    "POST /account/security/second-factor/removal": SIGNED_IN,
    "POST /account/sessions-end": SIGNED_IN,
    "POST /account/sessions/<int(max=2147483647):session_id>/end": owner(things.device),
    "GET /account/subscriptions": SIGNED_IN,
    "GET /account/subscriptions/<token>": owner(things.subscription),
    f"POST /account/subscriptions/<token>/{FLOW}": owner(things.subscription),
    "GET /account/subscriptions/<token>/cancellation": owner(things.subscription),
    "POST /account/subscriptions/<token>/collect": owner(things.subscription),
    "POST /account/subscriptions/<token>/keep": owner(things.subscription),
    "GET /account/subscriptions/<token>/plan": owner(things.subscription),
    "POST /account/subscriptions/<token>/plan": owner(things.subscription),
    "POST /account/subscriptions/<token>/resume": owner(things.subscription),
    "POST /account/subscriptions/<token>/stay": owner(things.subscription),
    "POST /account/subscriptions/portal": SIGNED_IN,
    "POST /account/tokens": SIGNED_IN,
    "POST /account/tokens/<int(max=2147483647):token_id>/revocation": owner(things.api_token),
}
API = {
    "GET /api/csrf": anyone(),
    "GET /api/docs": anyone(),
    "GET /api/openapi.json": anyone(),
    "GET /api/products": anyone(),
    "GET /api/products/<key>": anyone(things.product),
    "GET /api/search/suggestions": anyone(),
    "GET /api/cart": anyone(),
    "POST /api/cart/accepted-prices": anyone(),
    "PUT /api/cart/discount": anyone(),
    "DELETE /api/cart/discount": anyone(),
    "POST /api/cart/items": anyone(),
    "PATCH /api/cart/items/<int(max=2147483647):line_id>": holder(things.cart_line, "quantity"),
    "DELETE /api/cart/items/<int(max=2147483647):line_id>": holder(things.cart_line),
    "POST /api/checkout-sessions": anyone(),
    "GET /api/checkout-sessions/<token>": holder(things.checkout),
    "PUT /api/checkout-sessions/<token>/contact": holder(things.checkout, "email", "name"),
    "PUT /api/checkout-sessions/<token>/address": holder(things.checkout, "billing"),
    "PUT /api/checkout-sessions/<token>/delivery": holder(things.checkout, "method_id"),
    "PUT /api/checkout-sessions/<token>/payment": holder(things.checkout),
    "POST /api/checkout-sessions/<token>/confirm": holder(things.checkout),
    "POST /api/create-checkout-session": anyone(),
    "GET /api/orders/<token>": link(things.order),
    "GET /api/invoices": SIGNED_IN,
    "GET /api/invoices/<token>": owner(things.invoice),
    "GET /api/me": SIGNED_IN,
    "GET /api/subscriptions": SIGNED_IN,
    "POST /api/subscriptions": SIGNED_IN,
    "GET /api/subscriptions/<token>": owner(things.subscription),
    "POST /api/billing-portal": SIGNED_IN,
    "POST /api/products/<int(max=2147483647):product_id>/download-link": holder(things.grant),
    "GET /api/files/<token>": holder(things.file_link),
    "POST /api/licenses/activate": anyone(),
    "POST /api/licenses/deactivate": anyone(),
    "POST /api/licenses/file": anyone(),
    "POST /api/licenses/validate": anyone(),
    "GET /api/licenses/public-key": anyone(),
    "POST /api/webhook": PROVES_ITSELF,
}
TABLE = MappingProxyType({**PAGES, **ENTRY, **BUYING, **DRAFTS, **BOUGHT, **ACCOUNT, **API})
