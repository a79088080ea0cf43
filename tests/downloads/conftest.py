import pytest
from flask import Flask
from flask_login import LoginManager

from shop import downloads, web
from shop.accounts.models import User
from shop.db import session
from shop.downloads import api, routes


@pytest.fixture(scope="session", autouse=True)
def _registered(_app: Flask, settings) -> None:
    if "storage" not in _app.extensions:
        downloads.init_app(_app)
    for bp in (routes.bp, api.bp):
        if bp.name not in _app.blueprints:
            _app.register_blueprint(bp)
    if not hasattr(_app, "login_manager"):
        manager = LoginManager(_app)
        manager.user_loader(lambda key: session.get(User, int(key.split(":")[0])))


@pytest.fixture(autouse=True)
def _csrf_until_fixed(_app: Flask, monkeypatch) -> None:
    monkeypatch.setattr(web.csrf, "protect", lambda: None)
