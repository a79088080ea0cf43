"""Row L07: a program believes an answer because it is signed, fresh and to its own question."""

import errno
import json
import os
from base64 import b64decode, b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from datetime import datetime
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from flask import Flask

from shop import config
from shop.config import BadSettings, Settings
from shop.db import utcnow
from shop.licenses import keys, signing
from tests.browser import Browser
from tests.licenses.factories import FINGERPRINT, ask, make_license

CONTEXT = b"keystall license answer 1\n"


def public_key(program: Browser) -> Ed25519PublicKey:
    answer = program.get("/api/licenses/public-key").get_json()
    assert answer["algorithm"] == "Ed25519"
    return Ed25519PublicKey.from_public_bytes(b64decode(answer["public_key"]))


def is_signed(key: Ed25519PublicKey, answer: dict[str, Any]) -> bool:
    """As a program checks it, with nothing of the shop's."""
    rest = {name: value for name, value in answer.items() if name != "signature"}
    content = json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    try:
        key.verify(b64decode(answer["signature"]), CONTEXT + content.encode())
    except InvalidSignature:
        return False
    return True


@pytest.mark.parametrize("what", ["validate", "activate", "deactivate", "file"])
def test_l07_every_answer_is_signed(program: Browser, what: str) -> None:
    verifier = public_key(program)
    for key in (make_license().key, keys.make()):
        answer = ask(program, what, key, fingerprint=FINGERPRINT, nonce="n-1")
        assert is_signed(verifier, answer)
        assert answer["nonce"] == "n-1"
        age = utcnow() - datetime.fromisoformat(answer["date"])
        assert abs(age.total_seconds()) < 5


def test_l07_whatever_is_changed_is_noticed(program: Browser) -> None:
    verifier = public_key(program)
    answer = ask(program, "activate", make_license().key, fingerprint=FINGERPRINT, nonce="n-1")
    zeros = b64encode(bytes(64)).decode()
    for part in (None, "license", "activation"):
        for name in answer[part] if part else answer:
            forged = deepcopy(answer)
            place = forged[part] if part else forged
            place[name] = zeros if name == "signature" else "forged"
            assert not is_signed(verifier, forged), (part, name)


def test_l07_another_nonce_is_another_signature(program: Browser) -> None:
    key = make_license().key
    first, second = (ask(program, "validate", key, nonce=nonce) for nonce in ("one", "two"))
    assert not is_signed(public_key(program), {**first, "nonce": second["nonce"]})


def test_l07_what_is_refused_is_signed_too(program: Browser) -> None:
    body = {"key": 7, "nonce": "n-1"}
    answer = program.post("/api/licenses/validate", json=body)
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    content = f"{answer.headers['License-Date']}\nn-1\n".encode() + answer.data
    signature = b64decode(answer.headers["License-Signature"])
    public_key(program).verify(signature, b"keystall license problem 1\n" + content)


@pytest.mark.parametrize(
    ("body", "status"),
    [(b" " * (16 * 1024 * 1024 + 1), 413), (b'{"key": ' + b"[" * 100_000, 422)],
    ids=["too long", "too deep"],
)
def test_l07_what_cannot_be_read_is_refused_and_signed(
    program: Browser, body: bytes, status: int
) -> None:
    answer = program.post("/api/licenses/validate", data=body)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    content = f"{answer.headers['License-Date']}\n\n".encode() + answer.data
    signature = b64decode(answer.headers["License-Signature"])
    public_key(program).verify(signature, b"keystall license problem 1\n" + content)


def test_what_is_signed_for_one_purpose_is_not_signed_for_another(app: Flask) -> None:
    signer = signing.current()
    signature = signer.sign(signing.ANSWER, b"{}")
    assert signer.is_ours(signing.ANSWER, b"{}", signature)
    assert not signer.is_ours(signing.FILE, b"{}", signature)


def test_the_key_is_made_once_and_for_our_eyes_only(tmp_path: Path) -> None:
    settings = config.load(_env_file=None, data_dir=tmp_path / "new")
    made = signing.connect(settings).public_key
    assert signing.connect(settings).public_key == made
    [file] = (tmp_path / "new").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600


def test_threads_that_start_together_have_one_key(tmp_path: Path) -> None:
    settings = config.load(_env_file=None, data_dir=tmp_path / "new")
    start = Barrier(8)

    def connect(_: int) -> str:
        start.wait(timeout=10)
        return signing.connect(settings).public_key

    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(connect, range(8)))) == 1
    assert len(list((tmp_path / "new").iterdir())) == 1


def refuse_link(*_: object) -> None:
    raise PermissionError(errno.EPERM, "Operation not permitted")


def test_the_key_is_made_where_nothing_can_be_linked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on SMB and exFAT."""
    monkeypatch.setattr(os, "link", refuse_link)
    settings = config.load(_env_file=None, data_dir=tmp_path / "new")
    made = signing.connect(settings).public_key
    assert signing.connect(settings).public_key == made
    [file] = (tmp_path / "new").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600


def break_text(file: Path) -> None:
    file.write_bytes(b"\xff not a key")


@pytest.mark.parametrize("damage", [break_text, Path.touch, Path.mkdir])
def test_a_damaged_key_is_a_503_until_it_is_whole(
    program: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: Callable[..., None]
) -> None:
    bought, file = make_license(), tmp_path / "license-signing.key"
    extensions = dict(program.application.extensions)
    extensions.pop("license_signer", None)
    extensions["settings"] = extensions["settings"].model_copy(update={"data_dir": tmp_path})
    monkeypatch.setattr(program.application, "extensions", extensions)
    damage(file)
    for body, status in (({"key": bought.key}, 503), ({"key": 7}, 422)):
        answer = program.post("/api/licenses/validate", json=body)
        assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
        assert "License-Signature" not in answer.headers
        assert str(tmp_path) not in answer.text
    with pytest.raises(signing.NoSigner, match=str(file)):
        signing.current()
    file.rename(tmp_path / "damaged")
    assert ask(program, "validate", bought.key)["code"] == "NO_MACHINES"


def test_the_key_of_the_settings_is_taken(settings: Settings) -> None:
    given = b64encode(bytes(range(32))).decode()
    mine = config.load(_env_file=None, license_signing_key=given, data_dir=settings.data_dir)
    assert signing.connect(mine).public_key != signing.connect(settings).public_key
    bad = config.load(_env_file=None, license_signing_key="not a key")
    with pytest.raises(BadSettings, match="SHOP_LICENSE_SIGNING_KEY"):
        signing.connect(bad)
