"""A day in the shop: everything that may happen to an order, and nothing wrong."""

from sqlalchemy import select

from shop.checkout.models import CheckoutSession
from shop.db import session
from shop.licenses.models import License
from shop.orders import lifecycle
from shop.orders.models import Order
from tests.checkout.buyer import SESSIONS
from tests.licenses.factories import code
from tests.orders.factories import make_bank_debit
from tests.reliability.world import World, intent_of, make_book, make_font, make_program


def live_a_day(world: World) -> None:
    book, font = make_book(), make_font()
    world.buy(book, font)
    world.refund(world.buy(font), 500)
    world.refund(world.buy(book, font))
    world.buy(book, method="pm_card_chargeDeclined")
    pay_on_stripes_page(world)
    leave_stripes_page(world)
    wait_for_the_bank(world)
    come_too_late(world)
    use_a_program(world)
    world.end_checkouts(CheckoutSession.order_id.in_(select(Order.id).where(Order.paid == 0)))
    world.finish()


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
