"""The acts: subscribe, use, change, fail, repair, cancel twice, end."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import click

from shop.billing.gateway import Declined, StripeRefused
from shop.billing.subscriptions import letters, opened, plans, state
from shop.billing.subscriptions.models import Subscription, SubscriptionStatus
from shop.billing.subscriptions.rehearsal import Rehearsal
from shop.billing.tasks import remind_subscribers, sweep
from shop.catalog.models import Price
from shop.db import commit, session
from shop.licenses import machines
from shop.licenses.finds import Question
from shop.simulation.telling import MACHINES, Teller

PAST_DUE = SubscriptionStatus.PAST_DUE
DAY = timedelta(days=1)


@dataclass
class Story:
    rehearsal: Rehearsal
    teller: Teller
    price_id: int
    next_price_id: int | None
    card: str
    failing_card: str

    def play(self) -> None:
        """:raises Declined: when the first card is refused at once."""
        self._subscribe()
        if self._one().is_over or not self._one().has_access:
            return
        self._activate()
        self._change_plan()
        self._fail()
        self._repair()
        self._cancel()
        self._end()

    def _one(self) -> Subscription:
        return self.rehearsal.subscription

    def _done(self) -> None:
        """Stripe's events are heard, and what is due is done."""
        self.rehearsal.listen()
        sweep()
        remind_subscribers.run()
        commit()
        self.teller.tell()

    def _subscribe(self) -> None:
        price = session.get_one(Price, self.price_id)
        plan = f"{plans.title_of(price)}, {letters.charge(price, 1)}"
        self.rehearsal.open()
        self.teller.act(f"Subscribes to {plan}, with the card ending in {self.card[-4:]}")
        self.rehearsal.take_card(self.card)
        self.rehearsal.subscribe(session.get_one(Price, self.price_id))
        self._done()

    def _activate(self) -> None:
        one = self._one()
        key = opened.by([one])[one.id].license_key
        if key is None:
            return
        self.teller.act(f"Uses it on two machines: {' and '.join(MACHINES)}")
        for machine in MACHINES:
            machines.activate(Question(key, fingerprint=machine), machine)
        commit()
        self._done()

    def _change_plan(self) -> None:
        if self.next_price_id is None:
            return
        self._advance_past(self._one().trial_end, "The trial is over")
        price = session.get_one(Price, self.next_price_id)
        self.teller.act(f"Changes to {plans.title_of(price)}")
        self.rehearsal.change_plan(price)
        self._done()

    def _fail(self) -> None:
        self.teller.act(f"Names another card, ending in {self.failing_card[-4:]}")
        self.rehearsal.take_card(self.failing_card)
        self._done()
        self._advance_past(self._one().current_period_end, "The period ends")
        if self._one().status is PAST_DUE:
            self._advance_past(state.grace_end(self._one()), "The grace period is over")

    def _repair(self) -> None:
        if self._one().status is not PAST_DUE:
            return
        self.teller.act("Names a card that works, and pays what is open")
        self.rehearsal.take_card(self.card)
        try:
            self.rehearsal.pay_open_invoice()
        except (Declined, StripeRefused) as refusal:
            click.echo(f"    {refusal.reason}")
        self._done()

    def _cancel(self) -> None:
        if self._one().is_over:
            return
        for title, act in (
            ("Cancels at the end of the period", self.rehearsal.cancel),
            ("Takes that back", self.rehearsal.keep),
            ("Cancels again", self.rehearsal.cancel),
        ):
            self.teller.act(title)
            act()
            self._done()

    def _end(self) -> None:
        self._advance_past(self._one().ends_at, "The period is over")

    def _advance_past(self, moment: datetime | None, title: str) -> None:
        """A little more: Stripe closes an invoice an hour after it was made."""
        if moment is None or moment < self.rehearsal.now:
            return
        for _ in self.rehearsal.advance(moment + DAY / 6):
            remind_subscribers.run()
            commit()
            self.teller.tell_mails()
        self.teller.act(title)
        self._done()
