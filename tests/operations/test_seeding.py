from flask import Flask
from sqlalchemy import func, select

from shop.accounts.models import User
from shop.cart.discounts.models import DiscountCode
from shop.checkout.models import DeliveryMethod, TaxRate
from shop.db import Base, session
from shop.downloads.models import Release


def count(model: type[Base]) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def test_the_demo_shop_is_planted_once(app: Flask) -> None:
    run = app.test_cli_runner().invoke
    first = run(args=["seed"])
    assert first.exit_code == 0, first.output
    assert "82 demo products added" in first.output
    planted = [count(model) for model in (User, DeliveryMethod, TaxRate, Release, DiscountCode)]
    assert all(planted)
    assert planted[0] == 3
    assert "0 demo products added" in run(args=["seed"]).output
    assert [
        count(model) for model in (User, DeliveryMethod, TaxRate, Release, DiscountCode)
    ] == planted
