"""Releases for the demo products."""

from io import BytesIO

from sqlalchemy import select

from shop.catalog.models import Product
from shop.catalog.sample_files import SampleFile, sample_files
from shop.db import session
from shop.downloads import releases
from shop.downloads.models import Release


def seed_files() -> list[Release]:
    """Publish what the demo products lack; running it again publishes nothing."""
    added = (_publish(sample) for sample in sample_files())
    return [release for release in added if release]


def _publish(sample: SampleFile) -> Release | None:
    product = session.scalar(select(Product).filter_by(slug=sample.slug))
    if product is None or releases.of([product.id]):
        return None
    file = (sample.file_name, BytesIO(sample.content))
    return releases.publish(product, sample.version, [file])
