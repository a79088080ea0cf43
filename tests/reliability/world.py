"""A shop, its buyers and Stripe, and the time that passes between them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import requests
from flask import Flask
from sqlalchemy import ColumnElement, select, update

from shop.billing import inbox, refunds
from shop.billing import tasks as billing
from shop.billing.models import Payment, StripeEvent
from shop.catalog.models import Kind, Price
from shop.checkout import expiry
from shop.checkout.models import LIVE, CheckoutSession
from shop.config import Settings
from shop.db import commit, session, utcnow
from shop.leases import State
from shop.mail import tasks as mail
from shop.mail.models import Mail
from shop.operations.invariants import violations
from shop.orders.models import Order
from stripe_sandbox.testing import StripeSandbox
from tests.billing.signing import send
from tests.browser import Browser
from tests.checkout.buyer import Buyer, open_buyer
from tests.downloads.factories import make_digital, make_release
from tests.factories import make_price, make_product, make_variant
from tests.licenses.factories import make_policy

Event = dict[str, Any]
VISA = "pm_card_visa"
WAITING = (State.PENDING, State.FAILED)


@dataclass(frozen=True)
class World:
    app: Flask
    settings: Settings
    stripe: StripeSandbox

    def buyer(self) -> Buyer:
        """With one CSRF token for all requests."""
        buyer = open_buyer(self.app)
        buyer.environ_base["HTTP_X_CSRFTOKEN"] = buyer.get("/api/csrf").json["token"]
        buyer.has_token = False
        return buyer

    def buy(self, *prices: Price, method: str = VISA) -> str:
        """By the API, without a webhook; the order's token."""
        buyer = self.buyer()
        checkout = self.fill(buyer, *prices)
        buyer.pay(checkout, payment_method=method)
        return self.order_of(checkout).token

    def fill(self, buyer: Buyer, *prices: Price) -> str:
        """A checkout up to its payment; its id."""
        for price in prices:
            buyer.add(price)
        return buyer.open_session()

    def order_of(self, checkout: str) -> Order:
        query = select(Order).join(CheckoutSession, CheckoutSession.order_id == Order.id)
        return session.scalars(query.where(CheckoutSession.token == checkout)).one()

    def pay_at_stripe(self, token: str, method: str = VISA) -> None:
        """The buyer's browser pays; nobody has told us yet."""
        self.confirm(intent_of(token), method)

    def confirm(self, intent: str, method: str = VISA) -> None:
        commit()
        given = {"payment_method": method, "return_url": "http://localhost"}
        self.app.extensions["stripe"].v1.payment_intents.confirm(intent, given)

    def refund(self, token: str, amount: int | None = None) -> None:
        """Ask for money back, as the back office does; all of it without an amount."""
        query = select(Payment).join(Order, Order.id == Payment.order_id)
        payment = session.scalars(query.where(Order.token == token)).one()
        refunds.request(payment, amount or payment.received, "a gesture")
        commit()

    def events(self) -> list[Event]:
        """All that Stripe made, oldest first."""
        found: list[Event] = []
        page: Any = {"has_more": True}
        while page["has_more"]:
            page = self._page_after(found)
            found += page["data"]
        return found[::-1]

    def _page_after(self, found: list[Event]) -> Any:
        """As Stripe writes it; the library would turn its numbers into decimals."""
        asked = {"limit": "100"} | ({"starting_after": found[-1]["id"]} if found else {})
        headers = {"Authorization": "Bearer sk_test_world"}
        return requests.get(
            f"{self.stripe.url}/v1/events", asked, headers=headers, timeout=10
        ).json()

    def handled_events(self) -> list[Event]:
        """Those that the shop does something about."""
        return [event for event in self.events() if event["type"] in inbox.HANDLERS]

    def deliver(self, events: Iterable[Event] | None = None) -> None:
        """These events, or all; signed and posted to the webhook."""
        stripe = self.stripes_client()
        for event in self.events() if events is None else events:
            self.post(stripe, event)

    def stripes_client(self) -> Browser:
        client = Browser(self.app, self.app.response_class)
        client.has_token = False  # Stripe has no page of ours
        return client

    def post(self, client: Browser, event: Event) -> None:
        assert send(client, self.settings, event) == 200

    def pass_time(self) -> None:
        """Every lease runs out, every pause is over."""
        for model in (StripeEvent, Mail):
            waiting = model.state.in_(WAITING)
            session.execute(update(model).where(waiting).values(due_at=utcnow()))
        commit()

    def end_checkouts(self, where: ColumnElement[bool] | None = None) -> None:
        """The time of these is over."""
        past = utcnow() - timedelta(seconds=1)
        ended = update(CheckoutSession).where(CheckoutSession.status.in_(LIVE))
        if where is not None:
            ended = ended.where(where)
        session.execute(ended.values(expires_at=past))
        commit()

    def settle(self) -> None:
        """Sweep until nothing waits, whatever it takes but not for ever."""
        for _ in range(12):
            self.pass_time()
            work()
            if not self._is_waiting():
                break

    def _is_waiting(self) -> bool:
        events, mails = (
            session.scalar(select(model.id).where(model.state.in_(WAITING)).limit(1))
            for model in (StripeEvent, Mail)
        )
        return bool(events or mails or refunds.unsubmitted())

    def finish(self) -> None:
        """Stripe delivers all that it has, and the shop does all that is due, until it is quiet."""
        told: set[str] = set()
        self.settle()
        while news := [event for event in self.events() if event["id"] not in told]:
            self.deliver(news)
            self.settle()
            told |= {event["id"] for event in news}

    def offenses(self) -> Sequence[str]:
        """What breaks a rule, in words."""
        return [f"{violation.code} {violation.what}" for violation in violations()]


def make_book(stock: int = 5) -> Price:
    return make_price(unit_amount=2_000, stock=stock)


def make_font(stock: int | None = None) -> Price:
    """Something to download, which needs no delivery."""
    product = make_digital()
    make_release(product)
    return make_price(variant=make_variant(product=product, stock=stock), unit_amount=1_500)


def make_program() -> Price:
    """Something that needs a license, and has a link instead of releases."""
    product = make_product(kind=Kind.LICENSE, download_url="https://files.example/app.zip")
    make_policy(product, machine_limit=2)
    return make_price(variant=make_variant(product=product), unit_amount=4_900)


def intent_of(token: str) -> str:
    query = select(Payment.stripe_payment_intent_id).join(Order, Order.id == Payment.order_id)
    return session.scalars(query.where(Order.token == token)).one() or ""


def work() -> None:
    """What the sweeper does in a round, without the search."""
    for sweep in (billing.sweep, expiry.sweep, mail.sweep):
        sweep()
        commit()
