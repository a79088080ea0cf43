"""Which versions somebody is offered, and how they hear of new ones."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from shop import events
from shop.accounts import consents
from shop.accounts.consents import Consent
from shop.billing.subscriptions.models import Subscription
from shop.catalog.models import Kind, Product
from shop.db import commit, rollback, session, utcnow
from shop.downloads import news, tasks
from shop.downloads.grants import MOST
from shop.downloads.models import Grant, Release
from shop.downloads.releases import MORE_DOWNLOADS
from shop.licenses.models import License, OnExpiry
from shop.mail.models import Mail
from stripe_sandbox.testing import StripeSandbox
from tests.billing.subscriptions.subscriber import Subscriber, make_plan, make_subscriber
from tests.browser import Browser
from tests.catalog.race import race
from tests.downloads.factories import (
    make_digital,
    make_grant,
    make_paid_order,
    make_release,
    make_user,
    sign_in,
)
from tests.factories import make_product
from tests.licenses.factories import make_policy

Publish = Callable[..., Result]


@pytest.fixture
def publish(app: Flask, tmp_path: Path) -> Publish:
    def run(slug: str, version: str, *more: str, files: tuple[str, ...] = ("a.zip",)) -> Result:
        paths = [tmp_path / name for name in files]
        for path in paths:
            path.write_bytes(version.encode())
        given = ["releases", "publish", slug, version, *map(str, paths), *more]
        return app.test_cli_runner().invoke(args=given)

    return run


def grant_of(product: Product) -> Grant:
    session.expire_all()
    return session.scalars(select(Grant).where(Grant.product_id == product.id)).one()


def released(product: Product, days: int, version: str) -> Release:
    """So many days from now."""
    release = make_release(product, version, f"app-{version}.zip")
    release.released_at = utcnow() + timedelta(days=days)
    commit()
    return release


def mails() -> list[Mail]:
    query = select(Mail).where(Mail.template == "new_version").order_by(Mail.id)
    return list(session.scalars(query))


def test_a_version_is_published_with_platforms_and_checksums(
    publish: Publish, client: Browser
) -> None:
    grant = make_grant()
    given = publish(
        grant.product.slug, "2.0", "--notes", "Now in color.", "--platform", "macOS",
        "--platform", "Linux", files=("mac.dmg", "linux.tar.gz"),
    )  # fmt: skip
    assert given.exit_code == 0, given.output
    page = client.get(f"/downloads/{grant.token}").text
    for word in ("Version 2.0", "Now in color.", "macOS", "Linux", given.output.split()[0]):
        assert word in page
    assert publish(grant.product.slug, "2.0").exit_code == 1
    assert publish("none", "2.0").exit_code == 1
    uneven = publish(grant.product.slug, "3.0", "--platform", "a", "--platform", "b")
    assert "one for each file" in uneven.output


def test_a_beta_is_there_and_the_stable_version_stays_the_newest(
    publish: Publish, client: Browser
) -> None:
    grant = make_grant()
    assert publish(grant.product.slug, "2.0-beta", "--beta").exit_code == 0
    page = client.get(f"/downloads/{grant.token}").text
    assert '<h2 id="newest">Version 1.0</h2>' in page
    assert "Version 2.0-beta (beta)" in page


def test_a_yanked_version_is_offered_to_nobody(
    app: Flask, publish: Publish, client: Browser
) -> None:
    grant = make_grant()
    publish(grant.product.slug, "2.0")
    file_id = session.scalars(select(Release).filter_by(version="2.0")).one().files[0].id
    yank = ["releases", "yank", grant.product.slug]
    assert app.test_cli_runner().invoke(args=[*yank, "2.0", "--reason", "broken"]).exit_code == 0
    assert "2.0" not in client.get(f"/downloads/{grant.token}").text
    asked = client.post(f"/downloads/{grant.token}/links", data={"file_id": str(file_id)})
    assert asked.status_code == 404
    assert app.test_cli_runner().invoke(args=[*yank, "9.0", "--reason", "?"]).exit_code == 1


def test_each_later_version_reaches_earlier_buyers_even_if_their_downloads_are_used(
    app: Flask, client: Browser
) -> None:
    grant = make_grant(used=MOST)
    make_release(grant.product, "2.0", "editor-2.zip")
    page = client.get(f"/downloads/{grant.token}").text
    assert "editor-2.zip" in page
    assert f"{MORE_DOWNLOADS} of {MOST + MORE_DOWNLOADS}" in page


def buy_a_year(product: Product) -> Grant:
    events.publish(events.OrderPaid(make_paid_order(product).id))
    commit()
    return grant_of(product)


def test_a_license_for_a_year_covers_the_versions_of_that_year(app: Flask, client: Browser) -> None:
    product = make_product(kind=Kind.LICENSE)
    make_policy(product, duration_months=12, on_expiry=OnExpiry.KEEP_VERSIONS)
    released(product, -10, "1.0")
    grant = buy_a_year(product)
    assert grant.versions_until == session.scalars(select(License.expires_at)).one()
    released(product, 300, "1.1")
    late = released(product, 400, "2.0").files[0].id
    page = client.get(f"/downloads/{grant.token}").text
    assert "Version 1.1" in page
    assert "Version 1.0" in page
    assert "2.0" not in page
    asked = client.post(f"/downloads/{grant.token}/links", data={"file_id": str(late)})
    assert asked.status_code == 404
    assert client.post(f"/api/products/{product.id}/download-link", json={
        "order_token": "none"}).status_code == 404  # fmt: skip


def test_files_that_come_after_the_license_are_covered_alike(app: Flask) -> None:
    product = make_product(kind=Kind.LICENSE)
    make_policy(product, duration_months=12)
    events.publish(events.OrderPaid(make_paid_order(product).id))
    commit()
    make_release(product)
    expires_at = session.scalars(select(License.expires_at)).one()
    assert grant_of(product).versions_until == expires_at is not None


@pytest.fixture
def subscriber(app: Flask, stripe_sandbox: StripeSandbox) -> Subscriber:
    return make_subscriber(stripe_sandbox)


def end_now(subscriber: Subscriber, subscription: Subscription) -> None:
    stripe_id = subscription.stripe_subscription_id
    subscriber.sandbox._ask("DELETE", f"/subscriptions/{stripe_id}")
    subscriber.listen()


@pytest.mark.parametrize("policy", list(OnExpiry))
def test_after_a_subscription_its_versions_stay_if_the_policy_says_so(
    subscriber: Subscriber, client: Browser, policy: OnExpiry
) -> None:
    price = make_plan()
    product = price.variant.product
    make_policy(product, on_expiry=policy)
    released(product, -1, "1.0")
    subscription = subscriber.subscribe(price)
    end_now(subscriber, subscription)
    grant = grant_of(product)
    if policy is OnExpiry.STOP:
        assert (grant.end_reason, grant.versions_until) == ("subscription", None)
        return
    assert grant.ended_at is None
    assert grant.versions_until == session.scalars(select(License.expires_at)).one()
    released(product, 1, "2.0")
    client.post("/sign-in", data={"email": "ada@example.org", "password": "correct horse battery"})
    page = client.get(f"/downloads/{grant.token}").text
    assert "Version 1.0" in page
    assert "2.0" not in page


def test_a_trial_that_was_never_paid_keeps_nothing(subscriber: Subscriber) -> None:
    price = make_plan(trial_days=14)
    make_policy(price.variant.product, on_expiry=OnExpiry.KEEP_VERSIONS)
    make_release(price.variant.product)
    end_now(subscriber, subscriber.subscribe(price))
    grant = grant_of(price.variant.product)
    assert (grant.end_reason, grant.versions_until) == ("subscription", None)


def test_the_first_release_reaches_who_subscribes_already(subscriber: Subscriber) -> None:
    price = make_plan()
    subscription = subscriber.subscribe(price)
    make_release(price.variant.product)
    grant = grant_of(price.variant.product)
    assert (grant.subscription_id, grant.ended_at) == (subscription.id, None)


def ask(client: Browser, grant: Grant) -> None:
    tasks.sweep()  # what was released before is told already
    answer = client.post(f"/downloads/{grant.token}/news", data={"wants_news": "y"})
    assert answer.status_code == 303


def test_who_asked_hears_of_each_version_once(client: Browser) -> None:
    user = make_user()
    sign_in(client, user)
    first, other = make_grant(user), make_grant(user)
    session.add(Grant(product_id=first.product_id, user_id=user.id, given_by="staff: press"))
    commit()
    ask(client, first)
    make_release(first.product, "2.0")
    make_release(other.product, "2.0")
    for _ in range(2):
        tasks.sweep()
    [mail] = mails()
    assert (mail.recipient, mail.subject) == (user.email, f"{first.product.title} 2.0 is here")
    assert f"/downloads/{first.token}" in mail.text


def test_a_guest_is_written_to_at_the_orders_address(client: Browser) -> None:
    grant = make_grant()
    ask(client, grant)
    make_release(grant.product, "2.0")
    tasks.sweep()
    assert [mail.recipient for mail in mails()] == ["ada@example.org"]


def test_nobody_is_told_of_betas_or_of_what_they_may_not_have(client: Browser) -> None:
    past = utcnow() - timedelta(days=1)
    product = make_grant(wants_news=True, versions_until=past).product
    product_2 = make_grant(wants_news=True, ended_at=past).product
    product_3 = make_grant(wants_news=True, suspended_at=past).product
    for one in (product, product_2, product_3):
        make_release(one, "2.0")
    tasks.sweep()
    assert mails() == []


def test_many_are_told_in_batches_that_may_be_cut_short(
    either_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(news, "BATCH", 3)
    product = make_digital()
    make_release(product)
    tasks.sweep()
    for n in range(7):
        user = make_user(email=f"reader-{n}@example.org")
        session.add(Grant(product_id=product.id, user_id=user.id, wants_news=True))
    release_id = make_release(product, "2.0").id
    commit()
    assert news.tell(release_id)
    commit()
    session.remove()
    assert race(either_app, 3, lambda _: tasks.tell_news.run(release_id)) == [None] * 3
    assert len({mail.recipient for mail in mails()}) == len(mails()) == 7
    assert news.untold() == []


def test_the_link_in_a_mail_ends_the_mails_without_signing_in(client: Browser) -> None:
    grant = make_grant(make_user())
    tasks.sweep()
    grant.wants_news = True
    make_release(grant.product, "2.0")
    tasks.sweep()
    link = f"/downloads/news/{news.token_of(grant.id)}"
    assert link in mails()[0].text
    assert "You get a mail when" in client.get(link).text
    assert grant_of(grant.product).wants_news
    assert client.post(link).status_code == 303
    assert not grant_of(grant.product).wants_news
    assert "You get no mails" in client.get(link).text
    assert client.get(f"{link}x").status_code == 404
    make_release(grant.product, "3.0")
    tasks.sweep()
    assert len(mails()) == 1


def test_the_box_is_on_both_pages_and_off_at_first(client: Browser) -> None:
    user = make_user()
    sign_in(client, user)
    grant = make_grant(user)
    for page in ("/account/downloads", f"/downloads/{grant.token}"):
        text = client.get(page).text
        assert "Tell me about new versions" in text
        assert "checked" not in text
    ask(client, grant)
    assert "checked" in client.get("/account/downloads").text
    client.post(f"/downloads/{grant.token}/news", data={"from_list": "y"})
    assert not grant_of(grant.product).wants_news


def test_what_was_agreed_to_is_kept_with_the_words_that_were_read(client: Browser) -> None:
    user = make_user()
    sign_in(client, user)
    grant = make_grant(user)
    ask(client, grant)
    ask(client, grant)
    client.post(f"/downloads/news/{news.token_of(grant.id)}")
    answers = [(one.words, one.is_given) for one in consents.of(user.id)]
    assert answers == [(news.NO_MORE, False), (news.WORDS, True)]
    page = client.get("/account/data").text
    assert f"{grant.product.title}: “{news.NO_MORE}”" in page


def test_nobody_changes_what_was_agreed_to(either_app: Flask) -> None:
    news.ask(make_grant(), wants=True)
    commit()
    for change in (update(Consent).values(is_given=False), delete(Consent)):
        with pytest.raises(DBAPIError, match="append-only"):
            session.execute(change)
        rollback()
    assert session.scalars(select(Consent.is_given)).all() == [True]
