"""Codes as people type them, and new ones that nobody guesses."""

import re
import secrets
import unicodedata
from collections.abc import Iterator

from shop.cart.discounts.models import Discount, DiscountCode
from shop.db import insert, insert_once, session, utcnow
from shop.errors import BadInput, ShopError

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # nothing that is misread
LOOK_ALIKES = str.maketrans("OIL", "011")
LENGTH = 10
SHORTEST, LONGEST, LONGEST_PREFIX = 3, 40, 20
MOST_AT_ONCE = 100_000
BATCH = 1_000


class BadCode(BadInput):
    message = f"A code has {SHORTEST} to {LONGEST} letters and digits."

    def __init__(self) -> None:
        super().__init__(code=[self.message])


class CodeTaken(ShopError):
    message = "There is a code that reads like this one."


def normalize(typed: str) -> str:
    """What codes are compared by: `spring-1o` is `SPRING 10`, without case, spaces and marks."""
    plain = unicodedata.normalize("NFKC", typed).upper()
    return re.sub("[^A-Z0-9]", "", plain).translate(LOOK_ALIKES)


def add_code(discount: Discount, code: str, most_uses: int | None = None) -> DiscountCode:
    """A code that the shop has chosen.

    :raises BadCode: when it is too short, too long, or has other signs than people can type.
    :raises CodeTaken: when a code reads alike, of this discount or another.
    """
    shown = " ".join(code.split())
    is_plain = re.fullmatch(r"[A-Za-z0-9 _.-]+", shown) is not None
    if not is_plain or not SHORTEST <= len(normalize(shown)) <= len(shown) <= LONGEST:
        raise BadCode
    code_id = insert_once(
        DiscountCode,
        discount_id=discount.id,
        code=shown,
        key=normalize(shown),
        most_uses=most_uses,
        uses=0,
        created_at=utcnow(),
    )
    if code_id is None:
        raise CodeTaken
    return session.get_one(DiscountCode, code_id)


def make_codes(
    discount: Discount, count: int, *, prefix: str = "", most_uses: int | None = 1
) -> list[str]:
    """So many new codes, each good for one order, as they are to be printed.

    :param prefix: letters and digits before each of them.
    """
    prefix = prefix.strip().upper()
    if not re.fullmatch(f"[A-Z0-9]{{0,{LONGEST_PREFIX}}}", prefix):
        raise BadInput(f"A prefix has up to {LONGEST_PREFIX} letters and digits.")
    if not 1 <= count <= MOST_AT_ONCE:
        raise BadInput(f"Make 1 to {MOST_AT_ONCE} codes at once.")
    made: list[str] = []
    while len(made) < count:  # one in some thousand billions was there before
        batch = min(BATCH, count - len(made))
        made += _write(discount.id, [_new(prefix) for _ in range(batch)], most_uses)
    return made


def _write(discount_id: int, new: list[str], most_uses: int | None) -> Iterator[str]:
    now = utcnow()
    rows = [
        {
            "discount_id": discount_id,
            "code": code,
            "key": normalize(code),
            "most_uses": most_uses,
            "uses": 0,
            "created_at": now,
        }
        for code in new
    ]
    written = insert(DiscountCode).values(rows).on_conflict_do_nothing()
    return iter(session.scalars(written.returning(DiscountCode.code)).all())


def _new(prefix: str) -> str:
    """Such as `SPRING-7Q4M2-XB9TK`."""
    code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return "-".join(filter(None, (prefix, code[:5], code[5:])))
