"""Rows L01 and L02: many programs at the same moment, on both databases."""

from collections.abc import Callable
from threading import Barrier
from typing import Any

from flask import Flask
from sqlalchemy import event, func, select, update
from sqlalchemy.exc import OperationalError

from shop.db import commit, db, session, utcnow
from shop.licenses import lifesigns, machines, validation
from shop.licenses.finds import Question
from shop.licenses.models import Activation, Deactivation
from tests.catalog.race import race
from tests.licenses.factories import FINGERPRINT, Bought, make_license, seats

PROGRAMS = 50


def take(bought: Bought, fingerprint: str) -> Callable[[], str]:
    question = Question(bought.key, fingerprint)
    return lambda: machines.activate(question).code


def test_l01_fifty_machines_and_three_seats(either_app: Flask) -> None:
    bought = make_license(machine_limit=3)
    session.rollback()
    answers = race(either_app, PROGRAMS, lambda n: take(bought, f"machine-{n}")())
    assert (answers.count("VALID"), answers.count("TOO_MANY_MACHINES")) == (3, PROGRAMS - 3)
    assert seats(bought) == (3, 3)


def test_l01_counting_before_taking_would_seat_too_many(either_app: Flask) -> None:
    """Without the condition, PostgreSQL seats all; SQLite refuses a reader that turns writer."""
    bought, contenders = make_license(machine_limit=3), 10
    session.rollback()
    everyone_has_read = Barrier(contenders)

    def take_carelessly(number: int) -> None:
        session.connection(execution_options={"only_reads": True})  # SQLite then begins as a reader
        license = bought.license
        everyone_has_read.wait(timeout=30)
        if license.machine_limit is None or license.machines < license.machine_limit:
            session.add(Activation(license_id=bought.id, fingerprint=f"machine-{number}"))
            license.machines += 1

    answers = race(either_app, contenders, take_carelessly)
    if db.engine.dialect.name == "postgresql":
        assert seats(bought)[1] == contenders
    else:
        assert sum(isinstance(answer, OperationalError) for answer in answers) == contenders - 1


def test_l02_one_machine_that_asks_ten_times_at_once_takes_one_seat(either_app: Flask) -> None:
    bought = make_license(machine_limit=1)
    session.rollback()
    answers = race(either_app, 10, lambda _: take(bought, FINGERPRINT)())
    assert answers == ["VALID"] * 10
    assert seats(bought) == (1, 1)


def test_machines_that_come_and_go_at_once_leave_the_count_right(either_app: Flask) -> None:
    bought = make_license(machine_limit=4, heartbeat_seconds=60)
    for n in range(4):
        take(bought, f"old-{n}")()
    session.execute(update(Activation).values(dies_at=utcnow()))
    commit()

    def act(number: int) -> None:
        question = Question(bought.key, f"new-{number % 5}")
        if number % 3 == 0:
            lifesigns.sweep()
        elif number % 3 == 1:
            machines.deactivate(question)
        commit()
        machines.activate(question)

    assert race(either_app, 24, act) == [None] * 24
    counted, running = seats(bought)
    assert counted == running <= 4
    silent = Activation.deactivation == Deactivation.SILENCE
    assert session.scalar(select(func.count()).where(silent)) == 4


def test_a_seat_that_is_given_back_while_it_is_asked_for_is_taken_anew(
    postgres_app: Flask,
) -> None:
    """SQLite has one writer at a time, so nothing comes between."""
    bought = make_license(machine_limit=1)
    question = Question(bought.key, FINGERPRINT)
    take(bought, FINGERPRINT)()
    commit()
    given_back: list[bool] = []

    def come_between(*given: Any) -> None:
        if given[2].startswith("UPDATE activations") and not given_back:
            given_back.append(True)
            with postgres_app.app_context():
                assert machines.deactivate(question).code == "DEACTIVATED"
                commit()

    event.listen(db.engine, "before_cursor_execute", come_between)
    try:
        verdict = machines.activate(question)
    finally:
        event.remove(db.engine, "before_cursor_execute", come_between)
    commit()
    assert (verdict.code, given_back, seats(bought)) == ("VALID", [True], (1, 1))
    assert validation.validate(question).is_valid


def test_two_sweeps_at_once_give_each_seat_back_once(either_app: Flask) -> None:
    bought = make_license(machine_limit=4, heartbeat_seconds=60)
    for n in range(4):
        take(bought, f"m{n}")()
    session.execute(update(Activation).values(dies_at=utcnow()))
    commit()
    swept = race(either_app, 8, lambda _: lifesigns.sweep())
    assert sorted(map(str, swept)) == ["0"] * 7 + ["4"]
    assert seats(bought) == (0, 0)
