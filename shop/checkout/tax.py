"""What a country takes on each tax category."""

from collections.abc import Iterable, Mapping

ANYWHERE = "*"
STANDARD = "standard"


def rates(
    table: Mapping[tuple[str, str], int], country: str, categories: Iterable[str]
) -> dict[str, int]:
    """Basis points by category, `standard` always among them.

    The country's own rate, else its standard rate, else the category's rate anywhere, else none.

    :param table: basis points by country and category.
    """

    def find(category: str) -> int:
        places = ((country, category), (country, STANDARD), (ANYWHERE, category))
        return next((table[place] for place in places if place in table), 0)

    return {category: find(category) for category in {STANDARD, *categories}}
