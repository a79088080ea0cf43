"""The last download is given once, whoever asks at the same time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from shop.db import commit, rollback, session
from shop.downloads import grants
from shop.downloads.models import Download, Grant
from tests.browser import Browser, open_browser
from tests.downloads.factories import CONTENT, fetch, make_grant, mint

PEOPLE = 5
Attempt = Callable[[int, int, Barrier], bool]


def test_the_limit_is_reached_exactly(client: FlaskClient) -> None:
    grant = make_grant(most=3)
    links = [mint(client, grant) for _ in range(4)]
    answers = [fetch(client, link).status_code for link in links]
    assert answers == [200, 200, 200, 409]
    assert "All downloads are used" in client.get(f"/downloads/{grant.token}").text
    answer = client.post(f"/downloads/{grant.token}/links", data={"file_id": "1"})
    assert (answer.status_code, "No downloads left" in answer.text) == (409, True)
    assert used(grant) == (3, 3)


def test_a_link_counts_once(client: FlaskClient) -> None:
    grant = make_grant(most=1)
    link = mint(client, grant)
    client.head(link)
    assert used(grant) == (0, 0)
    assert fetch(client, link, Range="bytes=0-99").status_code == 206
    assert fetch(client, link, Range="bytes=100-").data == CONTENT[100:]
    assert fetch(client, link).data == CONTENT
    assert used(grant) == (1, 1)


def used(grant: Grant) -> tuple[int, int]:
    """As counted, and as logged."""
    session.rollback()
    session.refresh(grant)
    return grant.used, len(session.scalars(select(Download)).all())


def test_five_links_at_once_give_one_download(client: Browser, app: Flask) -> None:
    grant = make_grant(most=1)
    links = [mint(client, grant) for _ in range(PEOPLE)]
    barrier = Barrier(PEOPLE)

    def follow(link: str) -> int:
        tab = open_browser(app)
        tab.set_cookie("session", client.cookie("session"))
        with app.app_context():
            barrier.wait(10)
            return fetch(tab, link).status_code

    session.rollback()
    with ThreadPoolExecutor(PEOPLE) as people:
        assert sorted(people.map(follow, links)) == [200, 409, 409, 409, 409]
    assert used(grant) == (1, 1)


def count(grant_id: int, person: int, barrier: Barrier) -> bool:
    barrier.wait(10)
    try:
        grants.use(grant_id, "editor.zip", f"nonce-{person}")
        commit()
    except grants.NoDownloadsLeft:
        rollback()
        return False
    return True


def look_then_count(grant_id: int, person: int, barrier: Barrier) -> bool:
    """What `use` must not do."""
    left = session.get_one(Grant, grant_id).left
    session.rollback()
    barrier.wait(10)
    if left:
        session.execute(update(Grant).where(Grant.id == grant_id).values(most=None, used=1))
        commit()
    return bool(left)


def race(app: Flask, attempt: Attempt) -> int:
    """How many of five got the one download."""
    grant_id = make_grant(most=1).id
    session.rollback()
    barrier = Barrier(PEOPLE)

    def run(person: int) -> bool:
        with app.app_context():
            return attempt(grant_id, person, barrier)

    with ThreadPoolExecutor(PEOPLE) as people:
        return sum(people.map(run, range(PEOPLE)))


def test_the_last_download_is_counted_once(either_app: Flask) -> None:
    assert race(either_app, count) == 1


def test_the_race_would_show_a_check_before_the_count(either_app: Flask) -> None:
    assert race(either_app, look_then_count) == PEOPLE


def test_one_nonce_is_counted_once_at_the_same_time(either_app: Flask) -> None:
    def same_nonce(grant_id: int, _person: int, barrier: Barrier) -> bool:
        return count(grant_id, 0, barrier)

    assert race(either_app, same_nonce) == PEOPLE
    grant = session.scalars(select(Grant)).one()
    assert used(grant) == (1, 1)
