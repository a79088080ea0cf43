from flask import Flask

from shop.db import commit
from shop.licenses import finding, keys, rotation
from tests.licenses.factories import make_license


def test_support_finds_a_license_by_what_is_read_out(app: Flask) -> None:
    bought, _other = make_license(), make_license()
    tail = bought.key[-5:]
    for said in (
        bought.key,
        bought.key.lower(),
        tail,
        tail[-4:],
        f" {tail.lower()} ",
        bought.key[-11:],
    ):
        assert [license.id for license in finding.by_key(said)] == [bought.id], said


def test_a_key_that_was_replaced_still_leads_to_its_license(app: Flask) -> None:
    bought = make_license()
    new = rotation.rotate(bought.license)
    commit()
    for said in (bought.key, bought.key[-5:], new, new[-5:]):
        assert [license.id for license in finding.by_key(said)] == [bought.id]


def test_too_little_or_nonsense_finds_nothing(app: Flask) -> None:
    bought = make_license()
    for said in ("", bought.key[-3:], "%%%%%", "_____", "\0\0\0\0", keys.make(), "x" * 10**6):
        assert list(finding.by_key(said)) == [], said
