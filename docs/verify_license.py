"""Checks license files and signed answers of a Keystall shop. Copy this file into your program.

It needs Python 3.11 or later and nothing else: Ed25519 is below, after RFC 8032. It only verifies,
so that it holds no secret and need not be fast (about ten milliseconds).

    python verify_license.py license.txt --public-key KEY --fingerprint MACHINE

KEY is what `GET /api/licenses/public-key` of the shop answers. Build it into your program: a key
that is fetched at run time, or kept in a file beside the license, proves nothing.
"""

import argparse
import hashlib
import json
import sys
from base64 import b64decode, b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

BEGIN, END = "-----BEGIN LICENSE FILE-----", "-----END LICENSE FILE-----"
FILE = b"keystall license file 1\n"
ANSWER = b"keystall license answer 1\n"
SIGNATURE = 64  # bytes
SLACK = timedelta(days=1)
"""How far a machine's clock may be behind before we say that it was turned back."""


class BadLicense(Exception):
    """Changed, cut, made by somebody else, or the answer to another question."""


def read_file(text: str, public_key: str) -> dict[str, Any]:
    """What the license file says, if the shop has signed it.

    :raises BadLicense:
    """
    lines = text.split()
    try:
        packed = b64decode("".join(lines[3:-3]), validate=True)
    except ValueError:
        raise BadLicense("this is no license file") from None
    expected = "".join([BEGIN, b64encode(packed).decode(), END]).replace(" ", "")
    if "".join(lines) != expected:  # base64 has spare bits: several texts would pass for one
        raise BadLicense("this is no license file")
    signature, payload = packed[:SIGNATURE], packed[SIGNATURE:]
    if not verify(b64decode(public_key), FILE + payload, signature):
        raise BadLicense("the signature is wrong")
    contents: dict[str, Any] = json.loads(payload)
    return contents


def judge(contents: dict[str, Any], fingerprint: str, released_at: datetime) -> str:
    """`VALID`, or the reason against it, in the words of the shop's API.

    :param released_at: of this version of your program, aware.
    """
    now = datetime.now(UTC)
    if contents["fingerprint"] != fingerprint:
        return "FINGERPRINT_SCOPE_MISMATCH"
    if not _date(contents["issued_at"]) - SLACK <= now < _date(contents["renew_by"]):
        return "OVERDUE"
    if contents["expires_at"] is None or now < _date(contents["expires_at"]):
        return "VALID"
    return _judge_expired(contents, released_at)


def _judge_expired(contents: dict[str, Any], released_at: datetime) -> str:
    if contents["on_expiry"] == "stop":
        return "EXPIRED"
    return "VALID" if released_at <= _date(contents["expires_at"]) else "VERSION_SCOPE_MISMATCH"


def check_answer(answer: dict[str, Any], nonce: str, public_key: str) -> bool:
    """Whether the shop says that the license is good, in answer to this very question.

    No answer at all is another matter: let people work until you could ask again.

    :param nonce: what you sent, new and random for every question: an old answer has another one.
    :raises BadLicense: when it is not the shop's answer to this.
    """
    rest = {name: value for name, value in answer.items() if name != "signature"}
    content = json.dumps(rest, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    try:
        signature = b64decode(answer["signature"], validate=True)
    except (KeyError, TypeError, ValueError):
        raise BadLicense("the answer is not signed") from None
    if not verify(b64decode(public_key), ANSWER + content, signature):
        raise BadLicense("the signature is wrong")
    if rest["nonce"] != nonce:
        raise BadLicense("this is the answer to another question")
    return rest["valid"] is True


def _date(text: str) -> datetime:
    return datetime.fromisoformat(text)


# Ed25519, RFC 8032, section 5.1. Points are (x, y, z, t) with x/z, y/z and x*y = t/z.

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ROOT = pow(2, (P - 1) // 4, P)
Point = tuple[int, int, int, int]


def verify(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the owner of the key has signed these bytes."""
    if len(public_key) != 32 or len(signature) != SIGNATURE:
        return False
    owner, commitment = _point(public_key), _point(signature[:32])
    answer = int.from_bytes(signature[32:], "little")
    if owner is None or commitment is None or answer >= ORDER:
        return False
    digest = hashlib.sha512(signature[:32] + public_key + message).digest()
    challenge = int.from_bytes(digest, "little") % ORDER
    return _same(_times(answer, BASE), _sum(commitment, _times(challenge, owner)))


def _point(encoded: bytes) -> Point | None:
    number = int.from_bytes(encoded, "little")
    y, is_odd = number & (1 << 255) - 1, number >> 255
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P or (x == 0 and is_odd):
        return None
    x = P - x if x & 1 != is_odd else x
    return x, y, 1, x * y % P


def _sum(one: Point, two: Point) -> Point:
    a, b = (one[1] - one[0]) * (two[1] - two[0]), (one[1] + one[0]) * (two[1] + two[0])
    c, d = 2 * one[3] * two[3] * D, 2 * one[2] * two[2]
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(factor: int, point: Point) -> Point:
    total = (0, 1, 1, 0)
    while factor:
        if factor & 1:
            total = _sum(total, point)
        point, factor = _sum(point, point), factor >> 1
    return total


def _same(one: Point, two: Point) -> bool:
    same_x = (one[0] * two[2] - two[0] * one[2]) % P == 0
    return same_x and (one[1] * two[2] - two[1] * one[2]) % P == 0


BASE_Y = 4 * pow(5, -1, P) % P
BASE_X = 0x216936D3CD6E53FEC0A4E231FDD6DC5C692CC7609525A7B2C9562D608F25D51A
BASE: Point = (BASE_X, BASE_Y, 1, BASE_X * BASE_Y % P)


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError):
        raise BadLicense(f"{path} cannot be read") from None


def main() -> int:
    parser = argparse.ArgumentParser(description="Check a license file without the shop.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--public-key", required=True)
    parser.add_argument("--fingerprint", required=True, help="of this machine")
    parser.add_argument(
        "--released", default="1970-01-01", help="the day of your program's version"
    )
    given = parser.parse_args()
    try:
        contents = read_file(_read(given.file), given.public_key)
    except BadLicense as error:
        sys.stderr.write(f"NOT_A_LICENSE: {error}\n")
        return 1
    released_at = datetime.fromisoformat(given.released).replace(tzinfo=UTC)
    code = judge(contents, given.fingerprint, released_at)
    sys.stdout.write(f"{code}\n{json.dumps(contents, indent=2)}\n")
    return 0 if code == "VALID" else 1


if __name__ == "__main__":
    raise SystemExit(main())
