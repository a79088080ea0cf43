"""One product draft into the catalog."""

import re
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

import nh3
from PIL import Image as Picture
from PIL import UnidentifiedImageError

from shop.catalog import gallery, markdown
from shop.catalog.import_job import Job
from shop.catalog.import_report import RowResult, Verb
from shop.catalog.import_variant import apply_variant, move_stock
from shop.catalog.models import Image, Kind, Product, Status
from shop.catalog.shopify import ImageDraft, ProductDraft
from shop.db import session, utcnow

RASTER = {".avif", ".gif", ".jpeg", ".jpg", ".png", ".webp"}  # SVG can carry scripts
SUMMARY_LENGTH = 160


def apply_product(draft: ProductDraft, job: Job, results: dict[int, RowResult]) -> Product:
    """Create or change a product and what belongs to it; tells `results` by line.

    :raises Refused: naming the row; the caller's savepoint undoes the rest.
    """
    first = results[draft.lines[0]]
    product = job.products.get(draft.handle) or _create(draft, first)
    _describe(product, draft, first)
    _add_categories(product, draft, job, first)
    _add_images(product, draft, job.media, results)
    _apply_variants(product, draft, job, results)
    return product


def _create(draft: ProductDraft, result: RowResult) -> Product:
    ships = any(variant.ships is not False for variant in draft.variants)
    product = Product(
        slug=draft.handle,
        title="",
        kind=Kind.PHYSICAL if ships else Kind.DIGITAL,
        status=Status.DRAFT,
        summary=draft.summary or plain_text(draft.body or ""),
        description="",
        brand="",
    )
    result.verb = Verb.CREATED
    if not ships:
        result.notes.append("digital: give it a file before it is sold")
    session.add(product)
    draft.status = draft.status or Status.PUBLISHED
    return product


def _describe(product: Product, draft: ProductDraft, result: RowResult) -> None:
    given = {
        "title": draft.title,
        "summary": draft.summary or None,
        "description": None if draft.body is None else clean(draft.body),
        "brand": draft.vendor,
        "status": draft.status,
    }
    for name, value in given.items():
        if value is not None and getattr(product, name) != value:
            setattr(product, name, value)
            result.change(name)
    product.description_html = markdown.render(product.description)
    if product.status is Status.PUBLISHED and product.published_at is None:
        product.published_at = utcnow()


def _add_categories(product: Product, draft: ProductDraft, job: Job, result: RowResult) -> None:
    for category in map(job.category, draft.categories):
        if category not in product.categories:
            product.categories.append(category)
            result.change(f"category {category.name}")


def _apply_variants(
    product: Product, draft: ProductDraft, job: Job, results: dict[int, RowResult]
) -> None:
    applied = [
        (given, *apply_variant(product, given, job, results[given.line]))
        for given in draft.variants
    ]
    session.flush()  # stock is counted by id
    for given, variant, delta in applied:
        if delta is not None:
            move_stock(variant, delta, job, results[given.line])


def _add_images(
    product: Product, draft: ProductDraft, media: Path, results: dict[int, RowResult]
) -> None:
    """Those in the media folder. Others are never fetched: the address may be anybody's."""
    known = {image.path for image in product.images}
    for given in draft.images:
        result = results[given.line]
        image = _local_image(given, media)
        if image is None:
            result.notes.append(f"picture {_place(given.source)}")
        elif image.path not in known:
            known.add(image.path)
            image.position = len(product.images)
            product.images.append(image)
            result.change("picture")
    if not product.images:
        gallery.hang(product)
        results[draft.lines[0]].add("artwork drawn")


def _local_image(given: ImageDraft, media: Path) -> Image | None:
    path = (media / given.source.removeprefix("/media/")).resolve()
    if not path.is_relative_to(media.resolve()) or path.suffix.lower() not in RASTER:
        return None
    try:
        with Picture.open(path) as picture:
            width, height = picture.size
    except (OSError, UnidentifiedImageError, Picture.DecompressionBombError):
        return None
    name = path.relative_to(media.resolve()).as_posix()
    return Image(path=name, alt=given.alt, width=width, height=height)


def _place(source: str) -> str:
    host = urlsplit(source).netloc
    return f"at {host} not fetched" if host else "not found in the media folder"


def clean(body: str) -> str:
    """Safe HTML, which Markdown may hold; without blank lines, which would end it there."""
    headings = re.sub(r"(?i)<(/?)h1\b", r"<\1h2", body)
    return re.sub(r"\s*\n\s*", "\n", nh3.clean(headings, tags=markdown.TAGS)).strip()


def plain_text(body: str) -> str:
    """The beginning of an HTML text, in whole words."""
    text = " ".join(unescape(nh3.clean(body.replace("<", " <"), tags=set())).split())
    if len(text) <= SUMMARY_LENGTH:
        return text
    return f"{text[:SUMMARY_LENGTH].rsplit(' ', 1)[0].rstrip('.,;:')}…"
