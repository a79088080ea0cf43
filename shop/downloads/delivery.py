"""From a stable page to a file: `offer` mints a link, `send` answers it."""

import unicodedata
from typing import TYPE_CHECKING
from urllib.parse import quote

import flask
from flask import redirect, request
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.http import dump_options_header
from werkzeug.wrappers import Response
from werkzeug.wsgi import wrap_file

from shop import config, db
from shop.downloads import grants, links, sources, storage
from shop.downloads.links import Claim, Link
from shop.downloads.models import Grant
from shop.downloads.sources import Place, Source
from shop.downloads.storage import FolderStorage, Storage
from shop.errors import Unavailable
from shop.logs import log

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

SANDBOX = "sandbox; default-src 'none'"
"""Should a browser show the file after all, it may do nothing in the shop's name."""
GONE = "This file is not available right now. We have been told."


def offer(grant: Grant, source_id: str) -> Link:
    """A link to one of the grant's files, for who asks; only following it is counted.

    :raises TimeOver, NoDownloadsLeft, NotFound: when there is nothing to mint it for.
    """
    if grant.is_over:
        raise grants.TimeOver
    if grant.left == 0:
        raise grants.NoDownloadsLeft
    sources.find(grant, source_id)
    return links.mint(grant.id, source_id)


def send(claim: Claim) -> Response:
    """The file, or the way to it.

    :raises Unavailable: when the file is missing or changed; that download is not counted.
    """
    grant = grants.get(claim.grant_id)
    if grant.is_over:
        raise grants.TimeOver
    source = sources.find(grant, claim.source_id)
    db.will_write()  # before the storage is asked, so that no transaction waits for it
    size = _size(source)
    if request.method == "HEAD":  # its answer may not name the place: it is not counted
        return flask.Response(headers=_headers(source) | {"Content-Length": str(size)})
    grants.use(claim.grant_id, source.name, claim.nonce)
    if source.place is Place.WEB:
        return redirect(source.where, 302)
    link = _storage(source).link(source.where, _headers(source))
    if link:
        return redirect(link, 302)
    return _stream(source, size)


def _storage(source: Source) -> Storage:
    if source.place is Place.MEDIA:
        return FolderStorage(config.current().data_dir / "media")
    return storage.current()


def _size(source: Source) -> int:
    """Bytes that are really there; 0 for what is elsewhere on the web."""
    if source.place is Place.WEB:
        return 0
    size = _storage(source).size(source.where)
    if size is None or source.size not in {None, size}:
        log.error("file missing or changed", key=source.where, expected=source.size, found=size)
        raise Unavailable(GONE)
    return size


def _headers(source: Source) -> dict[str, str]:
    return {
        "Content-Type": source.content_type,
        "Content-Disposition": disposition(source.name),
        "Cache-Control": "private, no-store",
    }


def disposition(name: str) -> str:
    """Save under this name, RFC 6266: a plain form for old clients beside the exact one."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    if plain.startswith("."):  # nothing but the ending was left
        plain = f"download{plain}"
    exact = quote(name, safe="!#$&+-.^_`|~")
    names = {"filename": plain or "download", "filename*": f"UTF-8''{exact}"}
    return dump_options_header("attachment", names)


def _stream(source: Source, size: int) -> Response:
    try:
        file = _storage(source).open(source.where)
    except OSError as error:
        log.error("file unreadable", key=source.where, error=type(error).__name__)
        raise Unavailable(GONE) from None
    headers = _headers(source) | {"Content-Security-Policy": SANDBOX}
    response = flask.Response(
        wrap_file(request.environ, file), headers=headers, direct_passthrough=True
    )
    response.content_length = size
    if source.sha256:
        response.set_etag(source.sha256)
    try:
        response.make_conditional(_environ(size), accept_ranges=True, complete_length=size)
    except RequestedRangeNotSatisfiable:
        response.close()
        return flask.Response(status=416, headers={"Content-Range": f"bytes */{size}"})
    return response


def _environ(size: int) -> "WSGIEnvironment":
    """One plain range is answered; anything stranger gets the whole file, as RFC 9110 allows."""
    asked = request.range
    is_plain = asked is not None and asked.units == "bytes" and len(asked.ranges) == 1
    if asked and is_plain and asked.ranges[0][0] >= -size:
        return request.environ
    return {key: value for key, value in request.environ.items() if key != "HTTP_RANGE"}
