"""Products by any part of their titles and addresses, and by what their SKUs begin with.

Every title is looked at, but in narrow indexes: `ix_products_named`, and for a tab
`ix_products_of_status`.
"""

from sqlalchemy import ColumnElement, or_, select

from shop.admin.finding import has_part
from shop.admin.support import shapes
from shop.billing.invoices.finding import begins
from shop.catalog.models import Product, Variant


def has(word: str) -> ColumnElement[bool]:
    skus = (begins(Variant.sku, spelling) for spelling in shapes.spellings(word))
    with_sku = select(Variant.product_id).where(or_(*skus))
    named = (has_part(column, word) for column in (Product.title, Product.slug))
    return or_(*named, Product.id.in_(with_sku))
