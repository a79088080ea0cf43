"""The two places a download comes from: a file of a release, or the product's link attribute."""

from dataclasses import dataclass
from enum import Enum, auto
from pathlib import PurePosixPath
from typing import Self
from urllib.parse import unquote, urlsplit

from sqlalchemy import ColumnElement, select

from shop.catalog.models import Product
from shop.db import session
from shop.downloads.models import STABLE, File, Grant, Release
from shop.downloads.releases import clean_name
from shop.errors import NotFound

LINK = "link"
"""Stands for the link attribute where otherwise a file's id stands."""
MEDIA = "/media/"
LARGEST_ID = 2**31 - 1
"""More, PostgreSQL does not compare with an id."""


class Place(Enum):
    STORAGE = auto()
    MEDIA = auto()
    WEB = auto()


@dataclass(frozen=True)
class Source:
    """Plain values, so that they outlive the transaction that read them."""

    name: str
    place: Place
    where: str
    """A storage key, a path in the media folder or an address, as the place has it."""
    content_type: str = "application/octet-stream"
    size: int | None = None
    sha256: str | None = None

    @classmethod
    def of_file(cls, file: File) -> Self:
        return cls(
            file.name, Place.STORAGE, file.storage_key, file.content_type, file.size, file.sha256
        )

    @classmethod
    def of_link(cls, product: Product) -> Self | None:
        """None when the product has no usable link attribute."""
        url = product.download_url
        parts = urlsplit(url)
        name = clean_name(PurePosixPath(unquote(parts.path)).name)
        if parts.scheme in {"http", "https"} and parts.hostname:
            return cls(name, Place.WEB, url)
        if url.startswith(MEDIA):
            return cls(name, Place.MEDIA, unquote(parts.path.removeprefix(MEDIA)))
        return None


def find(grant: Grant, source_id: str) -> Source:
    """What the grant's owner asked for by a file's id or `link`.

    :raises NotFound: also for a file of another product, or of a version that is not covered.
    """
    if source_id == LINK:
        source = Source.of_link(grant.product)
    else:
        file = _file(grant, source_id)
        source = Source.of_file(file) if file else None
    if source is None:
        raise NotFound
    return source


def first(grant: Grant) -> str:
    """The id of the newest stable release's first file, or of the newest at all, or else `link`.

    :raises NotFound: when the product has neither.
    """
    query = (
        select(File.id)
        .join(Release)
        .where(Release.product_id == grant.product_id, _is_covered(grant))
        .order_by(Release.channel != STABLE, Release.released_at.desc(), Release.id.desc(), File.id)
    )
    newest = session.scalar(query.limit(1))
    if newest is None:
        find(grant, LINK)
    return str(newest or LINK)


def _is_covered(grant: Grant) -> ColumnElement[bool]:
    """As `Grant.covers`."""
    is_offered = Release.yanked_at.is_(None)
    until = grant.versions_until
    return is_offered if until is None else is_offered & (Release.released_at <= until)


def _file(grant: Grant, file_id: str) -> File | None:
    is_number = file_id.isascii() and file_id.isdigit() and len(file_id) <= len(str(LARGEST_ID))
    if not is_number or int(file_id) > LARGEST_ID:
        return None
    query = select(File).join(Release).where(Release.product_id == grant.product_id)
    return session.scalar(query.where(File.id == int(file_id), _is_covered(grant)))
