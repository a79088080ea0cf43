"""License keys: their rules, the machines that use them, and answers that programs believe."""

from flask import Flask

from shop import web
from shop.config import Settings
from shop.licenses import signing

PROVEN_BY_KEY = ("validate", "activate", "deactivate", "make_file")


def init_app(app: Flask) -> None:
    settings: Settings = app.extensions["settings"]
    if settings.license_signing_key.get_secret_value():
        app.extensions["license_signer"] = signing.connect(settings)
    for name in PROVEN_BY_KEY:  # no browser sends a license key by itself
        web.exempt(f"licenses_api.{name}")
