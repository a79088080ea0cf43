"""A customer with one of everything, and a guest."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select

from shop import events
from shop.accounts.models import User
from shop.billing.invoices.models import Invoice
from shop.billing.models import Payment, PaymentStatus, PaymentWay
from shop.db import commit, session, utcnow
from shop.downloads import grants
from shop.downloads.models import Grant
from shop.licenses import machines
from shop.licenses.finds import Question
from shop.licenses.models import Activation
from shop.mail.models import Mail
from shop.orders import invoicing
from shop.orders.models import Order
from tests.accounts.factories import make_user
from tests.downloads.factories import make_release
from tests.licenses.factories import FINGERPRINT, Bought, make_license

PAID_AT = datetime(2026, 11, 20, 12, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Customer:
    """Plain values, so that no test holds a transaction open."""

    user_id: int | None
    number: str
    token: str
    invoice: str
    invoice_id: int
    intent: str
    bought: Bought
    grant_id: int
    grant_token: str
    activation_id: int

    @property
    def url(self) -> str:
        if self.user_id:
            return f"/admin/support/people/{self.user_id}"
        return f"/admin/support/guests/{self.number}"


def make_customer(email: str = "mara@lindqvist.example", name: str = "Mara Lindqvist") -> Customer:
    user = make_user(email=email, name=name, email_verified_at=utcnow())
    return _with_everything(user, email, name)


def make_guest(email: str = "gast@brot.example", name: str = "Greta Gast") -> Customer:
    return _with_everything(None, email, name)


def _with_everything(user: User | None, email: str, name: str) -> Customer:
    user_id = user.id if user else None
    given, family = name.split()
    bought = make_license(user)
    order = session.get_one(Order, bought.order_id)
    order.number = f"K-7Q{order.id:03}X"
    order.email, order.name, order.paid_at = email, name, PAID_AT
    order.billing_address = {"name": name, "line1": "Hafenstr. 1", "city": "Kiel", "country": "DE"}
    intent = f"pi_test{order.id}"
    session.add(_payment(order, intent))
    make_release(bought.license.product, name=f"editor-{order.id}.zip")
    grants.give(events.OrderPaid(order.id))
    invoicing.issue(order)
    session.add(_mail(email, order.number))
    session.flush()  # the invoice is looked for
    invoice = session.scalars(select(Invoice).filter_by(order_id=order.id)).one()
    invoice.customer_company = f"{family} Werft GmbH"
    invoice.customer_tax_ids = [{"type": "eu_vat", "value": f"DE81234567{order.id}"}]
    machines.activate(Question(bought.key, fingerprint=FINGERPRINT), f"{given}-laptop")
    grant = session.scalars(select(Grant).where(Grant.order_line_id == order.lines[0].id)).one()
    activation = session.scalars(select(Activation).filter_by(license_id=bought.id)).one()
    made = Customer(
        *(user_id, order.number, order.token, invoice.number or "", invoice.id, intent, bought),
        *(grant.id, grant.token, activation.id),
    )
    commit()
    return made


def _payment(order: Order, intent: str) -> Payment:
    payment = Payment(
        order_id=order.id, attempt=1, way=PaymentWay.ELEMENT, amount=1900, currency="EUR"
    )
    payment.status, payment.received = PaymentStatus.SUCCEEDED, 1900
    payment.stripe_payment_intent_id, payment.created_at = intent, PAID_AT
    payment.card_brand, payment.card_last4 = "visa", "4242"
    return payment


def _mail(to: str, number: str) -> Mail:
    return Mail(
        key=f"order:{number}:paid", template="order_paid", recipient=to, reference=number,
        subject=f"Thank you for order {number}", text=f"All about {number}", html="<p>All</p>",
    )  # fmt: skip
