from hashlib import sha256
from io import BytesIO

import pytest
from flask import Flask

from shop.catalog import seed
from shop.catalog.models import Product
from shop.catalog.sample_files import sample_files
from shop.config import Settings
from shop.db import commit, session
from shop.downloads import releases, seeds, storage
from shop.errors import BadInput
from tests.downloads.factories import CONTENT, make_digital, make_release


def test_a_release_knows_what_it_stored(app: Flask) -> None:
    file = make_release(make_digital(), name="editor.zip").files[0]
    assert (file.size, file.sha256) == (len(CONTENT), sha256(CONTENT).hexdigest())
    assert file.content_type == "application/zip"
    with storage.current().open(file.storage_key) as stream:
        assert stream.read() == CONTENT


def test_releases_come_newest_first(app: Flask) -> None:
    product = make_digital()
    for version in ("1.0", "2.0", "1.1"):
        make_release(product, version)
    found = releases.of([product.id, make_digital().id])
    assert [release.version for release in found[product.id]] == ["1.1", "2.0", "1.0"]
    assert len(found) == 1


def test_a_version_is_published_once_and_not_empty(app: Flask) -> None:
    product = make_digital()
    make_release(product, "1.0")
    with pytest.raises(BadInput, match=r"Version 1\.0"):
        releases.publish(product, "1.0", [("again.zip", BytesIO(b""))])
    with pytest.raises(BadInput, match="at least one file"):
        releases.publish(product, "2.0", [])


def test_the_demo_products_get_their_files_once(app: Flask, settings: Settings) -> None:
    seed.seed(settings)
    added = seeds.seed_files()
    commit()
    assert len(added) == len(list(sample_files())) > 3
    assert seeds.seed_files() == []
    for release in added:
        assert session.get_one(Product, release.product_id).kind in {"digital", "license"}
        assert storage.current().size(release.files[0].storage_key) == release.files[0].size
