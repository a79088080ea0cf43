"""What is to be seen after each act: state, grants, money, mails."""

from dataclasses import dataclass, field

import click
from sqlalchemy import select

from shop import money
from shop.billing.subscriptions import letters, opened, plans
from shop.billing.subscriptions.models import Subscription
from shop.billing.subscriptions.rehearsal import Rehearsal
from shop.db import commit, session
from shop.licenses import validation
from shop.licenses.finds import Question
from shop.mail.models import Mail
from shop.web import show_date

MACHINES = ("desk", "laptop")


@dataclass
class Teller:
    rehearsal: Rehearsal
    mails: int = 0
    """How many were told of."""
    invoices: dict[str, str] = field(default_factory=dict)
    """By id, the state that was told last."""

    def act(self, title: str) -> None:
        click.secho(f"\n{show_date(self.rehearsal.now)}  {title}", bold=True)

    def tell(self) -> None:
        """What is new since the last time."""
        self._state()
        self._grants()
        self._money()
        self._mails()

    def tell_mails(self) -> None:
        """Those that came while time went by."""
        self._mails(dated=True)

    def _state(self) -> None:
        one = self.rehearsal.subscription
        plan = f"{plans.title_of(one.price)}, {letters.charge(one.price, one.quantity)}"
        _line("state", f"{one.status}, {plan}")
        if one.trial_end and one.status == "trialing":
            _line("", f"trial until {show_date(one.trial_end)}")
        if one.ends_at:
            _line("", f"ends on {show_date(one.ends_at)}")
        elif one.current_period_end and not one.is_over:
            _line("", f"renews on {show_date(one.current_period_end)}")

    def _grants(self) -> None:
        one = self.rehearsal.subscription
        opens = opened.by([one])[one.id]
        _line("access", "yes" if one.has_access else "no")
        if opens.license_key:
            limit = opens.machine_limit or "as many as they like"
            told = f"{opens.machines} of {limit} devices"
            _line("license", f"…{opens.license_key[-5:]}: {validate(one)}, {told}")
        _line("files", "can be downloaded" if opens.download_url else "none")

    def _money(self) -> None:
        for invoice in self.rehearsal.invoices():
            state, id = str(invoice.status), str(invoice.id)
            if self.invoices.get(id) == state:
                continue
            self.invoices[id] = state
            amount = money.show(invoice.total, invoice.currency.upper())
            _line("money", f"invoice {invoice.number or 'without a number'}: {amount}, {state}")

    def _mails(self, *, dated: bool = False) -> None:
        query = select(Mail.subject).order_by(Mail.id)
        subjects = list(session.scalars(query))
        day = f"{show_date(self.rehearsal.now)}: " if dated else ""
        for subject in subjects[self.mails :]:
            _line("mail", day + subject)
        self.mails = len(subjects)


def validate(subscription: Subscription) -> str:
    """What a program on the first machine hears."""
    key = opened.by([subscription])[subscription.id].license_key
    if key is None:
        return "no key"
    verdict = validation.validate(Question(key, fingerprint=MACHINES[0]))
    commit()
    return verdict.code.value


def _line(label: str, text: str) -> None:
    click.echo(f"    {label:<8} {text}")
