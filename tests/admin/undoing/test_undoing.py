"""What was done a moment ago is taken back, and nothing that others did meanwhile."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from shop.accounts.models import AuditEntry, Role
from shop.admin.models import SavedView, UndoOffer
from shop.admin.undoing import table
from shop.cart.discounts.models import Discount
from shop.cart.discounts.terms import Terms, create_discount
from shop.catalog.models import Product, Status
from shop.checkout.models import TaxRate
from shop.db import commit, session, utcnow
from tests.accounts.factories import PASSWORD
from tests.accounts.test_confirmation import grow_stale
from tests.admin.conftest import Open
from tests.admin.undoing import acts, order_acts
from tests.admin.undoing.pressing import after, press, save, undo_on
from tests.browser import Browser, open_browser
from tests.catalog.builders import make_category
from tests.factories import make_price

MAKERS = acts.ACTS | order_acts.ACTS
TAX = "/admin/tax/"


def test_every_act_that_can_be_undone_is_tried() -> None:
    assert set(MAKERS) == {act for act in table.ACTS if table.is_undoable(act)}


@pytest.mark.parametrize("name", MAKERS)
def test_it_is_undone_once(admin: Browser, name: str) -> None:
    act = MAKERS[name](admin)
    before = act.state()
    commit()
    undo = undo_on(after(admin, act.do()))
    session.expire_all()
    assert act.state() != before
    assert "Undone: it is as it was." in press(admin, undo)
    assert act.state() == before
    (noted,) = session.query(AuditEntry).filter_by(act="undo")
    assert (noted.actor, noted.data["undone"]) == ("admin@staff.example", name)
    assert "That was undone already." in press(admin, undo)
    assert act.state() == before


@pytest.mark.parametrize("name", MAKERS)
def test_what_was_done_meanwhile_stays(admin: Browser, name: str) -> None:
    act = MAKERS[name](admin)
    undo = undo_on(after(admin, act.do()))
    session.execute(act.meddle)
    commit()
    session.expire_all()
    now = act.state()
    said = press(admin, undo)
    assert "Undone: it is as it was." not in said
    assert 'class="notice warn"' in said
    assert act.state() == now
    assert not session.query(AuditEntry).filter_by(act="undo").all()


def archived(browser: Browser, *products: Product) -> str:
    form = {"action": "archive", "rowid": [product.id for product in products]}
    answer = browser.post("/admin/products/action/", data={**form, "query": "tab=draft"})
    assert answer.location == "/admin/products/?tab=draft"
    return undo_on(after(browser, answer))


def test_of_many_those_are_undone_that_nobody_changed(admin: Browser) -> None:
    here, there = (make_price().variant.product for _ in range(2))
    undo = archived(admin, here, there)
    assert admin.get(f"/products/{here.slug}").status_code == 404
    there.status = Status.DRAFT
    commit()
    assert "1 undone. 1 changed again since, and left as they are now." in press(admin, undo)
    assert (here.status, there.status) == (Status.PUBLISHED, Status.DRAFT)


def test_all_or_nothing_comes_back_where_a_rule_says_no(admin: Browser) -> None:
    priced, bare = (make_price() for _ in range(2))
    products = (priced.variant.product, bare.variant.product)
    undo = archived(admin, *products)
    bare.is_active = False
    commit()
    assert "needs a price before it is published." in press(admin, undo)
    assert {product.status for product in products} == {Status.ARCHIVED}


def test_who_might_have_done_it_may_undo_it(admin: Browser, open_as: Open) -> None:
    undo = archived(admin, make_price().variant.product)
    assert admin.get(undo).status_code == 405
    assert open_as(Role.SUPPORT).post(undo).status_code == 403
    refused = session.query(AuditEntry).filter_by(act="refused").one()
    assert refused.data["refused"] == "admin_products.action_view"
    assert open_browser(admin.application).post(undo).status_code == 303  # to sign in
    assert session.scalars(select(Product.status)).all() == [Status.ARCHIVED]
    assert "Undone" in press(open_as(Role.CATALOG), undo)


def test_it_needs_the_token_of_our_pages(admin: Browser) -> None:
    undo = archived(admin, make_price().variant.product)
    admin.has_token = False
    assert admin.post(undo).status_code == 400
    admin.has_token = True
    assert "Undone" in press(admin, undo)


def test_nobody_takes_back_the_views_of_another(admin: Browser, open_as: Open) -> None:
    undo = undo_on(after(admin, admin.post("/admin/views/", data=acts.BOOKS)))
    assert "There is nothing here." in press(open_as(Role.FINANCE), undo)
    assert session.query(SavedView).count() == 1


def test_settings_ask_again_who_is_there(admin: Browser) -> None:
    act = acts.settings(admin)
    undo = undo_on(after(admin, act.do()))
    grow_stale()
    now = act.state()
    commit()
    assert admin.post(undo).status_code != 303
    assert act.state() == now
    commit()
    assert admin.post(undo, data={"confirm_password": PASSWORD}).status_code == 303
    session.expire_all()
    assert act.state() != now


def test_it_lasts_an_hour_and_is_forgotten(admin: Browser) -> None:
    undo = undo_on(after(admin, acts.tax(admin).do()))
    changed = session.scalars(select(TaxRate.basis_points)).all()
    session.execute(update(UndoOffer).values(created_at=utcnow() - timedelta(minutes=61)))
    commit()
    assert "too long ago" in press(admin, undo)
    assert session.scalars(select(TaxRate.basis_points)).all() == changed
    acts.product(admin).do()
    assert session.query(UndoOffer).count() == 1
    assert admin.post(undo).status_code == 404


def test_what_changed_nothing_offers_nothing(admin: Browser) -> None:
    id = session.scalars(select(TaxRate.id)).all()[0]
    page = after(admin, save(admin, f"{TAX}{id}/edit", "basis_points"))
    assert "was saved." in page
    assert "/admin/undo/" not in page


@pytest.mark.parametrize(
    "typed",
    [{"variants-0-tracks_stock": "y", "variants-0-stock_change": "3"}, {"variants-1-sku": "NEW"}],
)
def test_goods_that_came_in_are_not_undone(admin: Browser, typed: dict[str, str]) -> None:
    url = f"/admin/products/{make_price().variant.product_id}/edit"
    extra = {"variants-1-options": "Size: M"} if "variants-1-sku" in typed else {}
    page = after(admin, save(admin, url, "title", **typed, **extra))
    assert "was saved." in page
    assert "/admin/undo/" not in page


def test_what_is_gone_does_not_come_back_as_something_else(admin: Browser) -> None:
    """A discount for one category, which is deleted meanwhile, would be one for everything."""
    tea, pots = make_category("Tea"), make_category("Pots")
    made = create_discount(Terms(name="Spring", basis_points=1000, categories=[tea]))
    commit()
    url = f"/admin/discounts/{made.id}/edit"
    undo = undo_on(after(admin, save(admin, url, "basis_points", categories=[str(pots.id)])))
    admin.post(f"/admin/categories/{tea.id}/removal")
    assert "something that it needs is not there any more" in press(admin, undo)
    made = session.query(Discount).one()
    assert (made.is_for_all, [one.name for one in made.categories]) == (False, ["Pots"])
