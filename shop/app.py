"""The composition root: the only module that knows every package."""

from flask import Flask

from shop import api, config, db, jobs, logs, web
from shop.config import Settings


def create_app(settings: Settings | None = None) -> Flask:
    settings = settings or config.load()
    app = Flask("shop", static_folder=None)
    config.init_app(app, settings)
    logs.init_app(app, settings)
    db.init_app(app)
    jobs.init_app(app, settings)
    web.init_app(app, settings)
    app.register_error_handler(api.Rejected, api.show_rejected)
    connect()
    return app


def connect() -> None:
    """Who listens to what."""
