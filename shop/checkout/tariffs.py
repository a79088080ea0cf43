"""What delivery and taxes cost everywhere, from the two small tables that staff keep.

Steps and pages show an estimate, for which what was read a moment ago is good enough. Going to pay
reads the tables themselves.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import current_app, has_app_context
from sqlalchemy import Row, bindparam, event, select

from shop.checkout.models import DeliveryMethod, TaxRate
from shop.checkout.tax import ANYWHERE
from shop.db import session

LIFE = 1.0
"""Seconds until a process sees what another one changed; its own changes it sees at once."""

Method = Row[Any]
"""A row of `DeliveryMethod`."""

_METHODS = select(DeliveryMethod.__table__).where(DeliveryMethod.__table__.c.is_active)
_rate = TaxRate.__table__.c
_RATES = select(_rate.country, _rate.category, _rate.basis_points)
_RATES_THERE = _RATES.where(_rate.country.in_([bindparam("country"), ANYWHERE]))


@dataclass(frozen=True)
class Tariff:
    methods: Sequence[Method]
    """In the order that staff gave."""
    rates: Mapping[tuple[str, str], int]
    """Basis points by country and tax category."""
    read_at: float


def read(country: str | None = None) -> Tariff:
    """:param country: leaves out the taxes of all others."""
    session.flush()  # what was just changed counts
    connection = session.connection()
    methods: Sequence[Any] = connection.execute(_METHODS).all()
    found = connection.execute(_RATES_THERE if country else _RATES, {"country": country})
    rates = {(place, category): basis_points for place, category, basis_points in found}
    in_order = sorted(methods, key=lambda method: (method.position, method.id))
    return Tariff(in_order, rates, time.monotonic())


def recent() -> Tariff:
    """As this process read it last, at most a second ago."""
    kept: Tariff | None = current_app.extensions.get("tariff")
    if kept is None or time.monotonic() > kept.read_at + LIFE:
        kept = current_app.extensions["tariff"] = read()
    return kept


def _forget(*_args: object) -> None:
    if has_app_context():
        current_app.extensions.pop("tariff", None)


for _model in (DeliveryMethod, TaxRate):
    for _change in ("after_insert", "after_update", "after_delete"):
        event.listen(_model, _change, _forget)
