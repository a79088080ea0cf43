"""Keys come into a pool from a text file; who waits for one gets it first."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from shop.catalog.models import Kind, Variant
from shop.db import insert_once, session, utcnow
from shop.errors import BadInput
from shop.licenses import keys
from shop.licenses.models import License
from shop.licenses.pool import waiting
from shop.licenses.pool.models import PoolKey

SHORTEST = 4
"""Characters; less is no key but a slip."""


@dataclass
class Report:
    added: int = 0
    served: int = 0
    """How many buyers were waiting for one."""
    duplicates: list[int] = field(default_factory=list)
    """Numbers of lines."""
    refused: list[int] = field(default_factory=list)


def fill(sku: str, lines: Sequence[str]) -> Report:
    """One key for each line; empty ones are left out. Good keys are kept beside bad ones.

    :raises BadInput: when no license is sold under this SKU.
    """
    variant = session.scalar(select(Variant).where(Variant.sku == sku))
    if variant is None or variant.product.kind is not Kind.LICENSE:
        raise BadInput(f"No license is sold as {sku}.")
    report = Report()
    for number, line in enumerate(lines, start=1):
        if line.strip():
            _add(variant.id, number, line.strip(), report)
    report.served = waiting.serve_variant(variant.id)
    return report


def _add(variant_id: int, number: int, key: str, report: Report) -> None:
    if not SHORTEST <= len(key) <= keys.LONGEST or not key.isprintable():
        report.refused.append(number)
        return
    digest = keys.digest(keys.read(key) or key)
    is_sold = session.scalar(select(License.id).filter_by(key_hash=digest)) is not None
    values = {"variant_id": variant_id, "key_hash": digest, "key": key, "added_at": utcnow()}
    if is_sold or insert_once(PoolKey, **values) is None:
        report.duplicates.append(number)
        return
    report.added += 1
