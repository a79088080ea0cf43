import math
import re
from itertools import pairwise

import pytest

from shop.licenses import keys

KEYS = [keys.make() for _ in range(50)]


def test_a_key_has_at_least_128_random_bits_in_readable_groups() -> None:
    assert all(re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{5}-){5}[0-9A-HJKMNP-TV-Z]{5}", k) for k in KEYS)
    assert math.log2(len(keys.ALPHABET)) * keys.RANDOM >= 128
    assert len({symbol for key in KEYS for symbol in key.replace("-", "")[:28]}) == 32


@pytest.mark.parametrize(
    ("old", "new"), [("-", ""), ("-", " \n"), ("-", "\u2013"), ("1", "l"), ("1", "I"), ("0", "O")]
)
def test_a_key_is_read_however_it_is_typed(old: str, new: str) -> None:
    for key in KEYS:
        assert keys.read(f" {key}\n".lower().replace(old, new)) == key


def test_every_single_wrong_character_is_noticed() -> None:
    for key in KEYS[:10]:
        for at, right in enumerate(key):
            for wrong in keys.ALPHABET if right != "-" else "":
                typo = key[:at] + wrong + key[at + 1 :]
                assert (keys.read(typo) is None) == (typo != key)


def test_two_swapped_characters_are_noticed() -> None:
    for key in KEYS:
        symbols = key.replace("-", "")
        for at, (one, two) in enumerate(pairwise(symbols)):
            swapped = symbols[:at] + two + one + symbols[at + 2 :]
            assert (keys.read(swapped) is None) == (one != two)


@pytest.mark.parametrize("typed", ["", "U" * 30, "0" * 29, "0" * 31, "\0" * 30, "x" * 10**6])
def test_what_cannot_be_a_key_is_none(typed: str) -> None:
    assert keys.read(typed) is None


def test_what_is_kept_in_the_open_is_no_key() -> None:
    key = keys.make()
    assert keys.ending(key) == key[-5:]
    assert key.replace("-", "") not in keys.digest(key)
