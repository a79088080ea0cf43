"""Finding products: lists, filters, search and suggestions."""

from flask import Flask

from shop import config, web
from shop.search import backend, mapped
from shop.search.backend import SearchUnavailable
from shop.search.engine import WhooshBackend
from shop.search.folder import Folder
from shop.search.pulse import Pulses
from shop.search.snapshots import Snapshots


def init_app(app: Flask) -> None:
    start(app)
    web.ready_check("index", check_index)


def start(app: Flask) -> None:
    """Begin with nothing remembered."""
    mapped.read_in_place()
    settings: config.Settings = app.extensions["settings"]
    engine = WhooshBackend(Folder(settings.data_dir / "search"))
    app.extensions["search_backend"] = engine
    app.extensions["search_pulses"] = Pulses()
    app.extensions["search_snapshots"] = Snapshots(app, engine, settings.currency)


def check_index() -> None:
    """:raises SearchUnavailable: when the index is missing or cannot be read."""
    if backend.current().version() is None:
        raise SearchUnavailable
