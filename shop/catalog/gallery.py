"""Drawn pictures as files in the media folder, for products that bring no photographs."""

from pathlib import Path

from shop.catalog import artwork
from shop.catalog.models import Image, Product

ALTS = ("Cover artwork of {}", "Detail of the artwork of {}", "Pattern of {}")
MOST_VIEWS = 6


def hang(product: Product, media: Path, views: int = len(ALTS)) -> None:
    """Append drawn pictures to a product and write their files.

    :param media: the media folder; paths of images are relative to it.
    """
    for view in range(min(views, MOST_VIEWS)):
        path = f"art/{product.slug}-{view}.svg"
        write(media / path, artwork.draw(product.slug, product.title, view))
        alt = ALTS[min(view, len(ALTS) - 1)].format(product.title)
        product.images.append(Image(path=path, alt=alt, position=len(product.images)))


def write(path: Path, content: bytes) -> None:
    """Leave a file that is there already alone: it may be served at this moment."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
