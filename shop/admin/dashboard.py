"""The first page: what needs a hand, how the shop does, what came in last."""

from collections.abc import Sequence
from typing import Any

from flask_admin import BaseView, expose
from flask_login import current_user
from sqlalchemy import select

from shop.accounts.permissions import Permission, may
from shop.admin import gate
from shop.admin.orders.kinds import PAYMENT_KINDS
from shop.admin.reports import asked, hands, tiles
from shop.admin.reports.periods import DAYS
from shop.db import session
from shop.orders.models import Order

LATEST = 8


class Dashboard(BaseView):  # type: ignore[misc]  # without types
    @expose("/")
    def index(self) -> Any:
        """Each part for those who may read what it is made of."""
        given: dict[str, Any] = {"hands": hands.found_for(current_user), "kinds": PAYMENT_KINDS}
        if may(current_user, Permission.READ_REPORTS):
            wanted = asked.read()
            board = tiles.board(wanted.period, wanted.currency)
            given |= {"asked": wanted, "board": board, "choices": DAYS}
        if may(current_user, Permission.READ_ORDERS):
            given["latest"] = latest_orders()
        return self.render("admin/dashboard.html", **given)

    def is_accessible(self) -> bool:
        return gate.is_permitted("admin.index")


def latest_orders() -> Sequence[Order]:
    return session.scalars(select(Order).order_by(Order.id.desc()).limit(LATEST)).all()
