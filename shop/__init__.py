"""Keystall, an online shop. `shop.app` puts it together."""

from importlib import import_module
from typing import Any


def __getattr__(name: str) -> Any:
    """`flask --app shop` looks for the factory here; importing it eagerly would be a cycle."""
    if name == "create_app":
        return import_module("shop.app").create_app
    raise AttributeError(name)
