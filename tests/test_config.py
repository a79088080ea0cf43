"""The settings: `.env.example` lists them all, and a shop that is not safe does not start."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr

from shop import config
from shop.config import STRIPE, BadSettings, Settings

ROOT = Path(__file__).parents[1]
GOOD = {
    "env": "production",
    "secret_key": "k" * 48,
    "stripe_webhook_secret": "whsec_" + "w" * 32,
}


def example() -> str:
    """What `.env.example` has to say."""
    entries = [
        f"# {field.description}\n# SHOP_{name.upper()}={default(name)}"
        for name, field in Settings.model_fields.items()
    ]
    head = (
        "# Every setting there is, with its default. Copy this file to `.env`, take away the `#`.\n"
    )
    return "\n\n".join([head.rstrip(), *entries]) + "\n"


def default(name: str) -> str:
    value = Settings.model_fields[name].default
    if isinstance(value, SecretStr):
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def test_the_example_lists_every_setting() -> None:
    assert (ROOT / ".env.example").read_text() == example()


def test_the_example_without_its_hashes_is_read_back_as_the_defaults(tmp_path: Path) -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()
    settings = [line.removeprefix("# ") for line in lines if re.match(r"# SHOP_\w+=.+", line)]
    file = tmp_path / "env"
    file.write_text("\n".join(settings))

    assert config.load(_env_file=file).model_dump() == config.load(_env_file=None).model_dump()


def refusal(**given: str) -> str:
    """What a shop with these settings says instead of starting."""
    with pytest.raises(BadSettings) as refused:
        config.load(_env_file=None, **(GOOD | given))
    return str(refused.value)


def test_good_settings_are_accepted() -> None:
    assert config.load(_env_file=None, **GOOD).env == "production"


@pytest.mark.parametrize(
    "sites",
    ["blog.example", "https://blog.example/", "https://Blog.example", "*", "https://a.example b"],
)
def test_a_site_with_buttons_is_an_origin(sites: str) -> None:
    said = refusal(buy_button_origins=f"https://good.example, {sites}")

    assert f"SHOP_BUY_BUTTON_ORIGINS: {sites} is no origin" in said


def test_several_sites_may_have_buttons() -> None:
    given = "https://blog.example, http://127.0.0.1:8080 ,"

    found = config.load(_env_file=None, **GOOD, buy_button_origins=given).sites_with_buttons

    assert found == {"https://blog.example", "http://127.0.0.1:8080"}


@pytest.mark.parametrize("secret", ["", "None", "short", "k" * 31, config.DEVELOPMENT_SECRET])
def test_i15_a_weak_secret_key_is_refused(secret: str) -> None:
    said = refusal(secret_key=secret)

    assert "SHOP_SECRET_KEY is missing or weak: set 32 random characters" in said


def test_development_has_a_secret_key_of_its_own() -> None:
    assert config.load(_env_file=None, env="development").is_development


@pytest.mark.parametrize(
    "secret", ["", " ", ",", "None", "whsec_", "whsec_short", "w" * 40, "whsec_" + "w" * 40 + ",x"]
)
def test_w12_a_webhook_secret_that_proves_nothing_is_refused(secret: str) -> None:
    said = refusal(stripe_webhook_secret=secret)

    assert "SHOP_STRIPE_WEBHOOK_SECRET is missing or weak: copy the signing secret" in said


def test_w12_the_public_webhook_secret_is_for_development() -> None:
    public = Settings.model_fields["stripe_webhook_secret"].default.get_secret_value()

    assert "SHOP_STRIPE_WEBHOOK_SECRET is the public" in refusal(stripe_webhook_secret=public)


def test_w13_two_webhook_secrets_while_one_is_rolled() -> None:
    old, new = "whsec_" + "o" * 32, "whsec_" + "n" * 32
    settings = config.load(_env_file=None, **(GOOD | {"stripe_webhook_secret": f"{new}, {old}"}))

    assert settings.webhook_secrets == [new, old]


LIVE = {"stripe_secret_key": "sk_live_x", "stripe_publishable_key": "pk_live_x"}
MIXED = [
    (LIVE, "SHOP_STRIPE_API_BASE points at a sandbox"),
    ({"stripe_secret_key": "sk_live_x", "stripe_api_base": STRIPE}, "of different modes"),
    ({"stripe_publishable_key": "pk_live_x"}, "of different modes"),
    ({"stripe_secret_key": "pk_test_x"}, "SHOP_STRIPE_SECRET_KEY must start with sk_"),
    ({"stripe_secret_key": ""}, "SHOP_STRIPE_SECRET_KEY must start with sk_"),
]


@pytest.mark.parametrize(("given", "said"), MIXED)
def test_mixed_modes_are_refused(given: dict[str, str], said: str) -> None:
    assert said in refusal(**given)


def test_live_keys_on_stripe_are_accepted() -> None:
    assert config.load(_env_file=None, **(GOOD | LIVE), stripe_api_base=STRIPE).stripe_livemode


def test_a_value_of_the_wrong_type_is_named() -> None:
    assert "SHOP_PROXY_HOPS: " in refusal(proxy_hops="many")
    assert "SHOP_CURRENCY: " in refusal(currency="euro")


def test_all_problems_are_named_at_once() -> None:
    said = refusal(secret_key="short", stripe_webhook_secret="", **LIVE)

    for name in ("SHOP_SECRET_KEY", "SHOP_STRIPE_WEBHOOK_SECRET", "SHOP_STRIPE_API_BASE"):
        assert name in said


def test_a_refusal_keeps_the_values_to_itself() -> None:
    said = refusal(secret_key="canary-short", stripe_webhook_secret="canary-whsec")

    assert "canary" not in said


BOOTS = [
    ({"SHOP_ENV": "production"}, ["SHOP_SECRET_KEY", "SHOP_STRIPE_WEBHOOK_SECRET"]),
    ({"SHOP_STRIPE_WEBHOOK_SECRET": ""}, ["SHOP_STRIPE_WEBHOOK_SECRET"]),
    (
        {"SHOP_STRIPE_SECRET_KEY": "sk_live_x", "SHOP_STRIPE_PUBLISHABLE_KEY": "pk_live_x"},
        ["SHOP_STRIPE_API_BASE"],
    ),
]


@pytest.mark.parametrize(("given", "names"), BOOTS)
def test_the_process_ends_with_the_names_of_what_is_wrong(
    given: dict[str, str], names: list[str], tmp_path: Path
) -> None:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("SHOP_")}
    ended = subprocess.run(
        [sys.executable, "-c", "from shop.app import create_app; create_app()"],
        env=inherited | {"PYTHONPATH": str(ROOT)} | given,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert ended.returncode == 1
    assert "The shop does not start:" in ended.stderr
    assert "Traceback" not in ended.stderr
    for name in names:
        assert f"  {name} " in ended.stderr
