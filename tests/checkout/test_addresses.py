from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shop.checkout import addresses, countries
from shop.checkout.addresses import BadAddress, normalize, rules_of
from tests.checkout.buyer import BERLIN

AUSTIN = {
    "name": "Ada Byron",
    "line1": "1 Congress Ave",
    "postal_code": "78701",
    "city": "Austin",
    "region": "TX",
    "country": "US",
}


def errors_of(**given: str) -> dict[str, list[str]]:
    with pytest.raises(BadAddress) as caught:
        normalize(given)
    return caught.value.errors


def test_what_is_stored_has_every_field() -> None:
    assert normalize(BERLIN) == {**BERLIN, "line2": "", "region": ""}
    assert normalize(AUSTIN) == {**AUSTIN, "line2": ""}


LABELS = {
    "US": "ZIP code",
    "DE": "Postal code",
    "GB": "Postcode",
    "IN": "PIN code",
    "IE": "Eircode",
}


@pytest.mark.parametrize(("country", "label"), LABELS.items())
def test_a_postal_code_is_called_as_people_there_call_it(country: str, label: str) -> None:
    assert rules_of(country).fields["postal_code"].label == label


def test_fields_are_those_of_the_country() -> None:
    assert "region" not in rules_of("DE").fields
    assert ("TX", "Texas") in rules_of("US").fields["region"].choices
    assert ("北海道", "Hokkaido") in rules_of("JP").fields["region"].choices
    assert "postal_code" not in rules_of("HK").fields
    assert "city" not in rules_of("SG").fields


def test_what_is_missing_is_named() -> None:
    found = errors_of(country="US", name="Ada")
    assert found == {
        "line1": ["Enter the street and number."],
        "postal_code": ["Enter the ZIP code."],
        "city": ["Enter the city."],
        "region": ["Choose the state."],
    }


@pytest.mark.parametrize("code", ["1040", "123456", "١٠١١٩", "ABCDE", "10119\u2028x"])
def test_a_wrong_postal_code_is_refused_with_an_example(code: str) -> None:
    found = errors_of(**(BERLIN | {"postal_code": code}))
    assert found["postal_code"] == [
        "This is not a postal code here (Germany). It looks like 26133."
    ]


def test_a_postal_code_has_to_lie_in_its_region() -> None:
    assert "postal_code" in errors_of(**(AUSTIN | {"region": "CA"}))


def test_a_region_is_one_of_the_list() -> None:
    assert "region" in errors_of(**(AUSTIN | {"region": "Bavaria"}))


def test_spellings_become_one() -> None:
    british = {"name": "Jo", "line1": " 1  High St ", "postal_code": "ec1y 8sy", "city": "London"}
    assert normalize(british | {"country": "gb"})["postal_code"] == "EC1Y 8SY"
    assert normalize(british | {"country": "gb"})["line1"] == "1 High St"
    swiss = {"name": "Jo", "line1": "Gasse 1", "postal_code": "CH-8001", "city": "Zürich"}
    assert normalize(swiss | {"country": "CH"})["postal_code"] == "8001"


@pytest.mark.parametrize("country", ["", "XX", "ZZ", "DEU", "../x", "D\x00"])
def test_a_country_that_does_not_exist_is_refused(country: str) -> None:
    assert "country" in errors_of(**(BERLIN | {"country": country}))


def test_fields_that_a_country_has_not_are_dropped() -> None:
    assert normalize(BERLIN | {"region": "Berlin"})["region"] == ""


def test_a_download_needs_no_street() -> None:
    short = {"name": "Mara", "postal_code": "10119", "country": "DE"}
    assert normalize(short, full=False)["postal_code"] == "10119"
    with pytest.raises(BadAddress):
        normalize(short)


@pytest.mark.parametrize("bad", ["a\x00b", "a\u202eb", "a\ud800b", "\x1b[31m"])
def test_x02_what_cannot_be_printed_is_refused(bad: str) -> None:
    assert "character" in errors_of(**(BERLIN | {"line1": bad}))["line1"][0]


def test_too_long_is_refused() -> None:
    assert errors_of(**(BERLIN | {"line1": "x" * 201})) == {
        "line1": ["Use at most 200 characters."]
    }


@settings(max_examples=50, deadline=None)
@given(st.fixed_dictionaries({name: st.text() for name in addresses.FIELDS}))
def test_x02_any_text_is_stored_or_refused(typed: dict[str, str]) -> None:
    """Any other error than ours would be a fault."""
    with suppress(BadAddress):
        stored = normalize(typed | {"country": "US"})
        assert "".join(stored.values()).encode()


def test_every_country_of_the_list_has_rules() -> None:
    assert len(countries.names()) > 240
    for country in countries.names():
        assert rules_of(country).fields["line1"].required


def test_an_address_reads_in_lines() -> None:
    lines = addresses.lines_of(normalize(AUSTIN))
    assert lines == ["Ada Byron", "1 Congress Ave", "78701 Austin", "Texas", "United States"]
