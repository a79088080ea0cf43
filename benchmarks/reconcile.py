"""How long `shop stripe reconcile` takes to put a shop right whose webhooks were dead."""

import resource
import tempfile
import time
from pathlib import Path

import click
from sqlalchemy import func, select

from shop.app import create_app
from shop.billing.gateway import stripe_call
from shop.billing.subscriptions import starting
from shop.billing.subscriptions.models import Subscription, SubscriptionStatus
from shop.catalog.models import Kind
from shop.db import commit, db, session
from shop.orders.models import Order, PaymentState
from tests.accounts.factories import make_user
from tests.billing.subscriptions.subscriber import make_plan
from tests.factories import make_price
from tests.orders.factories import make_order, make_payment
from tests.servers.house import House

SILENT = ("web",)  # whom Stripe would tell
GOAL = 60.0  # seconds


@click.command()
@click.option("--orders", default=200, show_default=True, help="Paid at Stripe, unknown here.")
@click.option("--subscriptions", default=100, show_default=True, help="The same.")
def reconcile(orders: int, subscriptions: int) -> None:
    """What happened while nobody listened, until the shop knows all of it."""
    with (
        tempfile.TemporaryDirectory(prefix="keystall-bench-") as folder,
        House(Path(folder), without=SILENT) as house,
    ):
        app = create_app(house.settings)
        with app.app_context():
            _sell(orders)
            _subscribe(house, subscriptions)
            _expect(0, 0)
            began, spent = time.perf_counter(), _cpu()
            house.shop("stripe", "reconcile").check_returncode()
            took, spent = time.perf_counter() - began, _cpu() - spent
            _expect(orders, subscriptions)
            session.remove()
            db.engine.dispose()
    verdict = "within" if took < GOAL else "MISSES"
    click.echo(
        f"{orders} orders and {subscriptions} subscriptions, all of them unheard of: right after "
        f"{took:.1f} s ({spent:.1f} s of CPU in the command), {verdict} the goal of {GOAL:.0f} s"
    )


def _cpu() -> float:
    """Seconds, of the commands that are over."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _sell(number: int) -> None:
    price = make_price(kind=Kind.DIGITAL, unit_amount=1190)
    for _ in range(number):
        payment = make_payment(make_order(price))
        intent = payment.stripe_payment_intent_id or ""
        commit()
        with stripe_call() as client:
            client.v1.payment_intents.confirm(
                intent, {"payment_method": "pm_card_visa", "return_url": "http://localhost"}
            )


def _subscribe(house: House, number: int) -> None:
    """Each with its first invoice."""
    plan_id = make_plan().id
    for n in range(number):
        user = make_user(email=f"subscriber-{n}@example.org")
        page = starting.start(user, plan_id).url
        commit()
        house.sandbox.pay_checkout(page)


def _expect(orders: int, subscriptions: int) -> None:
    """How much the shop knows of."""
    paid = select(func.count(Order.id)).where(Order.payment_state == PaymentState.PAID)
    active = select(func.count(Subscription.id)).where(
        Subscription.status == SubscriptionStatus.ACTIVE, Subscription.has_access
    )
    known = (session.scalar(paid), session.scalar(active))
    commit()
    if known != (orders, subscriptions):
        raise RuntimeError(f"{known} are known, not {(orders, subscriptions)}")


if __name__ == "__main__":
    reconcile(prog_name="python -m benchmarks.reconcile")
