"""Acts on orders and drafts that can be undone."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import func, select, update
from werkzeug.test import TestResponse

from shop.cart.discounts import codes
from shop.cart.discounts.models import Discount
from shop.cart.discounts.terms import Terms, create_discount
from shop.cart.models import Cart, CartLine
from shop.catalog.models import Kind
from shop.checkout.drafts.models import Draft
from shop.db import commit, session
from shop.orders import timeline
from shop.orders.fulfilment.models import Backorder
from shop.orders.models import Order, Shipment, ShipmentLine, TimelineEntry
from tests.admin.drafts.making import change, make_draft
from tests.admin.orders.desk import paid_order, send, token_on, url_of
from tests.admin.orders.test_waiting import wait
from tests.admin.undoing.acts import Act, values
from tests.browser import Browser


def click(browser: Browser, order: Order, part: str, page: str = "", **data: Any) -> TestResponse:
    """A button of a page of the order's."""
    token = token_on(browser.get(url_of(order, page)))
    return browser.post(url_of(order, part), data={"token": token} | data)


def note(browser: Browser) -> Act:
    order = paid_order(Kind.DIGITAL)
    notes = select(func.count()).where(TimelineEntry.kind == timeline.NOTE)
    return Act(
        lambda: click(browser, order, "/notes", text="Calls back on Monday."),
        lambda: session.scalar(notes),
        update(TimelineEntry).values(text="Calls back on Tuesday."),
    )


def resolve(browser: Browser) -> Act:
    order = paid_order(Kind.DIGITAL)
    timeline.ask_for_a_hand(order, "a refund failed")
    commit()
    return Act(
        lambda: click(browser, order, "/resolution", reason="Paid by hand"),
        values(Order.attention),
        update(Order).values(attention="paid but no key"),
    )


def _pack(browser: Browser, order: Order) -> TestResponse:
    return send(
        browser, url_of(order, "/delivery"), **{f"line-{order.lines[0].id}": "2", "act": "pack"}
    )


def _parcel(browser: Browser, order: Order, act: str) -> TestResponse:
    id = session.scalars(select(Shipment.id)).one()
    return click(browser, order, f"/delivery/{id}", "/delivery", act=act)


def pack(browser: Browser) -> Act:
    order = paid_order(Kind.PHYSICAL, quantity=2)
    return Act(
        lambda: _pack(browser, order),
        values(ShipmentLine.quantity),
        update(Shipment).values(state="shipped"),
    )


def unpack(browser: Browser) -> Act:
    """What else happens: the goods wait, so they are not packed again."""
    order = paid_order(Kind.PHYSICAL, quantity=2)
    _pack(browser, order)
    return Act(
        lambda: _parcel(browser, order, "unpack"),
        values(ShipmentLine.quantity),
        update(Order).values(payment_state="refunded"),
    )


def deliver(browser: Browser) -> Act:
    order = paid_order(Kind.PHYSICAL, quantity=2)
    _pack(browser, order)
    _parcel(browser, order, "ship")
    return Act(
        lambda: _parcel(browser, order, "deliver"),
        values(Shipment.state, Shipment.delivered_at),
        update(Shipment).values(state="shipped"),
    )


def end_wait(browser: Browser) -> Act:
    order = paid_order(Kind.PHYSICAL, quantity=2)
    wait(browser, order)
    line = order.lines[0]
    backorder = session.query(Backorder).one()
    again = {"order_id": order.id, "order_line_id": line.id, "expected_at": backorder.created_at}
    return Act(
        lambda: click(browser, order, f"/wait/{line.id}/end"),
        values(Backorder.expected_at, Backorder.is_rest),
        Backorder.__table__.insert().values(**again, is_rest=True, created_at=backorder.created_at),  # type: ignore[attr-defined]
    )


def _line_of(draft: Draft) -> str:
    return f"/lines/{session.scalars(select(CartLine.id).filter_by(cart_id=draft.cart_id)).one()}"


def add_line(browser: Browser) -> Act:
    draft = make_draft(browser)
    price_id = session.scalars(select(CartLine.price_id)).one()
    return Act(
        lambda: change(browser, draft, "/lines", price_id=price_id, quantity=2),
        values(CartLine.quantity),
        update(CartLine).values(quantity=5),
    )


def change_line(browser: Browser) -> Act:
    draft = make_draft(browser)
    return Act(
        lambda: change(browser, draft, _line_of(draft), quantity=4),
        values(CartLine.quantity),
        update(CartLine).values(quantity=5),
    )


def remove_line(browser: Browser) -> Act:
    """What else happens: it is withdrawn."""
    draft = make_draft(browser)
    return Act(
        lambda: change(browser, draft, f"{_line_of(draft)}/removal"),
        values(CartLine.quantity),
        update(Draft).values(withdrawn_at=draft.created_at),
    )


def _with_code(browser: Browser) -> Draft:
    codes.add_code(create_discount(Terms(name="Spring", basis_points=1000)), "SPRING")
    commit()
    return make_draft(browser)


def apply_code(browser: Browser) -> Act:
    draft = _with_code(browser)
    return Act(
        lambda: change(browser, draft, "/code", code="spring"),
        values(Cart.discount_code_id),
        update(Cart).values(discount_code_id=None, version=Cart.version + 1),
    )


def remove_code(browser: Browser) -> Act:
    """What else happens: it is withdrawn."""
    draft = _with_code(browser)
    change(browser, draft, "/code", code="spring")
    return Act(
        lambda: change(browser, draft, "/code/removal"),
        values(Cart.discount_code_id),
        update(Draft).values(withdrawn_at=draft.created_at),
    )


def revoke(browser: Browser) -> Act:
    draft = make_draft(browser)
    change(browser, draft, "/discount", basis_points="10", amount="", name="For the wait")
    return Act(
        lambda: change(browser, draft, "/discount/removal"),
        values(Discount.name, Discount.basis_points),
        update(Draft).values(withdrawn_at=draft.created_at),
    )


ACTS: dict[str, Callable[[Browser], Act]] = {
    "admin_orders.add_note": note,
    "admin_orders.resolve": resolve,
    "admin_orders.add_parcel pack": pack,
    "admin_orders.handle_parcel unpack": unpack,
    "admin_orders.handle_parcel deliver": deliver,
    "admin_orders.end_wait": end_wait,
    "admin_drafts.add_line": add_line,
    "admin_drafts.change_line": change_line,
    "admin_drafts.remove_line": remove_line,
    "admin_drafts.apply_code": apply_code,
    "admin_drafts.remove_code": remove_code,
    "admin_drafts.revoke": revoke,
}
