"""Forms of the back office, by the delivery methods and tax rates."""

import re

import pytest
from sqlalchemy import select

from shop.accounts.models import AuditEntry, Role
from shop.checkout.models import DeliveryMethod, TaxRate
from shop.db import commit, session
from tests.admin.conftest import Open
from tests.browser import Browser

METHOD = {"name": "Van", "note": "", "countries": "DE, FR", "currency": "EUR", "amount": "4.90",
          "free_from": "", "most_weight": "", "position": "0", "is_active": "y"}  # fmt: skip


@pytest.fixture
def admin(open_as: Open) -> Browser:
    return open_as(Role.ADMIN)


def make_method(**given: object) -> DeliveryMethod:
    method = DeliveryMethod(
        **{"name": "Van", "countries": [], "currency": "EUR", "amount": 490} | given
    )
    session.add(method)
    commit()
    return method


def seen_in(page: str) -> str:
    found = re.search(r'name="seen" value="(\w+)"', page)
    assert found
    return found[1]


def audited() -> list[tuple[str, str]]:
    return [(e.act, e.subject) for e in session.scalars(select(AuditEntry).order_by(AuditEntry.id))]


def test_one_is_made_changed_and_noted(admin: Browser) -> None:
    made = admin.post("/admin/delivery/new/", data=METHOD)
    assert made.status_code == 303
    method = session.scalars(select(DeliveryMethod)).one()
    assert (method.amount, method.countries, method.free_from) == (490, ["DE", "FR"], None)

    url = f"/admin/delivery/{method.id}/edit"
    seen = seen_in(admin.get(url).text)
    changed = admin.post(url, data=METHOD | {"amount": "5,50", "seen": seen})
    assert changed.status_code == 303
    session.expire_all()
    assert method.amount == 550

    entries = list(session.scalars(select(AuditEntry).order_by(AuditEntry.id)))
    assert [entry.act for entry in entries] == ["delivery method.create", "delivery method.update"]
    assert entries[1].data == {"amount": [490, 550]}
    assert entries[1].actor == "admin@staff.example"


def test_what_is_wrong_is_said_beside_its_field_and_kept(admin: Browser) -> None:
    page = admin.post("/admin/delivery/new/", data=METHOD | {"amount": "ten", "countries": "DE XX"})

    assert page.status_code == 422
    assert "Write an amount of EUR, such as 19.90." in page.text
    assert "Not a country code: XX." in page.text
    assert 'value="ten"' in page.text
    assert not session.scalars(select(DeliveryMethod)).all()


def test_the_second_of_two_is_told_and_loses_nothing(admin: Browser) -> None:
    method = make_method()
    url = f"/admin/delivery/{method.id}/edit"
    old = seen_in(admin.get(url).text)
    method.amount = 990
    commit()

    page = admin.post(url, data=METHOD | {"name": "Fast van", "amount": "5.00", "seen": old})
    assert page.status_code == 409
    assert "Somebody else saved this meanwhile." in page.text
    assert "<dt>Price</dt><dd>9.90</dd>" in page.text
    assert 'value="Fast van"' in page.text
    session.expire_all()
    assert (method.name, method.amount) == ("Van", 990)

    again = admin.post(url, data=METHOD | {"amount": "5.00", "seen": seen_in(page.text)})
    assert again.status_code == 303
    session.expire_all()
    assert method.amount == 500


def test_without_what_was_seen_nothing_is_overwritten(admin: Browser) -> None:
    method = make_method()
    page = admin.post(f"/admin/delivery/{method.id}/edit", data=METHOD | {"amount": "1.00"})
    assert page.status_code == 409


def test_a_twin_is_refused_beside_its_field(admin: Browser) -> None:
    rate = {"country": "DE", "category": "standard", "basis_points": "19", "name": "VAT"}
    assert admin.post("/admin/tax/new/", data=rate).status_code == 303
    page = admin.post("/admin/tax/new/", data=rate | {"basis_points": "7"})

    assert page.status_code == 422
    assert "This country has a rate for this category already." in page.text
    assert session.scalars(select(TaxRate.basis_points)).all() == [1900]


def test_deleting_asks_first(admin: Browser) -> None:
    rate = {"country": "DE", "category": "standard", "basis_points": "19", "name": "VAT"}
    admin.post("/admin/tax/new/", data=rate)
    url = f"/admin/tax/{session.scalars(select(TaxRate.id)).one()}/removal"

    assert "cannot be undone" in admin.get(url).text
    assert session.scalars(select(TaxRate)).all()
    assert admin.post(url).status_code == 303
    assert not session.scalars(select(TaxRate)).all()
    assert audited()[-1][0] == "tax rate.delete"


def test_m01_a_form_sets_what_it_shows_and_nothing_else(admin: Browser) -> None:
    method = make_method()
    url = f"/admin/delivery/{method.id}/edit"
    seen = seen_in(admin.get(url).text)
    more = {"id": "77", "metadata": "x", "registry": "x", "__class__": "x"}
    assert admin.post(url, data=METHOD | more | {"seen": seen}).status_code == 303
    assert session.scalars(select(DeliveryMethod.id)).all() == [method.id]


@pytest.mark.parametrize(
    "id", ["1,2", "0", "-1", "99999999999999999999", "x", "%00", "1%2f2", "²", "1 OR 1=1"]
)
def test_m08_a_bad_id_is_not_found(admin: Browser, id: str) -> None:
    make_method()
    assert admin.get(f"/admin/delivery/{id}/edit").status_code == 404
    assert admin.get(f"/admin/tax/{id}/removal").status_code == 404


def test_who_may_only_look_gets_no_form(open_as: Open) -> None:
    method = make_method()
    reader = open_as(Role.READ_ONLY)
    page = reader.get("/admin/delivery/")
    assert f"/admin/delivery/{method.id}" in page.text
    assert "/edit" not in page.text
    assert reader.get(f"/admin/delivery/{method.id}/edit").status_code == 403
    assert reader.get(f"/admin/delivery/{method.id}").status_code == 200
