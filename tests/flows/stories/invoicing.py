from sqlalchemy import select

from shop.billing.invoices.models import Invoice, InvoiceStatus
from shop.billing.models import Payment
from shop.db import commit, session
from tests.billing.subscriptions.subscriber import make_plan, make_subscriber
from tests.flows.shopping import fill_cart, fill_steps, pay_on_stripes_page
from tests.flows.stage import Stage

BAD_LATER = "4000000000000341"
PASSWORD = "correct horse battery"


def pay_a_renewal(stage: Stage) -> None:
    """The trial is over, the card was declined, and the customer pays the open invoice."""
    subscriber = make_subscriber(stage.sandbox)
    subscriber.subscribe(make_plan(trial_days=3), card=BAD_LATER)
    subscriber.advance(days=4)
    commit()
    stage.deliver()
    stage.work()
    stage.browser.post("/sign-in", data={"email": subscriber.user.email, "password": PASSWORD})
    invoice = session.scalars(select(Invoice).order_by(Invoice.id.desc())).first()
    assert invoice
    stripe_id = invoice.stripe_invoice_id
    commit()
    client = stage.app.extensions["stripe"].v1
    client.invoices.pay(stripe_id, {"paid_out_of_band": True})
    stage.curtain_up()
    stage.deliver()
    stage.work()
    stage.browser.get("/account/invoices")
    stage.curtain_down()
    session.expire_all()
    assert session.scalars(select(Invoice).filter_by(stripe_invoice_id=stripe_id)).one().status is (
        InvoiceStatus.PAID
    )


def refund_part(stage: Stage) -> None:
    """In Stripe's Dashboard; the guest looks at the credit note."""
    fill_cart(stage.browser)
    fill_steps(stage.browser)
    back = pay_on_stripes_page(stage.browser)
    order = stage.browser.get(back).headers["Location"]
    stage.deliver()
    stage.work()
    intent = session.scalars(select(Payment.stripe_payment_intent_id)).one()
    commit()
    client = stage.app.extensions["stripe"].v1
    client.refunds.create({"payment_intent": intent, "amount": 300})
    stage.curtain_up()
    stage.deliver()
    stage.work()
    stage.browser.get(f"{order}/invoice")
    stage.curtain_down()
