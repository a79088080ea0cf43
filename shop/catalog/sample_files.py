"""Something to download for the demo products: small archives, the same bytes every time."""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from shop.catalog.seed_data import DownloadEntry, ProductEntry, products

LICENSE = """\
This archive belongs to a demo shop. It stands in for the real files and may be copied freely.
"""


@dataclass(frozen=True)
class SampleFile:
    slug: str
    """Of the product."""
    file_name: str
    content: bytes
    version: str


def sample_files() -> Iterator[SampleFile]:
    """What a release of each demo product holds; products with a link attribute are left out."""
    for product in products():
        if product.download and not product.download.linked:
            yield SampleFile(
                product.slug,
                product.download.file,
                pack(product, product.download),
                product.download.version,
            )


def pack(product: ProductEntry, download: DownloadEntry) -> bytes:
    readme = f"{product.title} {download.version}\n{product.brand}\n\n{download.note}\n"
    texts = {
        "README.txt": readme,
        "DESCRIPTION.md": f"# {product.title}\n\n{product.description.strip()}\n",
        "LICENSE.txt": LICENSE,
    }
    buffer = BytesIO()
    with ZipFile(buffer, "w") as archive:
        for name, text in texts.items():
            entry = ZipInfo(name)  # its fixed date keeps the bytes the same
            archive.writestr(entry, text, ZIP_DEFLATED)
    return buffer.getvalue()
