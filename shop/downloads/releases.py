"""Versions of a product's files."""

import hashlib
import mimetypes
import os
import secrets
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from shop.catalog.models import Product
from shop.db import session, utcnow
from shop.downloads import grants, late, storage
from shop.downloads.models import STABLE, File, Grant, Release
from shop.errors import BadInput
from shop.jobs import enqueue

LONGEST_NAME = 150
LONGEST_ENDING = 20
UNSAFE = str.maketrans(dict.fromkeys('/\\:*?"<>|', "_"))


MORE_DOWNLOADS = 5
"""That each grant gets with every later version: nobody runs out by updating."""


@dataclass(frozen=True)
class Upload:
    """A file on its way into a release."""

    name: str
    stream: BinaryIO
    """Seekable."""
    platform: str = ""


@dataclass(frozen=True)
class Shelf:
    """The versions that somebody may have, as a page shows them."""

    newest: Release | None
    older: Sequence[Release] = ()
    early: Sequence[Release] = ()
    """Of other channels than the stable one."""


def publish(
    product: Product,
    version: str,
    files: Iterable[tuple[str, BinaryIO] | Upload],
    notes: str = "",
    channel: str = STABLE,
) -> Release:
    """Put the files into the storage as a new version of the product.

    :raises BadInput: when the product has this version already, or there is no file.
    """
    same = select(Release.id).filter_by(product_id=product.id, version=version)
    if session.scalar(same):
        raise BadInput(f"Version {version} of {product.title} exists already.")
    is_first = session.scalar(select(Release.id).filter_by(product_id=product.id)) is None
    release = Release(product_id=product.id, version=version, notes=notes, channel=channel)
    release.files = [_keep(file if isinstance(file, Upload) else Upload(*file)) for file in files]
    if not release.files:
        raise BadInput("A release needs at least one file.")
    session.add(release)
    session.flush()  # its buyers of before get their grants in this transaction
    late.give(product.id)
    if not is_first:
        grants.allow_more(product.id, MORE_DOWNLOADS)
    if channel == STABLE:
        enqueue("shop.downloads.tasks.tell_news", release.id)
    else:
        release.told_at = utcnow()
    return release


def all_of(product: Product) -> Sequence[Release]:
    """With what was yanked, newest first, with their files."""
    query = select(Release).filter_by(product_id=product.id).options(selectinload(Release.files))
    return session.scalars(query.order_by(Release.released_at.desc(), Release.id.desc())).all()


def yank(product: Product, version: str, reason: str) -> Release:
    """Take a version off the shelf, for everybody.

    :raises BadInput: when there is no such version, or no reason.
    """
    release = session.scalar(select(Release).filter_by(product_id=product.id, version=version))
    if release is None:
        raise BadInput(f"{product.title} has no version {version}.")
    if not reason.strip():
        raise BadInput("Say why.", reason=["Say why."])
    release.yanked_at, release.yank_reason = release.yanked_at or utcnow(), reason
    return release


def _keep(upload: Upload) -> File:
    name, stream = clean_name(upload.name), upload.stream
    sha256 = hashlib.file_digest(stream, "sha256").hexdigest()  # type: ignore[arg-type]
    size = stream.seek(0, os.SEEK_END)
    stream.seek(0)
    key = f"{secrets.token_hex(16)}/{sha256[:16]}"
    storage.current().save(key, stream)
    return File(
        name=name,
        storage_key=key,
        content_type=mimetypes.guess_type(name)[0] or "application/octet-stream",
        platform=upload.platform,
        size=size,
        sha256=sha256,
    )


def clean_name(name: str) -> str:
    """A file name that every system can save: no folders, no control or direction characters."""
    name = unicodedata.normalize("NFC", name).translate(UNSAFE)
    name = "".join(c for c in name if unicodedata.category(c)[0] != "C").strip(" .")
    stem, ending = os.path.splitext(name)
    ending = ending[:LONGEST_ENDING]
    return stem[: LONGEST_NAME - len(ending)] + ending or "download"


def of(product_ids: Iterable[int]) -> dict[int, list[Release]]:
    """By product, newest first, with their files. Products without a release are left out.

    What was yanked is left out too.
    """
    query = (
        select(Release)
        .where(Release.product_id.in_(product_ids), Release.yanked_at.is_(None))
        .options(selectinload(Release.files))
        .order_by(Release.released_at.desc(), Release.id.desc())
    )
    found: dict[int, list[Release]] = {}
    for release in session.scalars(query):
        found.setdefault(release.product_id, []).append(release)
    return found


def shelf(grant: Grant, versions: Iterable[Release]) -> Shelf:
    """What of these, newest first, the grant covers."""
    covered = [release for release in versions if grant.covers(release)]
    stable = [release for release in covered if release.channel == STABLE]
    early = [release for release in covered if release.channel != STABLE]
    return Shelf(stable[0] if stable else None, stable[1:], early)
