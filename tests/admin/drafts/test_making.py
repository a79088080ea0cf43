"""Drafts in the back office: made, changed by one at a time, sent."""

import shutil
from collections.abc import Iterator

import pytest
from flask import Flask

import shop.search
from shop.accounts.models import AuditEntry, Role
from shop.cart.discounts import codes
from shop.cart.discounts.models import Discount, DiscountCode, DiscountUse, UseState
from shop.catalog.models import Interval, Kind, Status
from shop.checkout.drafts.models import Draft
from shop.config import Settings
from shop.db import commit, session
from shop.mail.models import Mail
from shop.search import writer
from tests.admin.conftest import Open
from tests.admin.drafts.making import change, fresh, hidden, link_of, make_draft, send_link, url_of
from tests.browser import Browser
from tests.checkout.buyer import BERLIN, CONTACT, Buyer
from tests.checkout.looking import pay_at_stripe, the_order
from tests.factories import make_price, make_product, make_variant
from tests.queries import count_queries


@pytest.fixture
def index(app: Flask, settings: Settings) -> Iterator[None]:
    """As new as the database, when it is asked for."""
    folder = settings.data_dir / "search"
    shutil.rmtree(folder, ignore_errors=True)
    shop.search.start(app)
    yield
    shutil.rmtree(folder, ignore_errors=True)


def acts() -> list[tuple[str, str]]:
    session.expire_all()
    return [(entry.act, entry.subject) for entry in session.query(AuditEntry)]


def after(browser: Browser, answer: object) -> str:
    """What the page says that an act leads to."""
    return browser.get(answer.location).text  # type: ignore[attr-defined]


def test_orders_lead_to_drafts_and_back(staff: Browser) -> None:
    assert 'href="/admin/drafts/?tab=open"' in staff.get("/admin/orders/").text
    assert 'href="/admin/orders/"' in staff.get("/admin/drafts/").text


def test_the_list_says_who_what_and_how_it_stands(staff: Browser) -> None:
    draft = make_draft(staff)
    page = staff.get("/admin/drafts/?tab=open").text
    assert f'href="{url_of(draft)}"' in page
    for text in ("mara@example.org", "€19.00", "Open", "support@staff.example"):
        assert text in page
    send_link(staff, draft)
    assert "Sent" in staff.get("/admin/drafts/?search=mara").text
    assert "Nothing matches" in staff.get("/admin/drafts/?search=nobody").text
    change(staff, draft, "/withdrawal", reason="Enough")
    assert "Nothing matches" in staff.get("/admin/drafts/?tab=open").text
    assert f'href="{url_of(draft)}"' in staff.get("/admin/drafts/?tab=withdrawn").text
    assert "mara@example.org" in staff.get("/admin/drafts/export/csv/").text


def test_who_it_is_for_must_be_reachable(staff: Browser) -> None:
    answer = staff.post(
        "/admin/drafts/new/", data={"email": "mara@", "name": "Mara", "currency": "EUR"}
    )
    assert answer.status_code == 422
    assert "This is not a whole e-mail address." in answer.text
    assert 'value="mara@"' in answer.text
    assert session.query(Draft).count() == 0


def test_products_are_found_by_their_sku(staff: Browser) -> None:
    draft = make_draft(staff)
    price = make_price(title="Lamp", unit_amount=3_000, stock=4)
    make_price(variant=price.variant, currency="USD")
    make_price(variant=price.variant, interval=Interval.MONTH, unit_amount=1)
    page = staff.get(url_of(draft, f"?q={price.variant.sku.lower()}")).text
    assert "Lamp" in page
    assert "€30.00, 4 left" in page
    assert page.count("Quantity of SKU") == 1
    price.variant.product.status = Status.ARCHIVED
    commit()
    page = staff.get(url_of(draft, f"?q={price.variant.sku}")).text
    assert "Nothing of that name is sold in EUR." in page


@pytest.mark.usefixtures("index")
def test_of_one_sku_its_own_variant_comes_first(staff: Browser) -> None:
    draft = make_draft(staff)
    first = make_price(variant=make_variant(sku="LAMP-A", product=make_product(title="Lamp")))
    make_price(variant=make_variant(sku="LAMP-B", product=first.variant.product))
    writer.rebuild()
    page = staff.get(url_of(draft, "?q=lamp")).text
    assert page.index("Quantity of LAMP-A<") < page.index("Quantity of LAMP-B<")
    page = staff.get(url_of(draft, "?q=LAMP-B")).text
    assert page.index("Quantity of LAMP-B<") < page.index("Quantity of LAMP-A<")


@pytest.mark.usefixtures("index")
def test_products_are_found_by_their_title(staff: Browser) -> None:
    draft = make_draft(staff)
    make_price(title="Copper lamp", unit_amount=3_000)
    writer.rebuild()
    assert "€30.00" in staff.get(url_of(draft, "?q=lamp")).text
    assert "Nothing of that name" in staff.get(url_of(draft, "?q=chair")).text


def test_lines_are_added_changed_and_taken_out(staff: Browser) -> None:
    price = make_price(title="Lamp", unit_amount=3_000, stock=4)
    draft = make_draft(staff, price)
    line = draft.cart.lines[0]
    said = after(staff, change(staff, draft, f"/lines/{line.id}", quantity=3))
    assert "Now there are 3 of it." in said
    assert "€90.00" in said
    assert "digits only" in after(staff, change(staff, draft, f"/lines/{line.id}", quantity="x"))
    said = after(staff, change(staff, draft, f"/lines/{line.id}/removal"))
    assert "Lamp taken out." in said
    assert "Nothing is in it yet." in said
    assert fresh(draft).cart.lines == []


def test_a_line_of_another_cart_is_not_touched(staff: Browser, buyer: Buyer) -> None:
    buyer.add(make_price())
    theirs = buyer.get("/api/cart").json["items"][0]["id"]
    draft = make_draft(staff)
    said = after(staff, change(staff, draft, f"/lines/{theirs}", quantity=9))
    assert "That is no longer in your cart." in said
    assert buyer.get("/api/cart").json["items"][0]["quantity"] == 1


def test_nothing_in_another_currency(staff: Browser) -> None:
    draft = make_draft(staff)
    dollars = make_price(kind=Kind.DIGITAL, currency="USD")
    said = after(staff, change(staff, draft, "/lines", price_id=dollars.id, quantity=1))
    assert "in another currency" in said


def test_an_address_follows_the_rules_of_its_country(staff: Browser) -> None:
    draft = make_draft(staff, make_price(stock=1))
    typed = {f"billing-{name}": value for name, value in BERLIN.items()}
    typed["billing-postal_code"] = "1"
    answer = change(staff, draft, "/address", **typed)
    assert answer.status_code == 422
    assert "This is not a postal code here (Germany)." in answer.text
    answer = change(staff, draft, "/address", **typed | {"billing-country": "US", "look": "1"})
    assert "ZIP code" in answer.text


def test_a_code_takes_off_what_it_takes_off_any_cart(staff: Browser, buyer: Buyer) -> None:
    discount = Discount(name="Friends", basis_points=1_000)
    key = codes.normalize("FRIEND")
    session.add(DiscountCode(code="FRIEND", key=key, discount=discount, most_uses=1))
    commit()
    draft = make_draft(staff)
    assert "We do not know this code." in after(staff, change(staff, draft, "/code", code="enemy"))
    assert "The code is applied." in after(staff, change(staff, draft, "/code", code="friend"))
    buyer.post(link_of(draft, "/checkout/payment"), data={"shown": "1710"})
    pay_at_stripe()
    buyer.get(link_of(draft, "/checkout/return"))
    assert (the_order().total, the_order().discount_code) == (1_710, "FRIEND")
    assert session.query(DiscountUse).one().state is UseState.USED


def test_of_two_editors_the_second_looks_again(staff: Browser, open_as: Open) -> None:
    draft = make_draft(staff)
    line = draft.cart.lines[0]
    seen = hidden(staff.get(url_of(draft)), "seen")
    other = open_as(Role.ADMIN)
    change(other, draft, f"/lines/{line.id}", quantity=2)
    answer = change(staff, draft, f"/lines/{line.id}", quantity=5, seen=seen)
    assert "This draft was changed meanwhile." in after(staff, answer)
    assert fresh(draft).cart.lines[0].quantity == 2
    answer = change(staff, draft, "/buyer", seen=seen, email="leo@example.org", name="Leo")
    assert answer.status_code == 409
    assert 'value="leo@example.org"' in answer.text
    assert fresh(draft).email == "mara@example.org"


def test_what_the_buyer_fills_in_counts_as_a_change(staff: Browser, buyer: Buyer) -> None:
    draft = make_draft(staff)
    seen = hidden(staff.get(url_of(draft)), "seen")
    buyer.ok(buyer.post(link_of(draft, "/checkout/contact"), data=CONTACT | {"name": "M. Lindt"}))
    answer = change(staff, draft, "/buyer", seen=seen, **CONTACT)
    assert answer.status_code == 409


def test_the_link_is_mailed_once_for_each_form(staff: Browser) -> None:
    draft = make_draft(staff)
    page = staff.get(url_of(draft))
    for _ in range(2):
        change(staff, draft, "/link", token=hidden(page, "token"))
    assert session.query(Mail).filter_by(template="draft_link").count() == 1
    send_link(staff, draft)
    assert session.query(Mail).filter_by(template="draft_link").count() == 2
    assert link_of(draft) in staff.get(url_of(draft)).text


def test_an_empty_draft_is_not_sent(staff: Browser) -> None:
    draft = make_draft(staff)
    change(staff, draft, f"/lines/{draft.cart.lines[0].id}/removal")
    assert "Nothing is in it yet." in after(staff, send_link(staff, draft))
    assert session.query(Mail).filter_by(template="draft_link").count() == 0
    assert fresh(draft).sent_at is None


def test_every_act_is_audited(staff: Browser) -> None:
    draft = make_draft(staff)
    send_link(staff, draft)
    change(staff, draft, "/withdrawal", reason="They called")
    subject = f"draft:{draft.id}"
    wanted = ["draft.create", "draft.line", "draft.address", "draft.send", "draft.withdraw"]
    assert [act for act, about in acts() if about == subject] == wanted
    entry = session.query(AuditEntry).filter_by(act="draft.withdraw").one()
    assert (entry.actor, entry.reason) == ("support@staff.example", "They called")


def test_a_reason_is_asked_before_it_is_withdrawn(staff: Browser) -> None:
    draft = make_draft(staff)
    answer = change(staff, draft, "/withdrawal")
    assert answer.status_code == 422
    assert fresh(draft).withdrawn_at is None


def test_who_only_reads_changes_nothing(staff: Browser, open_as: Open) -> None:
    draft = make_draft(staff)
    reader = open_as(Role.READ_ONLY)
    page = reader.get(url_of(draft)).text
    assert "mara@example.org" in page
    assert 'name="seen"' not in page
    assert reader.get("/admin/drafts/new/").status_code == 403


def test_pages_ask_little(staff: Browser) -> None:
    draft = make_draft(staff, *(make_price(stock=2) for _ in range(5)))
    for url in ("/admin/drafts/", url_of(draft), url_of(draft, "/address"), link_of(draft)):
        staff.get(url)
        with count_queries() as queries:
            staff.get(url)
        assert len(queries) <= 10, (url, queries)
