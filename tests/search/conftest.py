"""A shop whose index is as new as its database."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

import shop.search
from shop.config import Settings


@pytest.fixture(autouse=True)
def index_folder(app: Flask, settings: Settings) -> Iterator[Path]:
    """Empty at first, and nothing remembered of other tests."""
    folder = settings.data_dir / "search"
    shutil.rmtree(folder, ignore_errors=True)
    shop.search.start(app)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)
