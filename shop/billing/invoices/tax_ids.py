"""Whether a buyer's VAT id has the form that its country gives such ids.

Only the form: that it exists, and is theirs, the registers know.
"""

from importlib import import_module
from typing import Any

from shop.billing.invoices.models import bare
from shop.errors import BadInput

EU = frozenset(
    [
        *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU"),
        *("IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"),
    ]
)
EU_FORM = "stdnum.eu.vat"
PREFIX = {"GR": "EL"}
ELSEWHERE = {
    "AU": ("au_abn", "stdnum.au.abn"),
    "BR": ("br_cnpj", "stdnum.br.cnpj"),
    "CH": ("ch_vat", "stdnum.ch.vat"),
    "GB": ("gb_vat", "stdnum.gb.vat"),
    "IN": ("in_gst", "stdnum.in_.gstin"),
    "JP": ("jp_cn", "stdnum.jp.cn"),
    "NO": ("no_vat", "stdnum.no.mva"),
    "NZ": ("nz_gst", "stdnum.nz.ird"),
    "US": ("us_ein", "stdnum.us.ein"),
}
"""Stripe's name of the kind, and who knows its form; loaded when there is one to look at."""


class BadTaxId(BadInput):
    def __init__(self, message: str) -> None:
        super().__init__(message, vat_id=[message])


def read(text: str, country: str) -> dict[str, str]:
    """{type, value} as Stripe and our invoices have it.

    :param country: of the buyer's address; the id may begin with another of the EU.
    :raises BadTaxId: when it cannot be one, or of a country whose form we do not know.
    """
    id = bare(text)
    if id.startswith("XI") and _fits("stdnum.gb.vat", id.removeprefix("XI")):
        return {"type": "eu_vat", "value": id}
    kind, module = ELSEWHERE.get(country, ("eu_vat", EU_FORM))
    prefixed = PREFIX.get(country, country) + id if country in EU else id
    for candidate in (id, prefixed):
        if _fits(EU_FORM, candidate):
            return {"type": "eu_vat", "value": candidate}
    if country not in ELSEWHERE and country not in EU:
        raise BadTaxId("We do not know the ids of your country. Please write to us.")
    if kind == "eu_vat" or not _fits(module, id):
        raise BadTaxId("That is not a VAT id: letters or digits are missing, or do not fit.")
    return {"type": kind, "value": f"GB{id.removeprefix('GB')}" if kind == "gb_vat" else id}


def _fits(module: str, id: str) -> bool:
    rules: Any = import_module(module)
    return bool(rules.is_valid(id))
