"""A shop beside ours, in a folder of its own, with the one product that the story is about."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import Select, Table, insert, select

from shop import db
from shop.app import create_app
from shop.catalog.models import Price, Product, Variant
from shop.config import Settings
from shop.db import Base, session
from shop.downloads.models import File, Release
from shop.licenses.models import LicensePolicy

Rows = list[tuple[Table, list[dict[str, Any]]]]


@contextmanager
def set_up(settings: Settings, product_id: int) -> Iterator[Flask]:
    """The app of a new shop that has this product, in its context; nothing of it remains."""
    rows = _read(product_id)
    session.remove()
    with tempfile.TemporaryDirectory(prefix="keystall-simulation-") as folder:
        own = {"data_dir": Path(folder), "database_url": "", "broker_url": "memory://"}
        app = create_app(settings.model_copy(update=own | {"mail_url": "", "storage_url": ""}))
        with app.app_context():
            Base.metadata.create_all(db.db.engine)
            for table, found in rows:
                if found:
                    session.execute(insert(table), found)
            db.commit()
            yield app
            session.remove()
            db.db.engine.dispose()


def _read(product_id: int) -> Rows:
    """What of the product a subscription needs, parents first."""
    variants = select(Variant.id).where(Variant.product_id == product_id)
    releases = select(Release.id).where(Release.product_id == product_id)
    wanted: list[tuple[type[Base], Any]] = [
        (Product, Product.id == product_id),
        (Variant, Variant.product_id == product_id),
        (Price, Price.variant_id.in_(variants)),
        (LicensePolicy, LicensePolicy.product_id == product_id),
        (Release, Release.product_id == product_id),
        (File, File.release_id.in_(releases)),
    ]
    return [(_table(model), _rows(select(_table(model)).where(which))) for model, which in wanted]


def _table(model: type[Base]) -> Table:
    table = model.__table__
    assert isinstance(table, Table)  # noqa: S101  for the type checker
    return table


def _rows(query: Select[Any]) -> list[dict[str, Any]]:
    return [dict(row) for row in session.execute(query).mappings()]
