"""Shelves for tests: categories, pictures, and products with several variants."""

from pathlib import Path
from typing import Any

from shop import config
from shop.catalog import artwork
from shop.catalog.models import Category, Image, Product
from shop.db import commit, session
from tests.factories import make_price, make_product, make_variant


def make_category(name: str, *products: Product, **given: Any) -> Category:
    category = Category(name=name, slug=name.lower().replace(" ", "-"), **given)
    session.add(category)
    for product in products:
        product.categories.append(category)
    commit()
    return category


def make_notebook(sizes: dict[str, int], **product_values: Any) -> Product:
    """A notebook with a variant for each size, of so many units; it gets dearer by €3 each."""
    product = make_product(**({"title": "Notebook", "slug": "notebook"} | product_values))
    for number, (size, stock) in enumerate(sizes.items()):
        variant = make_variant(
            product=product, options={"Size": size}, position=number, stock=stock
        )
        make_price(variant=variant, unit_amount=900 + 300 * number)
    return product


def add_pictures(product: Product, count: int) -> None:
    folder = media_folder()
    for view in range(count):
        path = f"{product.slug}-{view}.svg"
        (folder / path).write_bytes(artwork.draw(product.slug, product.title, view))
        product.images.append(Image(path=path, alt=f"View {view}", position=view))
    commit()


def media_folder() -> Path:
    folder = config.current().data_dir / "media"
    folder.mkdir(exist_ok=True)
    return folder
