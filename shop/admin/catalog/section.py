"""A page about one product beside its form, such as its files."""

from typing import Any

from flask import abort, redirect
from flask_admin import BaseView, expose

from shop.admin import gate
from shop.catalog.models import Product
from shop.db import session

OF_PRODUCT = "/<int(max=2147483647):product_id>"


class Section(BaseView):  # type: ignore[misc]  # without types
    """Reached from the product's page, and not in the menu."""

    below = "admin_products"

    @expose("/")
    def index(self) -> Any:
        return redirect("/admin/products/", 303)

    def is_visible(self) -> bool:
        return False

    def is_accessible(self) -> bool:
        return True  # the gate has decided already

    def may(self, name: str) -> bool:
        return gate.is_permitted(f"{self.endpoint}.{name}")


def product_or_404(product_id: int) -> Product:
    product = session.get(Product, product_id)
    return abort(404) if product is None else product
