"""A day in the shop: everything that may happen to an order, and nothing wrong."""

from sqlalchemy import select

from shop.checkout.models import CheckoutSession
from shop.db import commit, session
from shop.licenses.models import License
from shop.orders import lifecycle
from shop.orders.fulfilment import shipping, swapping
from shop.orders.models import Order
from shop.orders.orders import find_order
from shop.orders.refunding import requesting
from tests.billing.subscriptions.subscriber import make_plan, make_subscriber
from tests.cart.discounts.factories import make_discount
from tests.checkout.buyer import CONTACT, SESSIONS
from tests.downloads.factories import make_release
from tests.factories import make_price
from tests.licenses.factories import code
from tests.orders.factories import make_bank_debit
from tests.reliability.world import World, intent_of, make_book, make_font, make_program


def live_a_day(world: World) -> None:
    book, font = make_book(), make_font()
    send_a_parcel(world.buy(book, font))
    send_another_book(world.buy(make_book()))
    world.refund(world.buy(font), 500)
    world.refund(world.buy(book, font))
    world.buy(book, method="pm_card_chargeDeclined")
    pay_on_stripes_page(world)
    leave_stripes_page(world)
    wait_for_the_bank(world)
    come_too_late(world)
    use_a_program(world)
    go_to_the_bank(world)
    use_codes(world)
    subscribe(world)
    world.end_checkouts(CheckoutSession.order_id.in_(select(Order.id).where(Order.paid == 0)))
    world.finish()


def send_a_parcel(token: str) -> None:
    order = find_order(token)
    shipping.ship(order, shipping.pack(order, shipping.everything(order)), shipping.Tracking("UPS"))
    commit()


def send_another_book(token: str) -> None:
    order, cheaper = find_order(token), make_price(unit_amount=900, stock=3)
    payments = requesting.payments_of(order)
    offer = swapping.offer(order, payments, order.lines[0].id, cheaper.id)
    swapping.swap(offer, "the last one was torn", restock=False)
    commit()


def pay_on_stripes_page(world: World) -> None:
    buyer = world.buyer()
    buyer.add(make_font())
    buyer.fill_pages()
    page = buyer.post("/checkout/payment/hosted").location
    world.stripe.pay_checkout(page)


def leave_stripes_page(world: World) -> None:
    buyer = world.buyer()
    buyer.add(make_book())
    buyer.fill_pages()
    assert buyer.post("/checkout/payment/hosted").status_code == 303


def wait_for_the_bank(world: World) -> None:
    """One debit is still under way, one has failed."""
    world.buy(make_book(), method=make_bank_debit())
    failed = world.buy(make_book(), method=make_bank_debit())
    world.stripe.settle(intent_of(failed), succeeds=False)


def come_too_late(world: World) -> None:
    """Paid when the order was given up and the last one sold to somebody else."""
    rare = make_book(stock=1)
    buyer = world.buyer()
    checkout = world.fill(buyer, rare)
    buyer.ok(buyer.put(f"{SESSIONS}/{checkout}/payment", json={}))
    late = world.order_of(checkout)
    lifecycle.cancel(late)
    world.buy(rare)
    world.pay_at_stripe(late.token)


def use_a_program(world: World) -> None:
    """One buyer's money goes back, another uses as many machines as may be."""
    program = make_program()
    world.refund(world.buy(program))
    world.buy(program)
    key = session.scalars(select(License.key).order_by(License.id.desc())).first() or ""
    for machine in ("desk", "bag"):
        assert code(world.app.test_client(), "activate", key, fingerprint=machine) == "VALID"


def go_to_the_bank(world: World) -> None:
    """One dispute is open, one is lost, one is won."""
    program = make_program()
    for verdict in (None, "lost", "won"):
        token = world.buy(program)
        client = world.app.extensions["stripe"]
        charge = client.v1.payment_intents.retrieve(intent_of(token)).latest_charge
        dispute = world.stripe.dispute(str(charge))["id"]
        if verdict:
            world.stripe.end_dispute(dispute, verdict)


def use_codes(world: World) -> None:
    """Two buyers pay with a code, one goes away, and one comes when all uses are gone."""
    make_discount("FONTS", most_uses=2, most_per_customer=1)
    for address in ("a", "b", "c"):
        buyer = world.buyer()
        checkout = world.fill(buyer, make_font())
        buyer.ok(buyer.put("/api/cart/discount", json={"code": "FONTS"}))
        contact = CONTACT | {"email": f"{address}@example.org"}
        buyer.ok(buyer.put(f"{SESSIONS}/{checkout}/contact", json=contact))
        buyer.ok(buyer.put(f"{SESSIONS}/{checkout}/payment", json={}))
        order = world.order_of(checkout)
        if address == "a":
            lifecycle.cancel(order)
        else:
            world.pay_at_stripe(order.token)


def subscribe(world: World) -> None:
    """One subscription is active, and one has ended."""
    price = make_plan()
    make_release(price.variant.product)
    stays, goes = (make_subscriber(world.stripe, email) for email in ("a@ex.org", "b@ex.org"))
    for subscriber in (stays, goes):
        world.stripe.pay_checkout(subscriber.open(price))
    world.finish()
    ended = goes.subscription.stripe_subscription_id
    commit()
    world.app.extensions["stripe"].v1.subscriptions.cancel(ended)
