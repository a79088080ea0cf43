"""What a country takes on each tax category, from the table that staff keep."""

from collections.abc import Iterable

from sqlalchemy import bindparam, select

from shop.checkout.models import TaxRate
from shop.db import session

ANYWHERE = "*"
STANDARD = "standard"

_RATES = select(TaxRate.country, TaxRate.category, TaxRate.basis_points).where(
    TaxRate.country.in_([bindparam("country"), ANYWHERE])
)


def rates(country: str, categories: Iterable[str]) -> dict[str, int]:
    """Basis points by category, `standard` always among them.

    The country's own rate, else its standard rate, else the category's rate anywhere, else none.
    """
    rows = session.execute(_RATES, {"country": country})
    table = {(row.country, row.category): row.basis_points for row in rows}

    def find(category: str) -> int:
        places = ((country, category), (country, STANDARD), (ANYWHERE, category))
        return next((table[place] for place in places if place in table), 0)

    return {category: find(category) for category in {STANDARD, *categories}}
