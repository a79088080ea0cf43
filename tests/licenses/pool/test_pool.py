"""Keys that were uploaded, and are sold instead of ours."""

from collections.abc import Callable
from pathlib import Path
from threading import Barrier

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select, text, update

from shop import events
from shop.billing.subscriptions.models import SubscriptionEntry
from shop.catalog.models import Kind, Variant
from shop.db import commit, db, rollback, session, utcnow
from shop.licenses import issuing
from shop.licenses.models import License
from shop.licenses.pool import filling, taking, waiting
from shop.licenses.pool.models import PoolKey
from shop.licenses.pool.taking import FEW, NoKeys
from shop.mail.models import Mail
from shop.orders.models import Fulfilment, Order, OrderLine, PaymentState
from stripe_sandbox.testing import StripeSandbox
from tests.accounts.factories import PASSWORD, make_user
from tests.billing.subscriptions.subscriber import make_plan, make_subscriber
from tests.browser import Browser
from tests.catalog.race import race
from tests.downloads.factories import make_paid_order
from tests.factories import make_price, make_product, make_variant
from tests.licenses.factories import code, make_policy
from tests.orders.factories import confirm, make_order, make_payment

Add = Callable[..., Result]


@pytest.fixture
def add(app: Flask, tmp_path: Path) -> Add:
    def run(sku: str, *keys: str) -> Result:
        file = tmp_path / "keys.txt"
        file.write_text("\n".join(keys))
        return app.test_cli_runner().invoke(args=["licenses", "pool", "add", sku, str(file)])

    return run


def make_pooled(*keys: str) -> Variant:
    product = make_product(kind=Kind.LICENSE)
    make_policy(product, machine_limit=None)
    variant = make_variant(product=product)
    filling.fill(variant.sku, keys or ["ONLY-KEY-1"])
    commit()
    return variant


def pay(variant: Variant, quantity: int = 1) -> Order:
    order = make_order(make_price(variant=variant), quantity=quantity)
    confirm(make_payment(order))
    commit()
    return order


def license_of(order: Order) -> License | None:
    session.expire_all()
    query = select(License).join(OrderLine, OrderLine.id == License.order_line_id)
    return session.scalar(query.where(OrderLine.order_id == order.id))


def subjects(start: str) -> list[str]:
    query = select(Mail.subject).where(Mail.subject.startswith(start)).order_by(Mail.id)
    return list(session.scalars(query))


def test_a_key_of_the_pool_is_sold_and_works(client: Browser, stripe_sandbox: object) -> None:
    user = make_user()
    variant = make_pooled("vendor_key/éß1", "vendor_key/éß2")
    order = pay(variant)
    license = license_of(order)
    assert license
    assert (license.key, license.is_pooled) == ("vendor_key/éß1", True)
    license.user_id = user.id
    commit()
    assert code(client, "validate", "vendor_key/éß1") == "VALID"
    assert code(client, "validate", "vendor_key/éß2") == "NOT_FOUND"
    assert taking.left(variant.id) == 1
    client.post("/sign-in", data={"email": user.email, "password": PASSWORD})
    page = client.get("/account/licenses").text
    assert "vendor_key/éß1" in page
    assert "Replace this key" not in page
    assert client.post(f"/account/licenses/{license.id}/rotation").status_code == 409
    mail = session.scalars(select(Mail).where(Mail.template == "order_paid")).one()
    assert "vendor_key/éß1" in mail.text


def test_the_database_gives_no_key_away(app: Flask, stripe_sandbox: object) -> None:
    pay(make_pooled("vendor-key-1"))
    for table in ("pool_keys", "licenses", "mails"):
        rows = session.connection().execute(text(f"SELECT * FROM {table}")).all()
        assert rows
        assert "vendor-key" not in str(rows)


def test_several_pieces_are_several_keys(client: Browser, stripe_sandbox: object) -> None:
    order = pay(make_pooled("AAAA-1", "AAAA-2", "AAAA-3"), quantity=2)
    license = license_of(order)
    assert license
    assert license.key == "AAAA-1, AAAA-2"
    commit()
    answers = [code(client, "validate", key) for key in ("AAAA-1", "AAAA-2", "AAAA-3")]
    assert answers == ["VALID", "VALID", "NOT_FOUND"]


def test_duplicates_and_nonsense_are_named_by_line(add: Add) -> None:
    variant = make_pooled("ONE-1")
    other = make_pooled("TWO-2")
    told = add(variant.sku, "ONE-1", "NEW-1", "", "NEW-1", "abc", "TWO-2", "x" * 101, "NEW-2")
    assert told.exit_code == 1
    assert "2 keys were added" in told.output
    assert "Lines 1, 4, 6: we have already." in told.output
    assert "Lines 5, 7: cannot be a key." in told.output
    assert "NEW-1" not in told.output
    assert (taking.left(variant.id), taking.left(other.id)) == (3, 1)
    assert add("none", "NEW-3").exit_code == 1


def test_an_empty_pool_makes_the_order_wait_and_upload_serves_it(
    app: Flask, stripe_sandbox: object, add: Add
) -> None:
    variant = make_pooled("ONE-1")
    pay(variant)
    first, second = pay(variant), pay(variant)
    assert license_of(first) is None
    assert first.attention == "paid but no key"
    assert len(subjects("No key left")) == 2
    assert len(subjects("Your key for")) == 2
    told = add(variant.sku, "TWO-2")
    assert "1 keys were added, 1 buyers who waited were served." in told.output
    license = license_of(first)
    assert license
    assert (license.key, first.attention) == ("TWO-2", "")
    sent = session.scalars(select(Mail).where(Mail.subject.startswith("Your key"))).all()[-1]
    assert (sent.recipient, "TWO-2" in sent.text) == (first.email, True)
    assert (license_of(second), second.attention) == (None, "paid but no key")


def test_who_waits_is_served_by_the_sweeper_too(app: Flask, stripe_sandbox: object) -> None:
    variant = make_pooled("ONE-1")
    pay(variant)
    waits = pay(variant)
    session.add(PoolKey(variant_id=variant.id, key_hash="x", key="TWO-2", taken_at=None))
    commit()
    assert waiting.sweep() == 1
    assert license_of(waits)
    assert waiting.sweep() == 0


def test_a_refunded_order_waits_no_more(app: Flask, stripe_sandbox: object, add: Add) -> None:
    variant = make_pooled("ONE-1")
    pay(variant)
    refunded = pay(variant)
    refunded.payment_state = PaymentState.REFUNDED
    commit()
    assert "0 buyers" in add(variant.sku, "TWO-2").output
    assert license_of(refunded) is None


def test_staff_is_warned_once_for_each_filling(
    app: Flask, stripe_sandbox: object, add: Add
) -> None:
    admin = make_user(role="admin")
    variant = make_pooled(*(f"KEY-{n}" for n in range(FEW + 1)))
    pay(variant)
    assert subjects("Few keys left") == []
    pay(variant)
    pay(variant)
    mails = select(Mail.recipient).where(Mail.subject.startswith("Few keys left"))
    assert session.scalars(mails).all() == [admin.email]
    add(variant.sku, "MORE-1")
    pay(variant)
    assert len(session.scalars(mails).all()) == 2


def test_a_refund_puts_no_used_key_back(app: Flask, stripe_sandbox: object) -> None:
    variant = make_pooled("ONE-1")
    order = pay(variant)
    issuing.end(events.OrderRefunded(order.id))
    commit()
    assert taking.left(variant.id) == 0
    assert license_of(pay(variant)) is None


def test_a_subscription_gets_its_key_when_there_is_one(
    app: Flask, stripe_sandbox: StripeSandbox, add: Add
) -> None:
    variant = make_pooled("ONE-1")
    pay(variant)
    subscriber = make_subscriber(stripe_sandbox)
    subscription = subscriber.subscribe(make_plan(variant=variant))
    mine = select(License.key).where(License.subscription_id == subscription.id)
    assert session.scalar(mine) is None
    noted = select(func.count()).where(SubscriptionEntry.kind == "no_key")
    assert session.scalar(noted) == 1
    assert "1 buyers" in add(variant.sku, "TWO-2").output
    assert session.scalar(mine) == "TWO-2"


BUYERS = 8


def make_buyers(variant: Variant) -> list[int]:
    """Paid orders of the variant; nothing was issued yet."""
    orders = [make_paid_order(variant.product) for _ in range(BUYERS)]
    for order in orders:
        order.lines[0].variant_id = variant.id
        session.add(Fulfilment(order_id=order.id))
    ids = [order.id for order in orders]
    commit()
    return ids


def test_the_last_keys_are_sold_once(either_app: Flask) -> None:
    variant = make_pooled("ONE-1", "TWO-2", "THREE-3")
    ids = make_buyers(variant)
    session.remove()

    def buy(number: int) -> None:
        issuing.issue(events.OrderPaid(ids[number]))

    assert race(either_app, BUYERS, buy) == [None] * BUYERS
    keys = session.scalars(select(License.key)).all()
    assert sorted(key or "" for key in keys) == ["ONE-1", "THREE-3", "TWO-2"]
    waits = select(func.count()).where(Order.attention == "paid but no key")
    assert session.scalar(waits) == BUYERS - 3


def test_looking_before_taking_would_sell_the_last_key_twice(either_app: Flask) -> None:
    """Without the one statement; SQLite refuses a reader that turns writer."""
    variant_id = make_pooled("ONE-1").id
    session.remove()
    everyone_has_looked = Barrier(2)

    def take_carelessly(_number: int) -> bool:
        session.connection(execution_options={"only_reads": True})
        found = session.scalar(select(PoolKey.id).filter_by(variant_id=variant_id, taken_at=None))
        everyone_has_looked.wait(timeout=10)
        session.execute(update(PoolKey).where(PoolKey.id == found).values(taken_at=utcnow()))
        return found is not None

    answers = race(either_app, 2, take_carelessly)
    is_postgres = db.engine.dialect.name == "postgresql"
    assert answers.count(True) == (2 if is_postgres else 1)


def test_a_key_that_is_given_up_is_found_by_who_waits(either_app: Flask) -> None:
    """The first takes the last key, and is rolled back while the second waits for it."""
    variant_id = make_pooled("ONE-1").id
    session.remove()
    has_taken = Barrier(2)

    def take(number: int) -> int:
        if number:
            has_taken.wait(timeout=10)
            return taking.take(variant_id, 1)[0].id
        found = taking.take(variant_id, 1)[0].id
        has_taken.wait(timeout=10)
        rollback()
        return found

    first, second = race(either_app, 2, take)
    assert first == second


def test_too_few_are_none_taken(app: Flask) -> None:
    variant = make_pooled("ONE-1")
    with pytest.raises(NoKeys), session.begin_nested():
        taking.take(variant.id, 2)
    assert taking.left(variant.id) == 1
