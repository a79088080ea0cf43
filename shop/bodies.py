"""How the bodies of requests are read."""

from typing import IO, Any

from flask import Request
from werkzeug.formparser import FormDataParser

AT_ONCE = 16 * 1024 * 1024
"""Bytes; larger bodies, which hold a file, are read in parts."""


class AtOnce:
    """A stream that is read whole, however little is asked for."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def read(self, _size: int = -1) -> bytes:
        return self._stream.read()


class WholeForms(FormDataParser):
    """Reads a form with files at once.

    In parts, Werkzeug 3.1 may add a byte to a field, or lose its end, where one part meets the next
    beside a boundary: https://github.com/pallets/werkzeug/issues/3285
    """

    def parse(
        self,
        stream: IO[bytes],
        mimetype: str,
        content_length: int | None,
        options: dict[str, str] | None = None,
    ) -> Any:
        if mimetype == "multipart/form-data" and (content_length or 0) <= AT_ONCE:
            stream = AtOnce(stream)  # type: ignore[assignment]
        return super().parse(stream, mimetype, content_length, options)


class ShopRequest(Request):
    form_data_parser_class = WholeForms
