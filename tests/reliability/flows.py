"""Flows to be cut at every boundary. A step is one request or one task: one process dies in it.

A flow is prepared once, and then done again and again from there.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from sqlalchemy import select

from shop.billing import refunds
from shop.billing.models import Payment
from shop.db import commit, session
from shop.downloads import grants
from shop.downloads.models import Grant
from tests.checkout.buyer import SESSIONS
from tests.reliability.world import VISA, World, make_book, make_font, work


@dataclass(frozen=True)
class Step:
    act: Callable[[], object]
    by_buyer: bool = False
    """A buyer may try again, or go away; a worker is always started again."""


class Flow(ABC):
    def __init__(self, world: World) -> None:
        self.world = world
        self.prepare()

    @abstractmethod
    def prepare(self) -> None: ...

    @abstractmethod
    def steps(self) -> Iterator[Step]: ...

    def fill(self) -> None:
        """A buyer with a full cart, up to the payment."""
        self.buyer = self.world.buyer()
        self.url = f"{SESSIONS}/{self.world.fill(self.buyer, make_book(), make_font())}"

    def hear(self) -> Iterator[Step]:
        """Stripe tells what happened, backwards; it tells again what was not answered."""
        stripe = self.world.stripes_client()
        for event in self.world.handled_events()[::-1]:
            yield Step(partial(self.world.post, stripe, event))


class PayHere(Flow):
    """With the card form of our page, confirmed by our server."""

    def prepare(self) -> None:
        self.fill()

    def steps(self) -> Iterator[Step]:
        put, post = self.buyer.put, self.buyer.post
        pay = partial(put, f"{self.url}/payment", json={})
        paid = {"payment_method": VISA}
        yield Step(pay, by_buyer=True)
        yield Step(partial(post, f"{self.url}/confirm", json=paid), by_buyer=True)
        yield from self.hear()
        yield Step(work)


class PayAtStripe(Flow):
    """On Stripe's own page, and back to ours."""

    def prepare(self) -> None:
        self.fill()

    def steps(self) -> Iterator[Step]:
        self.pages: list[str] = []
        yield Step(self.go, by_buyer=True)
        if self.pages:
            self.world.stripe.pay_checkout(self.pages[-1])
        yield Step(partial(self.buyer.get, "/checkout/return"), by_buyer=True)
        yield from self.hear()
        yield Step(work)

    def go(self) -> None:
        answer = self.buyer.post("/checkout/payment/hosted")
        self.pages.append(answer.location)


class GiveBack(Flow):
    """A part of the money, then the rest."""

    def prepare(self) -> None:
        self.token = self.world.buy(make_book(), make_font())
        self.world.finish()

    def steps(self) -> Iterator[Step]:
        for amount in (1_000, None):
            yield Step(partial(self.refund, amount))
            yield Step(work)
        yield from self.hear()
        yield Step(work)

    def refund(self, amount: int | None) -> None:
        payment = session.scalars(select(Payment)).one()
        left = payment.received - sum(refund.amount for refund in payment.refunds)
        if left >= (amount or 1):
            refunds.request(payment, amount or left, "a gesture")
        commit()


class Expire(Flow):
    """Nobody paid: Stripe is told first, then the stock is free."""

    def prepare(self) -> None:
        self.fill()
        self.buyer.put(f"{self.url}/payment", json={})
        self.world.end_checkouts()

    def steps(self) -> Iterator[Step]:
        yield Step(work)
        yield from self.hear()
        yield Step(work)


class Fetch(Flow):
    """A download is counted, once for each link."""

    def prepare(self) -> None:
        self.world.buy(make_font())
        self.world.finish()

    def steps(self) -> Iterator[Step]:
        for nonce in ("a", "b", "a"):
            yield Step(partial(self.fetch, nonce), by_buyer=True)

    def fetch(self, nonce: str) -> None:
        grants.use(session.scalars(select(Grant.id)).one(), "font.zip", nonce)
        commit()
