"""Product files into the catalog: a savepoint per product, so that a bad one stops no other.

The file is right where it says something, and silent about the rest: variants, pictures and
categories that it does not name stay. A product is found by its handle, a variant by its options or
else by its SKU.
"""

from collections.abc import Mapping

from sqlalchemy.exc import IntegrityError

from shop.catalog import gallery, shopify
from shop.catalog.import_job import Job
from shop.catalog.import_product import apply_product
from shop.catalog.import_report import Report, RowResult, Verb
from shop.catalog.import_variant import Refused
from shop.catalog.shopify import ProductDraft
from shop.config import Settings
from shop.db import rollback, session


def import_file(
    content: bytes, settings: Settings, *, dry_run: bool = False, track_stock: bool = False
) -> Report:
    """Create and change products as a Shopify product CSV says.

    :param dry_run: report, and undo all of it.
    :param track_stock: count stock also where the file names no inventory tracker.
    :raises UnreadableFile: when it is no product file at all.
    """
    drafts = shopify.parse(content, settings.currency, track_stock=track_stock)
    job = Job(settings.currency, settings.data_dir / "media")
    job.load(drafts)
    report = Report()
    for draft in drafts:
        report.add(_take(draft, job))
    if dry_run:
        rollback()
    else:
        for product in job.taken:
            gallery.draw(product, job.media)
    return report


def _take(draft: ProductDraft, job: Job) -> list[RowResult]:
    if draft.problems:
        return _refuse(draft, draft.problems)
    results = {line: RowResult(line, draft.handle) for line in draft.lines}
    try:
        with session.begin_nested():
            product = apply_product(draft, job, results)
    except Refused as refusal:
        job.forget_unsaved()
        return _refuse(draft, {refusal.line: [refusal.reason]})
    except IntegrityError:  # such as two variants that swap their SKUs
        job.forget_unsaved()
        return _refuse(draft, {draft.lines[0]: ["it contradicts what is in the shop"]})
    job.keep(product)
    return list(results.values())


def _refuse(draft: ProductDraft, problems: Mapping[int, list[str]]) -> list[RowResult]:
    """A product is taken whole or not at all."""
    because = f"because of row {min(problems)}"
    return [
        RowResult(line, draft.handle, Verb.REFUSED, problems.get(line, [because]))
        for line in draft.lines
    ]
