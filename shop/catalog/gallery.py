"""Drawn pictures as files in the media folder, for products that bring no photographs."""

from pathlib import Path

from shop.catalog import artwork
from shop.catalog.models import Image, Product

ALTS = ("Cover artwork of {}", "Detail of the artwork of {}", "Pattern of {}")


def hang(product: Product) -> None:
    """Give a product drawn pictures; `draw` makes their files."""
    product.images += [
        Image(path=_path(product, view), alt=alt.format(product.title), position=view)
        for view, alt in enumerate(ALTS)
    ]


def draw(product: Product, media: Path) -> None:
    """Write the files of the pictures that `hang` gave the product.

    :param media: the media folder; paths of images are relative to it.
    """
    hung = {image.path for image in product.images}
    for view in range(len(ALTS)):
        path = _path(product, view)
        if path in hung:
            write(media / path, artwork.draw(product.slug, product.title, view))


def write(path: Path, content: bytes) -> None:
    """Leave a file that is there already alone: it may be served at this moment."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _path(product: Product, view: int) -> str:
    return f"art/{product.slug}-{view}.svg"
