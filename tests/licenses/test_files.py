"""License files: for machines that cannot ask, and for readers that do not know the shop."""

import subprocess
import sys
from base64 import b64decode
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from docs import verify_license
from shop.db import utcnow
from shop.licenses import files, signing
from shop.licenses.codes import Code
from shop.licenses.models import OnExpiry
from tests.browser import Browser
from tests.licenses.factories import FINGERPRINT, Bought, ask, code, make_license

READER = Path(verify_license.__file__)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def make_file(program: Browser, **rules: Any) -> str:
    answer = ask(program, "file", make_license(**rules).key, fingerprint=FINGERPRINT)
    assert answer["valid"], answer
    return str(answer["file"])


def contents(**changes: Any) -> dict[str, Any]:
    now = utcnow().replace(microsecond=0)
    return {
        "fingerprint": FINGERPRINT,
        "issued_at": now.isoformat(),
        "renew_by": (now + timedelta(days=30)).isoformat(),
        "expires_at": None,
        "on_expiry": "stop",
    } | changes


def test_a_file_takes_a_seat_and_says_what_it_allows(program: Browser) -> None:
    bought = make_license(entitlements=["export-pdf"], offline_days=14, machine_limit=1)
    answer = ask(program, "file", bought.key, fingerprint=FINGERPRINT, name="air-gapped")
    assert (answer["code"], answer["license"]["machines"]) == ("VALID", 1)
    said = files.unpack(answer["file"])
    assert said["fingerprint"] == FINGERPRINT
    assert said["entitlements"] == ["export-pdf"]
    issued, renew = (datetime.fromisoformat(said[name]) for name in ("issued_at", "renew_by"))
    assert renew - issued == timedelta(days=14)
    assert bought.key not in str(said)
    assert code(program, "file", bought.key, fingerprint="second") == "TOO_MANY_MACHINES"


@pytest.mark.parametrize("rules", [{"offline_days": 0}, {"heartbeat_seconds": 600}])
def test_some_licenses_have_no_files(program: Browser, rules: dict[str, Any]) -> None:
    bought = make_license(**rules)
    answer = ask(program, "file", bought.key, fingerprint=FINGERPRINT)
    assert (answer["code"], answer["file"]) == ("OFFLINE_NOT_ALLOWED", None)
    assert bought.license.machines == 0


def test_both_readers_take_the_file_however_it_was_pasted(program: Browser) -> None:
    text = make_file(program)
    key = signing.current().public_key
    for pasted in (text, f"\r\n  {text}".replace("\n", "\r\n"), " ".join(text.split())):
        assert files.unpack(pasted) == verify_license.read_file(pasted, key)
    assert (
        verify_license.judge(verify_license.read_file(text, key), FINGERPRINT, utcnow()) == "VALID"
    )


def test_any_changed_character_is_noticed(program: Browser) -> None:
    text = make_file(program)
    key = signing.current().public_key
    for at, right in enumerate(text):
        changed = text[:at] + ("A" if right != "A" else "B") + text[at + 1 :]
        if right == "\n":
            continue
        with pytest.raises(files.BadFile):
            files.unpack(changed)
        if at % 13 == 0 or at > len(text) - 50:  # the other reader takes its time
            with pytest.raises(verify_license.BadLicense):
                verify_license.read_file(changed, key)


@pytest.mark.parametrize("text", ["", "x", files.BEGIN + files.END, "\0", "=" * 400, "é" * 100])
def test_what_is_no_file_is_no_file(app: Flask, text: str) -> None:
    with pytest.raises(files.BadFile):
        files.unpack(text)
    with pytest.raises(verify_license.BadLicense):
        verify_license.read_file(text, signing.current().public_key)


def test_a_file_of_another_shop_is_not_ours(program: Browser) -> None:
    text = make_file(program)
    other = signing.Signer(bytes(range(32))).public_key
    with pytest.raises(verify_license.BadLicense):
        verify_license.read_file(text, other)


PAST = (utcnow() - timedelta(days=2)).isoformat()
SOON = (utcnow() + timedelta(days=2)).isoformat()


@pytest.mark.parametrize(
    ("changes", "released_at", "expected"),
    [
        ({}, LONG_AGO, Code.VALID),
        ({"fingerprint": "another"}, LONG_AGO, Code.FINGERPRINT_SCOPE_MISMATCH),
        ({"renew_by": PAST}, LONG_AGO, Code.OVERDUE),
        ({"issued_at": SOON}, LONG_AGO, Code.OVERDUE),
        ({"expires_at": SOON}, LONG_AGO, Code.VALID),
        ({"expires_at": PAST}, LONG_AGO, Code.EXPIRED),
        ({"expires_at": PAST, "on_expiry": "keep_versions"}, LONG_AGO, Code.VALID),
        ({"expires_at": PAST, "on_expiry": "keep_versions"}, utcnow(), Code.VERSION_SCOPE_MISMATCH),
    ],
    ids=["good", "elsewhere", "old", "clock", "running", "expired", "kept", "too new"],
)
def test_both_readers_judge_alike(
    app: Flask, changes: dict[str, Any], released_at: datetime, expected: Code
) -> None:
    said = contents(**changes)
    assert files.judge(said, FINGERPRINT, released_at) is expected
    assert verify_license.judge(said, FINGERPRINT, released_at) == expected


def test_the_reader_knows_what_happens_on_expiry() -> None:
    assert set(OnExpiry) == {"stop", "keep_versions"}


def test_the_command_says_what_a_file_is_worth(program: Browser, tmp_path: Path) -> None:
    run = program.application.test_cli_runner().invoke
    file = tmp_path / "license.txt"
    file.write_text(make_file(program))
    good = run(args=["licenses", "verify", str(file)])
    assert (good.exit_code, "VALID: The license is good." in good.output) == (0, True)
    elsewhere = run(args=["licenses", "verify", str(file), "--fingerprint", "another"])
    assert (elsewhere.exit_code, "FINGERPRINT_SCOPE_MISMATCH" in elsewhere.output) == (1, True)
    file.write_text(file.read_text().replace("A", "B", 1))
    changed = run(args=["licenses", "verify", str(file)])
    assert (changed.exit_code, "not a license file of this shop" in changed.output) == (1, True)


def read_alone(file: Path, *more: str) -> tuple[int, str]:
    """The single file in a Python without any package, away from the shop."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(READER), str(file), *more],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        cwd=file.parent,
    )
    return done.returncode, done.stdout + done.stderr


def test_the_single_file_needs_nothing_but_python(program: Browser, tmp_path: Path) -> None:
    file = tmp_path / "license.txt"
    file.write_text(make_file(program))
    key = ("--public-key", signing.current().public_key)
    status, said = read_alone(file, *key, "--fingerprint", FINGERPRINT)
    assert (status, said.splitlines()[0]) == (0, "VALID")
    status, said = read_alone(file, *key, "--fingerprint", "another")
    assert (status, said.splitlines()[0]) == (1, "FINGERPRINT_SCOPE_MISMATCH")
    file.write_text(file.read_text()[:-40])
    status, said = read_alone(file, *key, "--fingerprint", FINGERPRINT)
    assert (status, said.startswith("NOT_A_LICENSE")) == (1, True)


def test_the_readers_ed25519_is_ed25519(app: Flask) -> None:
    for n in range(8):
        signer = signing.Signer(bytes([n]) * 32)
        key = b64decode(signer.public_key)
        message = b"m" * n * 50
        signature = signer.sign(message, b"")
        assert verify_license.verify(key, message, signature)
        assert not verify_license.verify(key, message + b"!", signature)
        assert not verify_license.verify(key[:-1], message, signature)
        number = int.from_bytes(signature[32:], "little") + verify_license.ORDER
        malleable = signature[:32] + number.to_bytes(32, "little")
        assert not verify_license.verify(key, message, malleable)
        assert not verify_license.verify(key, message, bytes(32) + signature[32:])


def test_l07_the_reader_believes_no_old_answer(program: Browser) -> None:
    bought: Bought = make_license(machine_limit=None)
    key = signing.current().public_key
    answer = ask(program, "validate", bought.key, nonce="first")
    assert verify_license.check_answer(answer, "first", key)
    bad = [(answer, "second"), ({**answer, "nonce": "second"}, "second")]
    bad += [({**answer, "signature": None}, "first"), ({**answer, "valid": 1}, "first")]
    for forged, nonce in bad:
        with pytest.raises(verify_license.BadLicense):
            verify_license.check_answer(forged, nonce, key)
    refused = ask(program, "validate", bought.key, nonce="x", entitlements=["more"])
    assert not verify_license.check_answer(refused, "x", key)


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"])
def test_what_cannot_be_read_is_told_in_words(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "license.txt"
    if content is not None:
        path.write_bytes(content)
    status, said = read_alone(path, "--public-key", "", "--fingerprint", FINGERPRINT)
    assert (status, said) == (1, f"NOT_A_LICENSE: {path} cannot be read\n")
