"""Rows as a queue. The mails stand for every such table."""

from datetime import timedelta

import pytest
from flask import Flask

from shop import leases
from shop.db import commit, rollback, session, utcnow
from shop.leases import Fenced, State
from shop.mail.models import Mail
from tests.catalog.race import race
from tests.mail.factories import make_mail


def claim(mail: Mail) -> str | None:
    lease = leases.claim(Mail, mail.id)
    commit()
    session.refresh(mail)
    return lease


def fail(mail: Mail) -> None:
    """One try that did not work."""
    lease = claim(mail)
    assert lease
    leases.fail(Mail, mail.id, lease, "no answer")
    commit()
    session.refresh(mail)


def let_time_pass(mail: Mail) -> None:
    mail.due_at = utcnow() - timedelta(seconds=1)
    commit()


def test_twenty_at_once_and_one_gets_the_row(either_app: Flask) -> None:
    mail_id = make_mail().id
    commit()

    claimed = race(either_app, 20, lambda _n: leases.claim(Mail, mail_id))

    assert len([lease for lease in claimed if isinstance(lease, str)]) == 1
    assert claimed.count(None) == 19
    assert session.get_one(Mail, mail_id).attempts == 1


def test_finished_is_never_due_again(app: Flask) -> None:
    mail = make_mail()
    lease = claim(mail)
    assert lease
    leases.finish(Mail, mail.id, lease)
    commit()
    session.refresh(mail)
    let_time_pass(mail)

    assert (mail.state, leases.due(Mail), claim(mail)) == (State.DONE, [], None)


def test_a_claimed_row_is_nobody_elses_until_its_lease_ends(app: Flask) -> None:
    mail = make_mail()
    assert claim(mail)
    assert claim(mail) is None
    assert mail.due_at - utcnow() > leases.LEASE / 2

    let_time_pass(mail)
    assert leases.due(Mail) == [mail.id]
    assert claim(mail)
    assert mail.attempts == 2


def test_i11_whoever_lost_the_row_is_fenced_off(either_app: Flask) -> None:
    mail = make_mail()
    first = claim(mail)
    let_time_pass(mail)
    second = claim(mail)
    assert first
    assert second

    with pytest.raises(Fenced):
        leases.finish(Mail, mail.id, first)
    leases.fail(Mail, mail.id, first, "too late to say")
    rollback()
    session.refresh(mail)
    assert (mail.state, mail.lease, mail.error) == (State.PENDING, second, None)

    leases.finish(Mail, mail.id, second)
    commit()
    session.refresh(mail)
    assert mail.state is State.DONE


def test_the_pause_grows_with_every_try(app: Flask) -> None:
    mail = make_mail()
    pauses = []
    for _ in range(4):
        fail(mail)
        pauses.append(round((mail.due_at - utcnow()).total_seconds()))
        assert (mail.state, mail.error, mail.lease) == (State.FAILED, "no answer", None)
        assert leases.due(Mail) == []
        let_time_pass(mail)

    assert pauses == [4, 16, 64, 256]


def test_after_the_last_try_the_row_waits_for_a_person(app: Flask) -> None:
    mail = make_mail()
    for _ in range(leases.MOST_TRIES):
        assert mail.state is not State.DEAD
        fail(mail)
        let_time_pass(mail)

    assert (mail.state, leases.due(Mail), claim(mail)) == (State.DEAD, [], None)


@pytest.mark.parametrize("state", [State.FAILED, State.DEAD])
def test_a_person_gives_it_all_its_tries_again(app: Flask, state: State) -> None:
    mail = make_mail(state=state, attempts=8, due_at=utcnow() + timedelta(hours=1))

    assert leases.revive(Mail, mail.id)
    commit()
    session.refresh(mail)
    assert (mail.state, mail.attempts, leases.due(Mail)) == (State.PENDING, 0, [mail.id])


@pytest.mark.parametrize("state", [State.PENDING, State.DONE])
def test_what_is_not_stuck_is_not_revived(app: Flask, state: State) -> None:
    assert not leases.revive(Mail, make_mail(state=state).id)


def test_the_oldest_comes_first(app: Flask) -> None:
    now = utcnow()
    ages = [3, 9, 1, 5]
    mails = {age: make_mail(due_at=now - timedelta(minutes=age)) for age in ages}
    make_mail(due_at=now + timedelta(minutes=1))

    assert leases.due(Mail) == [mails[age].id for age in sorted(ages, reverse=True)]
    assert leases.due(Mail, limit=1) == [mails[9].id]


def test_a_row_that_kills_whoever_touches_it_is_left_in_the_end(app: Flask) -> None:
    mail = make_mail()
    for _ in range(leases.MOST_TRIES):
        assert claim(mail)  # and the process dies
        let_time_pass(mail)

    assert claim(mail) is None
    assert (mail.state, mail.error) == (State.DEAD, "every try was cut short")
    assert leases.due(Mail) == []
