from sqlalchemy import select

from shop import events
from shop.catalog.models import Kind
from shop.db import commit, session, utcnow
from shop.downloads import grants
from shop.downloads.models import Grant
from shop.orders import access
from shop.orders.models import OrderLine, PaymentState
from tests.downloads.factories import (
    make_digital,
    make_grant,
    make_paid_order,
    make_release,
    make_user,
)
from tests.factories import make_product


def given() -> list[Grant]:
    session.expire_all()
    return list(session.scalars(select(Grant).order_by(Grant.id)))


def test_a_paid_line_gets_one_grant_however_often_it_is_told(app: object) -> None:
    product, user = make_digital(), make_user()
    make_release(product)
    order = make_paid_order(product, user)
    for _ in range(3):
        grants.give(events.OrderPaid(order.id))
        commit()
    (grant,) = given()
    assert (grant.order_line_id, grant.user_id) == (order.lines[0].id, user.id)
    assert (grant.left, grant.expires_at) == (grants.MOST, None)


def test_a_license_with_a_link_attribute_gets_a_grant(app: object) -> None:
    product = make_product(kind=Kind.LICENSE, download_url="https://files.example/app.zip")
    grants.give(events.OrderPaid(make_paid_order(product).id))
    assert len(given()) == 1


def test_nothing_to_download_gets_no_grant(app: object) -> None:
    parcel = make_product(kind=Kind.PHYSICAL, download_url="https://files.example/manual.pdf")
    for product in (parcel, make_digital()):
        grants.give(events.OrderPaid(make_paid_order(product).id))
    assert given() == []


def test_giving_again_does_not_revive_a_refunded_grant(app: object) -> None:
    grant = make_grant()
    order_id = session.get_one(OrderLine, grant.order_line_id).order_id
    grants.end(events.OrderRefunded(order_id))
    ended_at = given()[0].ended_at
    grants.give(events.OrderPaid(order_id))
    grants.end(events.OrderRefunded(order_id))
    (grant,) = given()
    assert (grant.end_reason, grant.ended_at) == ("refund", ended_at)
    assert ended_at is not None


def test_a_refund_ends_only_its_own_order(app: object) -> None:
    mine, other = make_grant(), make_grant()
    order_id = session.get_one(OrderLine, mine.order_line_id).order_id
    grants.end(events.OrderRefunded(order_id))
    assert [grant.ended_at is None for grant in given()] == [False, True]
    assert other.end_reason == ""


def test_the_order_shows_the_stable_page_until_it_is_refunded(app: object) -> None:
    access.provide(grants.access_for)
    grant = make_grant()
    line = session.get_one(OrderLine, grant.order_line_id)
    order, url = line.order, access.of(line.order)[line.id].download_url
    assert url == f"http://localhost/downloads/{grant.token}"
    grants.end(events.OrderRefunded(order.id))
    assert access.of(order) == {}


def test_who_paid_before_the_first_release_gets_a_grant_with_it(app: object) -> None:
    product, user = make_digital(), make_user()
    paid, refunded, pending = (make_paid_order(product, user) for _ in range(3))
    refunded.payment_state, pending.payment_state = PaymentState.REFUNDED, PaymentState.PENDING
    grants.give(events.OrderPaid(paid.id))
    assert given() == []
    make_release(product)
    make_release(product, "1.1")
    (grant,) = given()
    assert (grant.order_line_id, grant.user_id) == (paid.lines[0].id, user.id)


def test_who_paid_before_there_was_a_link_gets_a_grant_with_it(either_app: object) -> None:
    product, user = make_digital(), make_user()
    paid, refunded = (make_paid_order(product, user) for _ in range(2))
    refunded.payment_state = PaymentState.REFUNDED
    product.description = "Still nothing to download."
    commit()
    assert given() == []
    for url in ("https://files.example/1.zip", "https://files.example/2.zip"):
        product.download_url = url
        commit()
    (grant,) = given()
    assert (grant.order_line_id, grant.user_id) == (paid.lines[0].id, user.id)


def test_a_link_that_is_not_kept_gives_nothing(app: object) -> None:
    product = make_digital()
    make_paid_order(product)
    product.download_url = "https://files.example/1.zip"
    session.flush()
    session.rollback()
    assert given() == []


def test_a_refund_that_fails_gives_the_download_back(app: object) -> None:
    grant = make_grant()
    order_id = session.get_one(OrderLine, grant.order_line_id).order_id
    grants.end(events.OrderRefunded(order_id))
    grants.restore(events.OrderRestored(order_id))
    (grant,) = given()
    assert (grant.ended_at, grant.end_reason) == (None, "")


def test_a_refund_that_fails_gives_what_was_released_meanwhile(app: object) -> None:
    product = make_digital()
    order = make_paid_order(product)
    order.payment_state = PaymentState.REFUNDED
    make_release(product)
    assert given() == []
    grants.restore(events.OrderRestored(order.id))
    assert [grant.order_line_id for grant in given()] == [order.lines[0].id]


def test_a_grant_that_staff_ended_stays_ended(app: object) -> None:
    grant = make_grant(ended_at=utcnow(), end_reason="abuse")
    order_id = session.get_one(OrderLine, grant.order_line_id).order_id
    grants.restore(events.OrderRestored(order_id))
    assert given()[0].end_reason == "abuse"
