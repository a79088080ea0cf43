"""Texts that are programs wherever a page forgets that they are texts, and a shop full of them."""

import requests
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from shop.billing.invoices.models import Invoice
from shop.billing.models import StripeEvent
from shop.cart.discounts.models import Discount
from shop.catalog import markdown
from shop.catalog.models import Category, Image, Product, Variant
from shop.downloads.models import File, Release
from shop.licenses.models import Activation
from shop.orders.models import Order, OrderLine, TimelineEntry
from tests.checkout.buyer import BERLIN, SESSIONS
from tests.servers.house import House

RUN = "window.__xss=1"
POLYGLOTS = (
    f"<script>{RUN}</script>",
    f'"><script>{RUN}</script>',
    f"'><script>{RUN}</script>",
    f"</title><script>{RUN}</script>",
    f"</textarea><script>{RUN}</script>",
    f"</style><script>{RUN}</script>",
    f"</script><script>{RUN}</script>",
    f"--><script>{RUN}</script>",
    f"]]><script>{RUN}</script>",
    f"</option></select><script>{RUN}</script>",
    f"</noscript><script>{RUN}</script>",
    f"<scr<script>ipt></script><script>{RUN}</script>",
    f"<SCRIPT\t>{RUN}</SCRIPT\n>",
    f"<img src=x onerror={RUN}>",
    f'"><img src=x onerror={RUN}>',
    f"<img/onerror={RUN} src=x//",
    f"<IMG SRC=x OnErRoR={RUN}>",
    f"<svg onload={RUN}>",
    f"<svg/onload={RUN}//",
    f"<svg><script>{RUN}</script></svg>",
    f"<math><mtext><script>{RUN}</script></mtext></math>",
    "<iframe srcdoc='<script>parent.__xss=1</script>'></iframe>",
    f"<body onload={RUN}>",
    f"<details open ontoggle={RUN}>",
    f"<audio src=x onerror={RUN}>",
    f"<video><source src=x onerror={RUN}></video>",
    f"<input autofocus onfocus={RUN}>",
    f'" autofocus tabindex=1 onfocus={RUN} x="',
    f"' autofocus tabindex=1 onfocus={RUN} x='",
    f"';{RUN};'",
)
TEXTS = [" ".join(POLYGLOTS[first : first + 5]) for first in range(0, len(POLYGLOTS), 5)]
ALL = " ".join(POLYGLOTS)


def fill(session: Session) -> None:
    """What staff typed: five of them in each product, and all everywhere else."""
    ids = session.scalars(select(Product.id).order_by(Product.id)).all()
    for number, id in enumerate(ids):
        typed = TEXTS[number % len(TEXTS)]
        link = f"{typed}\n\n[a](javascript:{RUN}) ![b](x onerror={RUN})"
        shown = {"description": link, "description_html": markdown.render(link)}
        named = dict.fromkeys(("title", "summary", "brand"), typed)
        session.execute(update(Product).where(Product.id == id).values(**named, **shown))
    variants = session.execute(select(Variant.id, Variant.options)).all()
    for id, options in variants:
        typed_too = {name: f"{text} {ALL[:200]}" for name, text in options.items()}
        session.execute(update(Variant).where(Variant.id == id).values(options=typed_too))
    session.execute(update(Category).values(name=ALL, description=ALL))
    session.execute(update(Image).values(alt=ALL))
    session.execute(update(Discount).values(name=ALL))
    session.execute(update(Release).values(notes=ALL))
    session.execute(update(File).values(name=ALL[:200], platform=ALL))


def fill_after(session: Session) -> None:
    """What came of a purchase."""
    session.execute(update(Order).values(attention=ALL, discount_name=ALL, delivery_name=ALL))
    session.execute(update(OrderLine).values(title=ALL, options={"Color": ALL}))
    session.execute(update(TimelineEntry).values(text=ALL, actor=ALL))
    session.execute(update(Invoice).values(customer_company=ALL, error_message=ALL, attention=ALL))
    session.execute(update(Activation).values(name=ALL, version=ALL))
    session.execute(update(StripeEvent).values(error=ALL))


class Buyer:
    """Of some program that says it is a script; signed in."""

    def __init__(self, house: House, email: str, password: str) -> None:
        self._house, self._http = house, requests.Session()
        self._http.trust_env = False
        self._http.headers["User-Agent"] = POLYGLOTS[0]
        self._take_token()
        self._send("POST", "/sign-in", data={"email": email, "password": password})
        self._take_token()

    def _take_token(self) -> None:
        self._http.headers["X-CSRFToken"] = self._send("GET", "/api/csrf").json()["token"]

    def _send(self, method: str, path: str, **body: object) -> requests.Response:
        url = self._house.base_url + path
        answer = self._http.request(method, url, timeout=20, **body)  # type: ignore[arg-type]
        assert answer.ok, f"{path}: {answer.status_code} {answer.text[:500]}"
        return answer

    def buy(self, price_id: int, email: str) -> str:
        """The order's token."""
        self._send("POST", "/api/cart/items", json={"price_id": price_id, "quantity": 1})
        session = f"{SESSIONS}/{self._send('POST', SESSIONS, json={}).json()['id']}"
        contact = {"email": email, "name": POLYGLOTS[3]}
        place = BERLIN | {"name": POLYGLOTS[4], "line1": POLYGLOTS[13], "city": POLYGLOTS[17]}
        self._send("PUT", f"{session}/contact", json=contact)
        self._send("PUT", f"{session}/address", json={"billing": place})
        self._send("PUT", f"{session}/payment", json={})
        card = {"payment_method": "pm_card_visa"}
        paid = self._send("POST", f"{session}/confirm", json=card).json()
        return str(paid["order"]["token"])

    def key(self, token: str) -> str:
        """Of the license; empty as long as it is not issued."""
        line = self._send("GET", f"/api/orders/{token}").json()["lines"][0]
        return line["license_key"] or ""

    def activate(self, key: str) -> None:
        sent = {"key": key, "fingerprint": "one", "name": "laptop"}
        self._send("POST", "/api/licenses/activate", json=sent)
