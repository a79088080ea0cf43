import pytest
from flask import Flask

from shop.checkout.seeds import seed_checkout
from shop.config import Settings
from shop.db import commit
from stripe_sandbox.testing import StripeSandbox
from tests.reliability.world import World


@pytest.fixture
def world(app: Flask, settings: Settings, stripe_sandbox: StripeSandbox) -> World:
    return _open(app, settings, stripe_sandbox)


@pytest.fixture
def either_world(either_app: Flask, settings: Settings, stripe_sandbox: StripeSandbox) -> World:
    """The test runs twice, with each database."""
    return _open(either_app, settings, stripe_sandbox)


def _open(app: Flask, settings: Settings, stripe: StripeSandbox) -> World:
    seed_checkout()
    commit()
    return World(app, settings, stripe)
