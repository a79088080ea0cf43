"""What belongs to somebody, each as the variable parts of its address."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import select

from shop.accounts import links, tokens
from shop.accounts.models import ApiToken, Purpose, Role, SignInSession, User
from shop.billing.invoices.models import CreditNote, Invoice
from shop.billing.subscriptions.models import Subscription
from shop.catalog.models import Category, Interval, Kind
from shop.checkout.drafts.models import Draft
from shop.config import current
from shop.db import commit, session
from shop.downloads import news
from shop.downloads.models import Grant, Release
from shop.licenses import machines
from shop.licenses.finds import Question
from shop.licenses.models import Activation
from shop.orders.models import Order
from shop.preferences import choosing
from stripe_sandbox.testing import Control
from tests.accounts.factories import PASSWORD, make_user
from tests.admin.drafts.making import make_draft
from tests.billing.subscriptions.subscriber import Subscriber, make_plan
from tests.browser import Browser, open_browser
from tests.checkout.buyer import BERLIN, CONTACT
from tests.downloads.factories import make_grant
from tests.factories import make_price, make_product
from tests.licenses.factories import make_license
from tests.orders.test_invoicing import paid_order, refund

Parts = Mapping[str, Any]
Thing = Callable[[User | None, Browser], Parts]
"""Whose it is, None for a guest; and the browser of whom it belongs to."""


def category(_owner: User | None, _browser: Browser) -> Parts:
    made = make_product()
    made.categories = [Category(slug=made.slug, name="Lamps")]
    commit()
    return {"slug": made.slug}


def product(_owner: User | None, _browser: Browser) -> Parts:
    made = make_product()
    return {"slug": made.slug, "key": made.slug}


def legal_text(_owner: User | None, _browser: Browser) -> Parts:
    choosing.lock("ada@staff.example")
    choosing.keep({"imprint": "Mara Lindner"}, "ada@staff.example")
    commit()
    return {"name": "imprint"}


def plan(_owner: User | None, _browser: Browser) -> Parts:
    made = make_price(interval=Interval.MONTH, kind=Kind.LICENSE, unit_amount=500)
    return {"price_id": made.id, "quantity": 1}


def picture(_owner: User | None, _browser: Browser) -> Parts:
    file = current().data_dir / "media" / "art" / "lamp.svg"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    return {"path": "art/lamp.svg"}


def asset(_owner: User | None, _browser: Browser) -> Parts:
    return {"path": "icons.svg"}


def step(_owner: User | None, _browser: Browser) -> Parts:
    return {"step": "contact"}


def order(owner: User | None, _browser: Browser) -> Parts:
    """One for all, with an invoice and its credit note."""
    user_id = owner.id if owner else None
    mine = select(Order.token, Invoice.token, CreditNote.token).where(Order.user_id == user_id)
    mine = mine.join(Invoice, Invoice.order_id == Order.id).join(CreditNote)
    found = session.execute(mine).first()
    if found is None:
        _order, payment = paid_order(user_id=user_id)
        refund(payment, 100)
        found = session.execute(mine).one()
    token, invoice, note = found
    return {"token": token, "invoice": invoice, "note_token": note}


def invoice(owner: User | None, browser: Browser) -> Parts:
    return {"token": order(owner, browser)["invoice"]}


def credit_note(owner: User | None, browser: Browser) -> Parts:
    return {"token": order(owner, browser)["note_token"]}


def draft(_owner: User | None, browser: Browser) -> Parts:
    """One for all, prepared by staff."""
    token = session.scalar(select(Draft.token))
    if token is None:
        staff = open_browser(browser.application)
        staff.sign_in(make_user(role=Role.SUPPORT).email, PASSWORD)
        token = make_draft(staff).token
    return {"draft": token, "step": "contact", "token": order(None, browser)["token"]}


def license(owner: User | None, _browser: Browser) -> Parts:
    bought = make_license(owner)
    machines.activate(Question(bought.key, fingerprint="one"), "laptop")
    commit()
    seat = select(Activation.id).where(Activation.license_id == bought.id)
    return {"license_id": bought.id, "activation_id": session.scalars(seat).one()}


def grant(owner: User | None, _browser: Browser) -> Parts:
    made = make_grant(owner)
    return {"token": made.token, "product_id": made.product_id, "file_id": _file_of(made)}


def _file_of(grant: Grant) -> int:
    release = session.scalars(select(Release).filter_by(product_id=grant.product_id)).one()
    return release.files[0].id


def news_link(_owner: User | None, _browser: Browser) -> Parts:
    return {"token": news.token_of(make_grant().id)}


def file_link(_owner: User | None, browser: Browser) -> Parts:
    """Minted in this browser, for it alone."""
    made = make_grant()
    sent = {"file_id": _file_of(made)}
    link = browser.post(f"/downloads/{made.token}/links", data=sent)
    return {"token": link.location.rpartition("/")[2]}


def subscription(owner: User | None, _browser: Browser) -> Parts:
    """One for all, paid on Stripe's page."""
    assert owner
    token = session.scalar(select(Subscription.token).where(Subscription.user_id == owner.id))
    if token is None:
        token = _subscribe(owner)
    return {"token": token, "flow": "cancel"}


def _subscribe(owner: User) -> str:
    subscriber = Subscriber(Control(current().stripe_api_base), owner)
    subscriber.subscribe(make_plan())
    return subscriber.token


def device(owner: User | None, _browser: Browser) -> Parts:
    assert owner
    made = SignInSession(user_id=owner.id, token_hash=tokens.make_secret())
    made.epoch = owner.session_epoch
    session.add(made)
    commit()
    return {"session_id": made.id}


def api_token(owner: User | None, _browser: Browser) -> Parts:
    assert owner
    tokens.create(owner, "server")
    commit()
    mine = select(ApiToken.id).where(ApiToken.user_id == owner.id)
    return {"token_id": session.scalars(mine.order_by(ApiToken.id.desc())).first()}


def cart_line(_owner: User | None, browser: Browser) -> Parts:
    sent = {"price_id": make_price().id, "quantity": 1}
    items = browser.post("/api/cart/items", json=sent).get_json()["items"]
    return {"line_id": items[-1]["id"], "quantity": 2}


def checkout(owner: User | None, browser: Browser) -> Parts:
    cart_line(owner, browser)
    token = browser.post("/api/checkout-sessions", json={}).get_json()["id"]
    return {"token": token, "billing": BERLIN, "method_id": 1, **CONTACT}


def _mailed(purpose: Purpose) -> Thing:
    def make(owner: User | None, _browser: Browser) -> Parts:
        email = owner.email if owner else "new@example.org"
        user_id = owner.id if owner else None
        secret = links.make(purpose, user_id or email, email=email, user_id=user_id)
        commit()
        return {"secret": secret}

    return make


registration = _mailed(Purpose.REGISTER)
reset = _mailed(Purpose.RESET)
verification = _mailed(Purpose.VERIFY)
