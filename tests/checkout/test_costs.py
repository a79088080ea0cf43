"""Tax rates, delivery methods, and what the shop is seeded with."""

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from shop.checkout import delivery, tariffs, tax
from shop.checkout.delivery import DeliveryOption, Parcel
from shop.checkout.models import DeliveryMethod, TaxRate
from shop.checkout.seeds import seed_checkout
from shop.db import commit, session
from tests.checkout.buyer import SESSIONS, Buyer
from tests.factories import make_price

EU = (
    *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU"),
    *("IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"),
)


def options(**given: object) -> list[DeliveryOption]:
    parcel = {"country": "DE", "weight": 500, "subtotal": 2_000, "currency": "EUR"} | given
    return delivery.options(tariffs.read().methods, Parcel(**parcel))  # type: ignore[arg-type]


def names(**given: object) -> list[str]:
    return [option.name for option in options(**given)]


def rates(country: str, categories: list[str]) -> dict[str, int]:
    return tax.rates(tariffs.read().rates, country, categories)


def test_the_seeds_tax_every_country_of_the_union(app: Flask) -> None:
    for country in [*EU, "CH", "GB"]:
        of = rates(country, ["standard", "reduced", "digital"])
        assert 800 < of["standard"] <= 2_700
        assert of["reduced"] <= of["standard"] == of["digital"]
    assert rates("FI", [])["standard"] == 2_550


def test_rates_fall_back(app: Flask) -> None:
    session.add(TaxRate(country="*", category="books", basis_points=300))
    commit()
    assert rates("DE", ["books"]) == {"books": 1_900, "standard": 1_900}
    assert rates("JP", ["books"]) == {"books": 300, "standard": 0}
    assert rates("JP", ["unheard of"])["unheard of"] == 0


def test_seeding_twice_adds_nothing(app: Flask) -> None:
    def count() -> tuple[int | None, int | None]:
        return (
            session.scalar(select(func.count(TaxRate.id))),
            session.scalar(select(func.count(DeliveryMethod.id))),
        )

    before = count()
    seed_checkout()
    commit()
    assert count() == before


def test_methods_go_where_they_go(app: Flask) -> None:
    assert names() == ["Standard", "Express", "Pickup"]
    assert names(country="FR") == ["Standard", "Express"]
    assert names(country="JP") == ["Standard"]
    assert names(weight=25_000) == ["Standard", "Pickup"]
    assert names(weight=40_000) == ["Pickup"]
    assert names(currency="USD") == []


@pytest.mark.parametrize(("subtotal", "amount"), [(4_999, 490), (5_000, 0)])
def test_delivery_is_free_from_an_amount(app: Flask, subtotal: int, amount: int) -> None:
    assert options(subtotal=subtotal)[0].amount == amount


def test_what_staff_change_is_quoted_at_once(buyer: Buyer) -> None:
    buyer.add(make_price(unit_amount=1_000))
    token = buyer.open_session()
    standard = select(DeliveryMethod).where(DeliveryMethod.name == "Standard")
    session.scalars(standard).one().amount = 7
    commit()
    assert buyer.session(token)["amounts"]["delivery"] == 7


def test_an_estimate_may_be_old_but_what_is_charged_is_not(
    buyer: Buyer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process changed the table: nothing tells this one."""
    monkeypatch.setattr(tariffs, "LIFE", 3_600)
    buyer.add(make_price(unit_amount=1_000))
    token = buyer.open_session()
    session.execute(text("UPDATE delivery_methods SET amount = 7"))
    commit()
    assert buyer.session(token)["amounts"]["delivery"] == 490
    paying = buyer.ok(buyer.put(f"{SESSIONS}/{token}/payment", json={})).json
    assert paying["amounts"]["delivery"] == 7

    monkeypatch.setattr(tariffs, "LIFE", 0)
    assert tariffs.recent().methods[0].amount == 7
