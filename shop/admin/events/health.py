"""How the shop is: its parts, its queues, its index, and whether all books agree."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_admin import BaseView, expose
from sqlalchemy import func, select

from shop.accounts import audit
from shop.admin import gate
from shop.billing.models import StripeEvent
from shop.db import session
from shop.leases import Leased, State
from shop.mail.models import Mail


@dataclass(frozen=True)
class PartState:
    """A part of the shop, with what is wrong and how to cure it; both empty when all is well."""

    name: str
    problem: str
    cure: str


@dataclass(frozen=True)
class Queue:
    name: str
    waiting: int
    dead: int
    oldest: datetime | None


@dataclass(frozen=True)
class Broken:
    """A rule that some rows break."""

    code: str
    sentence: str
    rows: tuple[str, ...]


Ask = Callable[[], Iterable[Any]]
_asks: dict[str, Ask] = {}
MOST_SHOWN = 50


def provide(parts: Ask, broken_rules: Ask) -> None:
    """Who looks at the parts and at the books: packages above this one."""
    _asks.update(parts=parts, broken_rules=broken_rules)


class HealthView(BaseView):  # type: ignore[misc]  # without types
    @expose("/")
    def index(self) -> Any:
        return self._page()

    @expose("/books", methods=("POST",))
    def check_books(self) -> Any:
        """Every rule of `shop invariants`, now. Asks Stripe, so it is not done in passing."""
        audit.note("books.check", "books:all")
        return self._page(broken=list(_asks["broken_rules"]()))

    def _page(self, broken: list[Broken] | None = None) -> Any:
        return self.render(
            "admin/health.html",
            parts=list(_asks["parts"]()),
            queues=[_queue("Stripe events", StripeEvent), _queue("Mails", Mail)],
            broken=broken,
            most=MOST_SHOWN,
            may_check=gate.is_permitted("admin_health.check_books"),
        )

    def is_accessible(self) -> bool:
        return gate.is_permitted("admin_health.index")


def _queue(name: str, model: type[Leased]) -> Queue:
    waits = model.state.in_((State.PENDING, State.FAILED))
    counts = select(
        func.count().filter(waits),
        func.count().filter(model.state == State.DEAD),
        func.min(model.due_at).filter(waits),
    ).where(model.state != State.DONE)
    waiting, dead, oldest = session.execute(counts).one()
    return Queue(name, waiting, dead, oldest)
