import json
import time
from typing import Any

import pytest
from sqlalchemy import func, select
from structlog.testing import capture_logs

from shop import config
from shop.billing.models import StripeEvent
from shop.config import Settings
from shop.db import session
from tests.billing.signing import make_event, send, signature
from tests.browser import Browser


def stored() -> int:
    return session.scalar(select(func.count(StripeEvent.id))) or 0


def test_w01_an_event_delivered_five_times_is_stored_once(
    client: Browser, settings: Settings
) -> None:
    assert [send(client, settings, make_event()) for _ in range(5)] == [200] * 5
    assert stored() == 1


PAYLOAD = json.dumps(make_event()).encode()


@pytest.mark.parametrize(
    ("payload", "header"),
    [
        (PAYLOAD, ""),
        (PAYLOAD, signature(PAYLOAD, "whsec_" + "x" * 32)),
        (PAYLOAD, "v0-only"),
        (PAYLOAD + b" ", "of the original"),
        (json.dumps(make_event(), indent=1).encode(), "of the original"),
        (PAYLOAD, f"t={'1' * 5000},v1=a"),
        (PAYLOAD, f"t={int(time.time())},v1=é"),
    ],
    ids=[
        "no header", "wrong secret", "v0 only", "one byte more", "serialized again",
        "a date of 5,000 digits", "not ASCII",
    ],
)  # fmt: skip
def test_w09_a_forged_event_is_refused(
    client: Browser, settings: Settings, payload: bytes, header: str
) -> None:
    secret = settings.webhook_secrets[0]
    if header == "v0-only":
        header = signature(payload, secret, version="v0")
    elif header == "of the original":
        header = signature(PAYLOAD, secret)
    assert send(client, settings, payload, header=header) == 400
    assert stored() == 0


@pytest.mark.parametrize(
    ("age", "status"),
    [(301, 400), (290, 200), (-290, 200), (-302, 400), (-10 * 365 * 86400, 400)],
)
def test_w10_w11_only_a_fresh_event_is_accepted(
    client: Browser, settings: Settings, age: int, status: int
) -> None:
    assert send(client, settings, make_event(), at=int(time.time()) - age) == status


@pytest.mark.parametrize(
    "secret", ["", "None", "whsec_short", "x" * 40, "whsec_" + "a" * 40 + ",whsec_"]
)
def test_w12_a_weak_secret_stops_the_start(secret: str) -> None:
    with pytest.raises(config.BadSettings, match="SHOP_STRIPE_WEBHOOK_SECRET"):
        config.load(_env_file=None, stripe_webhook_secret=secret)


def test_w13_while_a_secret_is_rolled_either_signs(
    client: Browser, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = "whsec_" + "o" * 32, "whsec_" + "n" * 32
    both = config.load(_env_file=None, stripe_webhook_secret=f"{new},{old}")
    monkeypatch.setitem(client.application.extensions, "settings", both)
    payload = json.dumps(make_event()).encode()
    assert send(client, both, payload, header=signature(payload, old)) == 200
    only_new = config.load(_env_file=None, stripe_webhook_secret=new)
    monkeypatch.setitem(client.application.extensions, "settings", only_new)
    assert send(client, only_new, payload, header=signature(payload, old)) == 400


def deep(levels: int) -> Any:
    return json.loads("[" * levels + "]" * levels)


@pytest.mark.parametrize(
    ("payload", "status"),
    [
        (make_event(object="v2.core.event", data=None), 200),
        (make_event(type="of.tomorrow"), 200),
        (make_event(metadata={"x": deep(100)}), 200),
        (b'{"a": ' + b"[" * 50_000 + b"]" * 50_000 + b"}", 400),
        (b'{"id": NaN}', 400),
        (json.dumps(make_event()).encode()[:-1] + b', "id": "evt_2"}', 400),
        (b"\xff\xfe{}", 400),
        (b"[]", 400),
        (b"", 400),
        (make_event(created=10**30), 400),
        (make_event(id="evt_\x00"), 400),
        (make_event(data={"object": {"id": "pi_\x00"}}), 400),
        (make_event(data={"object": {"id": None}}), 200),
        (b" " * (1024 * 1024 + 1), 413),
    ],
    ids=[
        "thin", "unknown type", "100 deep", "50,000 deep", "NaN", "key twice", "not UTF-8",
        "a list", "empty", "no date", "NUL",
        "object with NUL", "object without id", "1 MiB",
    ],
)  # fmt: skip
def test_w15_odd_bodies_never_break_the_endpoint(
    client: Browser, settings: Settings, payload: Any, status: int
) -> None:
    assert send(client, settings, payload) == status


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"livemode": True}, "other mode"),
        ({"api_version": "2020-01-01"}, "other API version"),
        ({"account": "acct_1"}, "connected account"),
    ],
)
def test_w14_what_is_signed_but_not_for_us_is_refused_and_reported(
    client: Browser, settings: Settings, given: dict[str, Any], reason: str
) -> None:
    with capture_logs() as logs:
        assert send(client, settings, make_event(**given)) == 400
    [told] = [entry for entry in logs if entry["event"] == "webhook refused"]
    assert (told["log_level"], reason in told["reason"]) == ("error", True)
    assert session.scalar(select(func.count(StripeEvent.id))) == 0
