"""What was chosen holds in every process, but not against the environment."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, text

from shop import config
from shop.app import create_app
from shop.config import Settings
from shop.db import commit, session
from shop.preferences import choosing, kept
from shop.preferences.models import Preference
from tests.browser import Browser, open_browser
from tests.queries import count_queries


def choose(**wanted: Any) -> dict[str, list[Any]]:
    choosing.lock("ada@staff.example")
    changed = choosing.keep(wanted, "ada@staff.example")
    commit()
    return changed


def test_what_is_chosen_holds_and_what_is_as_it_comes_is_not_kept(app: Flask) -> None:
    usual = config.current().grace_days
    assert choose(grace_days=usual + 1) == {"grace_days": [usual, usual + 1]}
    assert config.current().grace_days == usual + 1
    choose(grace_days=usual)
    assert config.current().grace_days == usual
    assert session.query(Preference).filter(Preference.value.is_not(None)).count() == 0


def test_the_environment_stands_over_it(app: Flask) -> None:
    fixed = config.load(_env_file=None, shop_name="By the environment")
    merged = kept.merge(fixed, {"shop_name": "Chosen", "grace_days": 3})
    assert (merged.shop_name, merged.grace_days) == ("By the environment", 3)
    assert kept.is_fixed(fixed, "shop_name")
    assert not kept.is_fixed(fixed, "grace_days")


@pytest.mark.parametrize("value", ["many", -1, 61, [1], {"a": 1}])
def test_what_does_not_fit_is_left_out(app: Flask, value: Any) -> None:
    choose(grace_days=value, shop_name="Mara's maps")
    assert config.current().grace_days == 7
    assert config.current().shop_name == "Mara's maps"


def test_another_process_follows(
    app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = create_app(settings)
    browser = open_browser(other)
    assert "Mara&#39;s maps" not in browser.get("/cart").text
    choose(shop_name="Mara's maps")
    assert "Mara&#39;s maps" not in browser.get("/cart").text  # it has looked a moment ago
    monkeypatch.setattr(kept, "PAUSE", 0.0)
    other.extensions["choices"].forget()
    assert "Mara&#39;s maps" in browser.get("/cart").text
    with other.app_context():
        session.remove()


def test_pages_ask_for_no_settings_of_their_own(app: Flask, client: Browser) -> None:
    choose(shop_name="Mara's maps")
    client.get("/cart")
    with count_queries(with_looks=True) as queries:
        assert "Mara&#39;s maps" in client.get("/cart").text
    assert not [asked for asked in queries if "preferences" in asked]


def test_without_the_table_the_shop_goes_on(app: Flask, client: Browser) -> None:
    choose(shop_name="Mara's maps")
    assert "Mara&#39;s maps" in client.get("/cart").text
    session.execute(text("ALTER TABLE preferences RENAME TO away"))
    commit()
    kept.forget()
    assert "Mara&#39;s maps" in client.get("/cart").text


def test_a_legal_text_has_a_page_and_a_link_when_it_is_written(app: Flask, client: Browser) -> None:
    assert client.get("/legal/imprint").status_code == 404
    assert "/legal/" not in client.get("/cart").text
    choose(imprint="# Who we are\n\n**Mara** <script>alert(1)</script>")
    page = client.get("/legal/imprint").text
    assert "<h2>Who we are</h2>" in page
    assert "<strong>Mara</strong>" in page
    assert "alert(1)" not in page
    assert '<a href="/legal/imprint">Imprint</a>' in client.get("/cart").text
    choose(imprint="")
    assert client.get("/legal/imprint").status_code == 404
    assert "/legal/" not in client.get("/cart").text
    assert client.get("/legal/anything").status_code == 404


def test_the_contact_is_in_the_footer_when_it_is_chosen(app: Flask, client: Browser) -> None:
    assert "mailto:" not in client.get("/cart").text
    choose(contact_email="mara@maps.example")
    assert 'href="mailto:mara@maps.example"' in client.get("/cart").text
    session.execute(delete(Preference))
    commit()
