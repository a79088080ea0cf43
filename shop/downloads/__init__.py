"""Releases and their files, who may have them, and links that end."""

from flask import Flask

from shop.config import Settings
from shop.downloads import storage
from shop.web import ready_check


def init_app(app: Flask) -> None:
    settings: Settings = app.extensions["settings"]
    files = storage.connect(settings)
    app.extensions["storage"] = files
    ready_check("files", files.check)
