"""The shared parts, layouts and error page, rendered without the rest of the shop."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask, flash, render_template
from jinja2 import StrictUndefined
from markupsafe import escape
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    EmailField,
    Form,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Optional, Regexp

import shop
from shop import parts
from shop.mail.blocks import Button, Code, Slip
from shop.orders.letters import SlipLine
from shop.web import static_url

SHOP = Path(shop.__file__).parent
STATIC = SHOP / "static"
TEMPLATES = SHOP / "templates"


class SampleForm(Form):
    email = EmailField("E-mail", [InputRequired("Enter your e-mail address.")])
    name = StringField("Full name", [InputRequired("Enter your name.")])
    country = SelectField("Country", choices=[("DE", "Germany"), ("FR", "France")])
    postal_code = StringField("Postal code", [Regexp(r"^\d{5}$", message="Five digits, please.")])
    quantity = IntegerField("Licenses", [Optional()], default=1)
    note = TextAreaField("Note")
    agree = BooleanField("I agree to the terms", [InputRequired("Agree to go on.")])
    plan = RadioField(
        "Choose a license",
        choices=[(name, name) for name in ("solo", "team", "site")],
        default="team",
    )


class Visitor:
    is_authenticated = True
    name = "Mara"
    role = "admin"


def sample_context() -> dict[str, object]:
    broken = SampleForm(MultiDict({"email": "", "name": '"Ada" <b>', "postal_code": "1040"}))
    broken.validate()
    return {
        "form": SampleForm(),
        "broken": broken,
        "now": datetime(2026, 11, 21, 10, 4, tzinfo=UTC),
    }


def make_app() -> Flask:
    app = Flask("shop", root_path=str(SHOP))
    app.secret_key = "only for this test"
    app.jinja_env.undefined = StrictUndefined
    parts.init_app(app)
    app.jinja_env.globals.update(
        static_url=static_url,
        csrf_token=lambda: "token",
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True

    @app.get("/styleguide")
    def styleguide() -> str:
        flash("Saved.", "good")
        return render_template(
            "styleguide.html",
            **sample_context(),
            shop_name="Keystall",
            cart_count=2,
            current_user=Visitor(),
            demo_notice="Stripe test mode: no real money moves",
        )

    return app


@pytest.fixture
def app() -> Iterator[Flask]:
    app = make_app()
    with app.test_request_context():
        yield app


@pytest.fixture
def page(app: Flask) -> str:
    return app.test_client().get("/styleguide").text


def test_every_template_compiles(app: Flask) -> None:
    for path in TEMPLATES.rglob("*.html"):
        app.jinja_env.get_template(path.relative_to(TEMPLATES).as_posix())


def test_the_style_guide_uses_every_macro() -> None:
    guide = (TEMPLATES / "styleguide.html").read_text() + (TEMPLATES / "layout.html").read_text()
    macros = [
        name
        for file in ("_parts.html", "_forms.html")
        for name in re.findall(r"^{% macro (\w+)", (TEMPLATES / file).read_text(), re.MULTILINE)
    ]
    inner = {"picture", "control", "hint_and_error", "label", "error_links"}
    missing = [
        name for name in macros if name not in inner and not re.search(rf"\b{name}\(", guide)
    ]
    assert not missing


def test_the_page_is_served_whole(page: str) -> None:
    assert "<h1>Ink, paper and a price tag.</h1>" in page
    assert "Saved." in page
    assert page.rstrip().endswith("</html>")
    assert "{{" not in page
    assert "{%" not in page


def test_ids_are_unique(page: str) -> None:
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert sorted(ids) == sorted(set(ids))


def test_what_describes_a_field_exists(page: str) -> None:
    ids = set(re.findall(r'\bid="([^"]+)"', page))
    named = re.findall(r'(?:aria-describedby|aria-labelledby|for)="([^"]+)"', page)
    assert {name for value in named for name in value.split()} <= ids


def test_a_refused_form_keeps_its_values_and_says_what_to_do(page: str) -> None:
    assert f'value="{escape(chr(34) + "Ada" + chr(34) + " <b>")}"' in page
    assert 'value="1040"' in page
    assert '<a href="#postal_code">Postal code: Five digits, please.</a>' in page
    assert 'aria-describedby="email-hint email-error"' in page
    assert 'aria-invalid="true"' in page


def test_the_script_gets_the_words_of_the_server(page: str) -> None:
    assert 'data-inputrequired="Enter your e-mail address."' in page
    assert 'data-regexp="Five digits, please."' in page


def test_the_chosen_radio_card_is_checked(page: str) -> None:
    checked = re.findall(r'<input type="radio"[^>]*value="(\w+)"[^>]* checked', page)
    assert checked == ["team"]


def test_forms_that_post_carry_the_token(page: str) -> None:
    forms = re.findall(r'<form method="post".*?</form>', page, re.DOTALL)
    assert len(forms) == 3
    assert all('name="csrf_token" value="token"' in form for form in forms)


def test_every_icon_is_in_the_sprite(page: str) -> None:
    sprite = set(re.findall(r'<symbol id="(\w+)"', (STATIC / "icons.svg").read_text()))
    named = {
        name
        for path in SHOP.rglob("*.html")
        for name in re.findall(r'\bicon\("(\w+)"\)', path.read_text())
    }
    assert named | set(re.findall(r"icons\.svg[^#]*#(\w+)", page)) <= sprite


def test_every_static_file_of_the_page_exists(page: str) -> None:
    paths = re.findall(r'"/static/([^"?#]+)', page)
    assert len(set(paths)) > 10
    assert [path for path in paths if not (STATIC / path).is_file()] == []


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 418, 422, 429, 500, 503, 507])
def test_the_error_page_has_words_for_every_status(app: Flask, status: int) -> None:
    """Even where nothing but the status is known."""
    page = render_template("error.html", status=status)
    assert re.search(r"<h1>[^<]{10,}</h1>", page)
    assert f">{status}</span>" in page


def test_the_error_page_says_what_it_was_given(app: Flask) -> None:
    page = render_template(
        "error.html",
        status=403,
        title="Not <yours>",
        detail="Ask an admin.",
        request_id="abc",
        suggestions=[("Maps", "/categories/maps")],
    )
    assert "<h1>Not &lt;yours&gt;</h1>" in page
    assert "Ask an admin." in page
    assert "<code>abc</code>" in page
    assert '<a href="/categories/maps">Maps</a>' in page


@pytest.mark.parametrize("layout", ["layout_checkout.html", "layout_account.html"])
def test_the_other_layouts_render(app: Flask, layout: str) -> None:
    page = app.jinja_env.get_template(layout)
    text = render_template(page, shop_name="Keystall", demo_notice=None)
    assert '<main id="main"' in text


def test_a_mail_looks_like_the_slip(app: Flask) -> None:
    line = SlipLine("Atlas", "", 2, "€19.00")
    text = render_template(
        "mail/letter.html",
        subject="Your order",
        signed=("Keystall", "shop@keystall.example", ""),
        base_url="https://shop.example",
        blocks=[
            Slip([line], [("VAT", "€3.04")], ("Total", "€19.00")),
            Code("KEY-1"),
            Button("See your order", "https://shop.example/o/1"),
        ],
    )
    assert "Atlas × 2" in text  # noqa: RUF001
    assert 'href="https://shop.example/o/1"' in text
    assert "<table" not in text
