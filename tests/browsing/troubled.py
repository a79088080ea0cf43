"""Customers whose key does not work, each for another reason; all of it happened for real."""

from dataclasses import dataclass
from datetime import timedelta

import requests
from sqlalchemy import ColumnElement, Select, select

from shop.accounts.models import User
from shop.billing.invoices.models import Invoice, InvoiceStatus
from shop.billing.models import Payment
from shop.billing.subscriptions.models import Subscription
from shop.db import utcnow
from shop.demo.buyers import VISA, Buyer
from shop.demo.people import JONAS
from shop.demo.wares import Ware
from shop.licenses.models import License
from shop.orders.models import Order
from tests.browsing.purchase import GOOD
from tests.browsing.subscribing import choose, open_account, pay, sign_in, wait_for_state
from tests.browsing.window import Window
from tests.servers.house import House
from tests.servers.processes import eventually

PLUG_IN = Ware("room-tone-reverb", "FWA-RTN-PER")
ATLAS = "atlas-file-organizer"
TRIAL = r"Personal.*14 days free, then €5\.00"
MASTERCARD, VISA_DEBIT = "5555555555554444", "4000056655665556"
IS_DISPUTED, FAILS_LATER = "4000000000000259", "4000000000000341"
METHODS = {GOOD: VISA, MASTERCARD: "pm_card_mastercard", IS_DISPUTED: "pm_card_createDispute"}


@dataclass(frozen=True)
class Troubled:
    """What they can tell support, each enough to be found by."""

    email: str
    card: str
    invoice: str
    key: str
    cause: str
    """What support must come to read."""

    @property
    def handles(self) -> dict[str, str]:
        return {
            "part of the e-mail": self.email.partition("@")[0],
            "the last four of the card": self.card[-4:],
            "the invoice": self.invoice,
            "the end of the key": self.key[-5:],
        }


def refunded(window: Window) -> Troubled:
    """Somebody gave the money back on Stripe's own pages."""
    email, key = buy(window, "returned", MASTERCARD)
    with window.house.session() as session:
        paid = select(Payment.stripe_payment_intent_id).join(Order, Order.id == Payment.order_id)
        intent = session.scalars(paid.where(Order.email == email)).one()
    window.house.sandbox._ask("POST", "/refunds", payment_intent=intent)
    assert eventually(lambda: _is(window, key, License.ended_at.is_not(None)))
    return _of_order(window, email, MASTERCARD, key, "because its money was returned")


def disputed(window: Window) -> Troubled:
    email, key = buy(window, "disputed", IS_DISPUTED)
    assert eventually(lambda: _is(window, key, License.suspended_at.is_not(None)))
    return _of_order(window, email, IS_DISPUTED, key, "while the payment is disputed with the bank")


def full(window: Window) -> Troubled:
    """Two devices use it, and the third is refused."""
    email, key = buy(window, "full", MASTERCARD)
    answers = [_activate(window, key, f"device-{n}") for n in range(3)]
    assert answers == ["VALID", "VALID", "TOO_MANY_MACHINES"]
    return _of_order(window, email, MASTERCARD, key, "All 2 seats are taken")


def unpaid(window: Window) -> Troubled:
    """Their card paid once; the bank refuses the one they named then."""
    email, house = "unpaid@troubled.example", window.house
    key = _subscribe(window, email)
    customer, subscription = _at_stripe(house, email)
    house.sandbox.travel(customer, in_days(15))
    assert eventually(lambda: _has(house, email, Invoice.total > 0, Invoice.paid_at.is_not(None)))

    method = "/payment_methods/pm_card_chargeCustomerFail/attach"
    card = house.sandbox._ask("POST", method, customer=customer)["id"]
    house.sandbox._ask("POST", f"/subscriptions/{subscription}", default_payment_method=card)
    house.sandbox.travel(customer, in_days(15 + 31 + 10))
    assert eventually(lambda: _is(window, key, License.expires_at.is_not(None)), within=20)
    owed = (Invoice.status == InvoiceStatus.OPEN, Invoice.number.is_not(None))
    assert eventually(lambda: _has(house, email, *owed))
    with house.session() as session:
        number = session.scalars(_invoices(email, *owed).with_only_columns(Invoice.number)).first()
    assert number
    return Troubled(email, FAILS_LATER, number, key, "with the card …0341 failed")


def _subscribe(window: Window, email: str) -> str:
    """After a trial it is charged; the key."""
    page, password = window.page, open_account(window, email)
    choose(page, ATLAS, TRIAL)
    sign_in(page, email, password)
    page.get_by_role("button", name="Start the free trial").click()
    pay(page, VISA_DEBIT)
    wait_for_state(page, "Trial")
    return page.locator(".key").first.inner_text().strip()


def _at_stripe(house: House, email: str) -> tuple[str, str]:
    """Customer and subscription."""
    columns = (Subscription.stripe_customer_id, Subscription.stripe_subscription_id)
    query = select(*columns).join(User, User.id == Subscription.user_id).where(User.email == email)
    with house.session() as session:
        customer, subscription = session.execute(query).one()
    assert customer
    assert subscription
    return customer, subscription


def _invoices(email: str, *where: ColumnElement[bool]) -> Select[Invoice]:
    mine = select(Invoice).join(User, User.id == Invoice.user_id).where(User.email == email)
    return mine.where(*where)


def _has(house: House, email: str, *where: ColumnElement[bool]) -> bool:
    with house.session() as session:
        return session.scalars(_invoices(email, *where)).first() is not None


def in_days(days: int) -> int:
    return int((utcnow() + timedelta(days=days)).timestamp())


def buy(window: Window, name: str, card: str, ware: Ware = PLUG_IN) -> tuple[str, str]:
    """A guest buys a plug-in; their address and their key."""
    buyer = Buyer(window.house.base_url, JONAS, visit=1)
    buyer.email = f"{name}@troubled.example"
    (line,) = buyer.buy(ware, card=METHODS[card])["lines"]
    return buyer.email, line["license_key"]


def _is(window: Window, key: str, where: ColumnElement[bool]) -> bool:
    """Whether it has come to this with the license."""
    mine = select(License.id).where(License.last_characters == key[-5:], where)
    with window.house.session() as session:
        return session.scalar(mine) is not None


def _activate(window: Window, key: str, device: str) -> str:
    sent = {"key": key, "fingerprint": device, "name": device}
    url = f"{window.house.base_url}/api/licenses/activate"
    code: str = requests.post(url, json=sent, timeout=10).json()["code"]
    return code


def _of_order(window: Window, email: str, card: str, key: str, cause: str) -> Troubled:
    with window.house.session() as session:
        mine = select(Invoice.number).join(Order, Order.id == Invoice.order_id)
        number = session.scalars(mine.where(Order.email == email)).one()
    assert number
    return Troubled(email, card, number, key, cause)
