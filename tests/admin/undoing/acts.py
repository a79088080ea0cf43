"""Acts on the catalog, settings and lists that can be undone."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import InstrumentedAttribute
from werkzeug.test import TestResponse

from shop.admin.models import SavedView
from shop.cart.discounts.models import Discount, DiscountCode
from shop.cart.discounts.terms import Terms, create_discount
from shop.catalog.models import Category, Kind, Price, Product, Status, Variant
from shop.checkout.models import DeliveryMethod, TaxRate
from shop.db import commit, session, utcnow
from shop.licenses.models import LicensePolicy
from shop.mail import kinds, texts
from shop.mail.models import MailText
from shop.preferences import choosing
from shop.preferences.models import Preference
from tests.admin.undoing.pressing import save
from tests.browser import Browser
from tests.catalog.builders import make_category
from tests.factories import make_price

MAIL = "/admin/mail-texts/order_paid"
BOOKS = {"view": "admin_tax", "name": "Books", "query": "search=books"}


@dataclass(frozen=True)
class Act:
    do: Callable[[], TestResponse]
    state: Callable[[], Any]
    meddle: Any
    """A statement that changes the same thing meanwhile."""


def values(*columns: InstrumentedAttribute[Any]) -> Callable[[], Any]:
    """Of all rows."""
    return lambda: session.execute(select(*columns).order_by(columns[0].class_.id)).all()


def _bulk(browser: Browser, action: str, other: Status) -> Act:
    product = make_price().variant.product
    product.status = Status.DRAFT
    commit()
    form = {"action": action, "rowid": [product.id]}
    return Act(
        lambda: browser.post("/admin/products/action/", data=form),
        values(Product.status),
        update(Product).values(status=other),
    )


def publish(browser: Browser) -> Act:
    return _bulk(browser, "publish", Status.ARCHIVED)


def archive(browser: Browser) -> Act:
    return _bulk(browser, "archive", Status.PUBLISHED)


def keep_view(browser: Browser) -> Act:
    return Act(
        lambda: browser.post("/admin/views/", data=BOOKS),
        values(SavedView.query),
        update(SavedView).values(query="search=maps"),
    )


def forget_view(browser: Browser) -> Act:
    browser.post("/admin/views/", data=BOOKS)
    view = session.query(SavedView).one()
    kept = {"user_id": view.user_id, "view": view.view, "name": view.name, "query": "search=maps"}
    url = f"/admin/views/{view.id}/removal"
    return Act(lambda: browser.post(url), values(SavedView.query), insert(SavedView).values(**kept))


def product(browser: Browser) -> Act:
    """Its title, and a price that is withdrawn for another one."""
    url = f"/admin/products/{make_price(unit_amount=900).variant.product_id}/edit"
    typed = {"title": "Cup", "variants-0-prices-0-amount": "11"}
    offered = (
        select(Product.title, Price.unit_amount).join_from(Price, Variant).join(Product)
    ).where(Price.is_active)
    return Act(
        lambda: save(browser, url, "title", **typed),
        lambda: session.execute(offered).all(),
        update(Product).values(summary="Round"),
    )


def category(browser: Browser) -> Act:
    top, below = make_category("Home"), make_category("Tea")
    url = f"/admin/categories/{below.id}/edit"
    return Act(
        lambda: save(browser, url, "name", name="Pots", parent_id=str(top.id)),
        values(Category.name, Category.parent_id),
        update(Category).where(Category.id == below.id).values(position=4),
    )


def discount(browser: Browser) -> Act:
    begins = utcnow().replace(second=0, microsecond=0)
    made = create_discount(Terms(name="Spring", basis_points=1000, starts_at=begins))
    commit()
    url = f"/admin/discounts/{made.id}/edit"
    return Act(
        lambda: save(browser, url, "basis_points", is_active="", starts_at=""),
        values(Discount.is_active, Discount.starts_at),
        update(Discount).values(most_uses=7),
    )


def code(browser: Browser) -> Act:
    made = create_discount(Terms(name="Spring", basis_points=1000))
    commit()
    url = f"/admin/discount-codes/{made.id}/codes"
    return Act(
        lambda: browser.post(url, data={"code": "SPRING"}),
        values(DiscountCode.code),
        update(DiscountCode).values(uses=1),
    )


def rules(browser: Browser) -> Act:
    """Those of a variant, which has none of its own before."""
    variant = make_price(kind=Kind.LICENSE).variant
    page = f"/admin/license-rules/{variant.product_id}"
    mine, to = f"?variant={variant.id}", f"{page}/rules?variant={variant.id}"
    return Act(
        lambda: save(browser, page + mine, "machine_limit", to, machine_limit="7"),
        lambda: session.query(LicensePolicy).filter_by(variant_id=variant.id).count(),
        update(LicensePolicy).values(offline_days=9),
    )


def settings(browser: Browser) -> Act:
    typed = {"shop_name": "Mara's maps", "imprint": "Mara Lindner"}
    return Act(
        lambda: save(browser, "/admin/shop/", "shop_name", **typed),
        choosing.current,
        update(Preference).where(Preference.name.in_(typed)).values(value="Maps"),
    )


def _words_now() -> Any:
    kind = kinds.find("order_paid")
    assert kind
    return texts.words_of(kind)


def words(browser: Browser) -> Act:
    return Act(
        lambda: save(browser, MAIL, "subject", f"{MAIL}/words", subject="Hurray"),
        _words_now,
        update(MailText).values(subject="Thank you"),
    )


def delivered_words(browser: Browser) -> Act:
    save(browser, MAIL, "subject", f"{MAIL}/words", subject="Hurray")
    return Act(
        lambda: browser.post(f"{MAIL}/delivered"),
        _words_now,
        update(MailText).values(is_used=True, subject="Thank you"),
    )


def delivery(browser: Browser) -> Act:
    method = session.query(DeliveryMethod).order_by(DeliveryMethod.id).first()
    assert method
    url = f"/admin/delivery/{method.id}/edit"
    return Act(
        lambda: save(browser, url, "countries", name="Mail", is_active="", amount="3"),
        values(DeliveryMethod.name, DeliveryMethod.is_active, DeliveryMethod.amount),
        update(DeliveryMethod).values(position=9),
    )


def tax(browser: Browser) -> Act:
    rate = session.query(TaxRate).order_by(TaxRate.id).first()
    assert rate
    url = f"/admin/tax/{rate.id}/edit"
    return Act(
        lambda: save(browser, url, "basis_points", basis_points="7,5"),
        values(TaxRate.basis_points),
        update(TaxRate).where(TaxRate.id == rate.id).values(name="Tax"),
    )


ACTS: dict[str, Callable[[Browser], Act]] = {
    "admin_saved.keep": keep_view,
    "admin_saved.forget": forget_view,
    "admin_products.edit_view": product,
    "admin_products.action_view publish": publish,
    "admin_products.action_view archive": archive,
    "admin_categories.edit_view": category,
    "admin_discounts.edit_view": discount,
    "admin_codes.add": code,
    "admin_policies.save": rules,
    "admin_shop.save": settings,
    "admin_mail_texts.save": words,
    "admin_mail_texts.switch": delivered_words,
    "admin_delivery.edit_view": delivery,
    "admin_tax.edit_view": tax,
}
