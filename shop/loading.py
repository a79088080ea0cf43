"""Importing the shop makes a quarter of a million objects, which live as long as the process."""

import gc
from importlib import import_module
from typing import Any


def load(module: str) -> Any:
    """The module. To look for garbage meanwhile, again and again, took a fifth of the start."""
    gc.disable()
    try:
        return import_module(module)
    finally:
        gc.freeze()
        gc.enable()
