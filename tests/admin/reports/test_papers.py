"""Taxes and shelves, against sums made by hand, on both databases."""

from flask import Flask

from shop.admin.reports.figures import papers, shelves
from shop.admin.reports.periods import Period
from shop.billing.invoices.models import Invoice, InvoiceStatus, Source
from shop.catalog import stock
from shop.catalog.models import Status
from shop.db import commit, session
from shop.orders.models import Order
from shop.search.models import SearchMiss
from tests.admin.reports.books import address, at, bill, credit, on, sell
from tests.factories import make_price, make_variant

MARCH = Period(on(1), on(31))
Rows = list[tuple[str, str, int | None, int, int]]


def rows(currency: str = "EUR") -> Rows:
    found = papers.sales_tax(MARCH, currency)
    return [(one.country, one.what, one.rate, one.net, one.tax) for one in found]


def invoice_of(order: Order) -> Invoice:
    invoice = Invoice(
        source=Source.SHOP,
        status=InvoiceStatus.PAID,
        order_id=order.id,
        currency=order.currency,
        subtotal=order.total,
        tax=order.tax,
        total=order.total,
        lines=[],
        seller={},
        customer_address=address("DE"),
    )
    session.add(invoice)
    commit()
    return invoice


def test_tax_inside_and_on_top_by_country_and_rate(either_app: Flask) -> None:
    price = make_price(unit_amount=11_900)
    line = {"tax_rate": 1_900, "tax": 1_900}
    sell(price, at(5), tax=1_900, line=line)
    sell(price, at(6), tax=1_900, line=line)
    on_top = make_price(unit_amount=10_000)
    sell(
        *(on_top, at(7)),
        tax=1_000,
        tax_included=False,
        total=11_000,
        line={"tax_rate": 1_000, "tax": 1_000},
        shipping_address=address("US"),
    )
    sell(price, at(7, 4), tax=1_900, line=line)
    sell(make_price(unit_amount=900, currency="JPY"), at(7))

    assert rows() == [
        ("DE", papers.GOODS, 1_900, 20_000, 3_800),
        ("US", papers.GOODS, 1_000, 10_000, 1_000),
    ]
    assert rows("JPY") == [("DE", papers.GOODS, 0, 900, 0)]


def test_delivery_has_the_rest_of_the_tax(either_app: Flask) -> None:
    price = make_price(unit_amount=11_900)
    sell(
        *(price, at(5)),
        delivery=595,
        tax=1_995,
        total=12_495,
        line={"tax_rate": 1_900, "tax": 1_900, "discount": 0},
    )

    assert rows() == [
        ("DE", papers.GOODS, 1_900, 10_000, 1_900),
        ("DE", papers.DELIVERY, None, 500, 95),
    ]
    assert sum(row[3] + row[4] for row in rows()) == 12_495


def test_a_credit_note_counts_where_the_goods_went_on_its_own_day(either_app: Flask) -> None:
    price = make_price(unit_amount=11_900)
    order = sell(
        price, at(5, 2), tax=1_900, line={"tax_rate": 1_900}, shipping_address=address("AT")
    )
    credit(invoice_of(order), 1_190, 190, at(9))

    assert rows() == [("AT", papers.CREDITS, None, -1_000, -190)]


def test_subscriptions_stand_where_their_customers_live(either_app: Flask) -> None:
    bill(1_190, at(9), tax=190, customer_address=address("FR"))
    bill(1_190, None, tax=190, customer_address=address("FR"))

    assert rows() == [("FR", papers.SUBSCRIPTIONS, None, 1_000, 190)]


def test_stock_that_runs_out(either_app: Flask) -> None:
    scarce, plenty = make_variant(stock=9), make_variant(stock=100)
    make_variant(stock=2, product_values={"status": Status.DRAFT})
    make_variant()  # not counted
    quiet = make_variant(stock=5)
    for holder, variant, quantity in (("a", scarce, 6), ("b", plenty, 10)):
        stock.reserve(holder, {variant.id: quantity})
        stock.take(holder)
    stock.reserve("c", {scarce.id: 1})
    commit()

    found = {one.sku: one for one in shelves.stock_running_out(10)}
    assert set(found) == {scarce.sku, quiet.sku}
    one = found[scarce.sku]
    assert (one.available, one.on_hand, one.sold, one.days_left) == (2, 3, 6, 10)
    assert found[quiet.sku].days_left is None


def test_what_was_searched_for_and_not_found(either_app: Flask) -> None:
    for day, text, times in ((5, "sofa", 2), (9, "sofa", 3), (9, "bed", 4)):
        session.add(SearchMiss(day=on(day), text=text, count=times))
    session.add(SearchMiss(day=on(1, 4), text="bed", count=9))
    commit()

    found = shelves.zero_result_searches(MARCH, 10)
    assert [(one.text, one.count, one.last) for one in found] == [
        ("sofa", 5, on(9)),
        ("bed", 4, on(9)),
    ]
