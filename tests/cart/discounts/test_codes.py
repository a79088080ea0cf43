"""Codes as staff makes them and as people type them."""

import csv
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from shop.cart.discounts import codes, uses
from shop.cart.discounts.models import Discount, DiscountCode
from shop.cart.discounts.terms import BadTerms, Terms, change_discount, create_discount
from shop.db import session
from tests.cart.discounts.factories import make_discount
from tests.factories import make_product


@pytest.mark.parametrize(
    "typed",
    [
        "SPRING-10",
        " spring 10 ",
        "Spring1O",
        "SPR1NG\u201310",
        "spRlng_10",
        "\uff33PRING\uff11\uff10",
    ],
)
def test_one_code_is_typed_in_many_ways(typed: str) -> None:
    assert codes.normalize(typed) == codes.normalize("SPRING10")


def test_codes_that_read_alike_are_one(app: Flask) -> None:
    discount = make_discount("SOLO 10")
    with pytest.raises(codes.CodeTaken):
        codes.add_code(discount, "s0lo-IO")
    assert codes.add_code(discount, "SOLO 11").code == "SOLO 11"


@pytest.mark.parametrize("code", ["", "A", "--", "Frühling", "X" * 41, "A\n", "<b>BOLD</b>"])
def test_what_nobody_can_type_is_no_code(app: Flask, code: str) -> None:
    discount = make_discount()
    with pytest.raises(codes.BadCode):
        codes.add_code(discount, code)


def test_thousands_are_made_at_once_and_no_two_alike(either_app: Flask) -> None:
    discount = make_discount()
    made = codes.make_codes(discount, 2_500, prefix="gift")
    assert len({codes.normalize(code) for code in made}) == 2_500
    assert all(code.startswith("GIFT-") and len(code) == 16 for code in made)
    saved = select(func.count()).where(DiscountCode.most_uses == 1)
    assert session.scalar(saved) == 2_500


def test_a_code_that_was_there_is_made_anew(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of ten pairs of letters there are few: the loop goes on until there are enough."""
    monkeypatch.setattr(codes, "LENGTH", 2)
    monkeypatch.setattr(codes, "ALPHABET", "ABC")
    assert len(set(codes.make_codes(make_discount(), 9))) == 9


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": " "}, "name"),
        ({"basis_points": None}, "amount"),
        ({"amount": 500, "currency": "EUR"}, "amount"),
        ({"basis_points": None, "amount": 500}, "currency"),
        ({"basis_points": None, "amount": 0, "currency": "EUR"}, "amount"),
        ({"basis_points": None, "amount": 1_255, "currency": "KWD"}, "amount"),
        ({"basis_points": 10_001}, "basis_points"),
        ({"least_subtotal": 500}, "currency"),
        ({"most_uses": 0}, "most_uses"),
        ({"most_per_customer": 0}, "most_per_customer"),
        (
            {
                "starts_at": datetime(2026, 1, 2, tzinfo=UTC),
                "ends_at": datetime(2026, 1, 1, tzinfo=UTC),
            },
            "ends_at",
        ),
    ],
)
def test_terms_that_make_no_sense_are_refused(
    app: Flask, given: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadTerms) as refused:
        create_discount(replace(Terms("Spring sale", basis_points=1_000), **given))
    assert field in refused.value.errors


def test_terms_change_but_not_below_what_was_used(app: Flask) -> None:
    discount = make_discount()
    discount.uses = 3
    product = make_product()
    change_discount(discount, Terms("Summer", amount=500, currency="EUR", products=[product]))
    assert (discount.basis_points, discount.amount, discount.is_for_all) == (None, 500, False)
    with pytest.raises(BadTerms, match="used 3 times"):
        change_discount(discount, Terms("Summer", basis_points=1, most_uses=2))
    (code_id,) = session.scalars(select(DiscountCode.id))
    for order in ("one", "two"):
        uses.hold(code_id, order, uses.Customer(None, "mara@example.org"))
    with pytest.raises(BadTerms, match="used 2 times"):
        change_discount(discount, Terms("Summer", basis_points=1, most_per_customer=1))


def test_the_commands(app: Flask) -> None:
    shell = app.test_cli_runner()
    make_product(slug="atlas")

    def run(*args: str) -> str:
        result = shell.invoke(args=["discounts", *args])
        assert result.exit_code == 0, result.output
        return result.output

    options = ["--amount", "5", "--currency", "eur", "--minimum", "50", "--ends", "2030-01-01"]
    made = run("create", "Winter", *options, "--code", "WINTER", "--product", "atlas")
    assert made == "Discount 1, Winter, with 1 codes.\n"
    run("create", "Press", "--percent", "12.5", "--uses", "40", "--per-customer", "1")
    rows = list(csv.DictReader(run("codes", "2", "3", "--prefix", "PRESS").splitlines()))
    saved = select(DiscountCode.code).where(DiscountCode.discount_id == 2)
    assert {row["code"] for row in rows} == set(session.scalars(saved))
    run("stop", "1")
    assert run("list").splitlines() == [
        "1: Winter, €5.00, 1 codes, 0 used, stopped",
        "2: Press, 12.5 %, 3 codes, 0 of 40 used",
    ]
    winter = session.get_one(Discount, 1)
    assert (winter.least_subtotal, winter.ends_at) == (5_000, datetime(2030, 1, 1, tzinfo=UTC))
    assert [product.slug for product in winter.products] == ["atlas"]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["create", "X"], "Give either a percentage or an amount."),
        (["create", "X", "--percent", "ten"], "ten is not a number."),
        (["create", "X", "--percent", "0.001"], "finer than a hundredth"),
        (["create", "X", "--amount", "0.001", "--currency", "EUR"], "too many decimals"),
        (["create", "X", "--percent", "5", "--product", "nope"], "There is no product nope."),
        (["create", "X", "--percent", "5", "--code", "!"], "A code has 3 to 40"),
        (["codes", "7", "3"], "There is no discount 7."),
        (["codes", "1", "0"], "Make 1 to 100000 codes at once."),
    ],
)
def test_what_a_command_refuses_leaves_nothing(app: Flask, args: list[str], said: str) -> None:
    make_discount()
    result = app.test_cli_runner().invoke(args=["discounts", *args])
    assert result.exit_code == 1
    assert said in result.output
    assert session.scalar(select(func.count(Discount.id))) == 1
