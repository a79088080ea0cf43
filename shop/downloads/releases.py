"""Versions of a product's files."""

import hashlib
import mimetypes
import os
import secrets
import unicodedata
from collections.abc import Iterable
from typing import BinaryIO

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from shop.catalog.models import Product
from shop.db import session
from shop.downloads import grants, storage
from shop.downloads.models import File, Release
from shop.errors import BadInput

LONGEST_NAME = 150
LONGEST_ENDING = 20
UNSAFE = str.maketrans(dict.fromkeys('/\\:*?"<>|', "_"))


def publish(
    product: Product, version: str, files: Iterable[tuple[str, BinaryIO]], notes: str = ""
) -> Release:
    """Put the files (name, seekable stream) into the storage as a new version of the product.

    :raises BadInput: when the product has this version already, or there is no file.
    """
    same = select(Release.id).filter_by(product_id=product.id, version=version)
    if session.scalar(same):
        raise BadInput(f"Version {version} of {product.title} exists already.")
    release = Release(product_id=product.id, version=version, notes=notes)
    release.files = [_keep(name, stream) for name, stream in files]
    if not release.files:
        raise BadInput("A release needs at least one file.")
    session.add(release)
    session.flush()  # its buyers of before get their grants in this transaction
    grants.give_late(product.id)
    return release


def _keep(name: str, stream: BinaryIO) -> File:
    name = clean_name(name)
    sha256 = hashlib.file_digest(stream, "sha256").hexdigest()  # type: ignore[arg-type]
    size = stream.seek(0, os.SEEK_END)
    stream.seek(0)
    key = f"{secrets.token_hex(16)}/{sha256[:16]}"
    storage.current().save(key, stream)
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return File(name=name, storage_key=key, content_type=kind, size=size, sha256=sha256)


def clean_name(name: str) -> str:
    """A file name that every system can save: no folders, no control or direction characters."""
    name = unicodedata.normalize("NFC", name).translate(UNSAFE)
    name = "".join(c for c in name if unicodedata.category(c)[0] != "C").strip(" .")
    stem, ending = os.path.splitext(name)
    ending = ending[:LONGEST_ENDING]
    return stem[: LONGEST_NAME - len(ending)] + ending or "download"


def of(product_ids: Iterable[int]) -> dict[int, list[Release]]:
    """By product, newest first, with their files. Products without a release are left out."""
    query = (
        select(Release)
        .where(Release.product_id.in_(product_ids))
        .options(selectinload(Release.files))
        .order_by(Release.released_at.desc(), Release.id.desc())
    )
    found: dict[int, list[Release]] = {}
    for release in session.scalars(query):
        found.setdefault(release.product_id, []).append(release)
    return found
