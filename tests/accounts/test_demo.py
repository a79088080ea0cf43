from collections.abc import Iterator

import pytest
from flask import Flask

from shop import config
from shop.accounts import demo, people
from shop.accounts.models import User
from shop.config import Settings
from shop.db import commit, session


@pytest.fixture
def in_production(app: Flask, settings: Settings) -> Iterator[None]:
    app.extensions["settings"] = settings.model_copy(update={"env": "production"})
    yield
    app.extensions["settings"] = settings


def test_the_demo_accounts_sign_in(app: Flask) -> None:
    by_role = demo.create_demo_accounts()
    commit()
    for role in demo.PEOPLE:
        user = people.identify(f"{role}@keystall.example", "keystall-demo")
        assert user is by_role[role]
        assert user.role == role
        assert user.email_verified_at


def test_making_them_again_changes_nothing(app: Flask) -> None:
    before = demo.create_demo_accounts()
    assert demo.create_demo_accounts() == before
    assert len(list(session.scalars(User.__table__.select()))) == 3


def test_production_refuses_them(app: Flask, in_production: None) -> None:
    assert not config.current().is_development
    demo.create_demo_accounts()
    assert people.identify("admin@keystall.example", "keystall-demo") is None
    assert people.identify("ADMIN@Keystall.example", "keystall-demo") is None
