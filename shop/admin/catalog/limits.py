"""How much a page of the catalog's desk may be sent: known before anything of it is read."""

from types import MappingProxyType
from typing import Any

from flask import request

from shop.admin import gate

MEGABYTE = 1024 * 1024
MOST_FIELDS = 20_000
"""A product with a hundred variants has thousands."""
MOST_TEXT = 4 * MEGABYTE
SIZES = MappingProxyType(
    {
        "admin_products.create_view": 64 * MEGABYTE,
        "admin_products.edit_view": 64 * MEGABYTE,
        "admin_files.publish": 2048 * MEGABYTE,
    }
)
"""Of the whole request, in bytes."""


def widen(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """For who may use the page at all; others are refused after a small body."""
    if endpoint and endpoint in SIZES and gate.is_permitted(endpoint):
        request.max_content_length = SIZES[endpoint]
        request.max_form_parts = MOST_FIELDS
        request.max_form_memory_size = MOST_TEXT
