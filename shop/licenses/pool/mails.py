"""Letters about a pool: to staff when it runs dry, to buyers who wait, and with their key."""

from email.utils import parseaddr

from sqlalchemy import select

from shop import config
from shop.accounts.models import Role, User
from shop.catalog.models import Variant
from shop.db import session
from shop.licenses import letters
from shop.mail import outbox
from shop.mail.kinds import Kind
from shop.orders.models import Order


def tell_staff_of_few(variant: Variant, left: int, key: str) -> None:
    text = f"The pool of {variant.sku} ({variant.product.title}) has {left} keys left."
    _to_staff(letters.FEW_KEYS, variant, text, key)


def tell_staff_of_none(variant: Variant, whose: str, key: str) -> bool:
    """:param whose: such as `Order K-7Q4M-2XB9`."""
    text = f"{whose} is paid, and the pool of {variant.sku} ({variant.product.title}) has no key."
    return _to_staff(letters.NO_KEYS, variant, text, key)


def _to_staff(kind: Kind, variant: Variant, text: str, key: str) -> bool:
    """To every admin; to the shop's own address as long as there is none."""
    query = select(User.email).where(User.role == Role.ADMIN, User.is_active)
    people = session.scalars(query).all() or [parseaddr(config.current().mail_from)[1]]
    written = [
        outbox.write(
            kind,
            key=f"pool:{variant.id}:{key}:{address}",
            to=address,
            reference=variant.sku,
            sku=variant.sku,
            what_happened=text,
            command=f"shop licenses pool add {variant.sku} FILE.txt",
        )
        for address in people
    ]
    return any(written)


def say_that_it_follows(order: Order, title: str, line_id: int) -> bool:
    """False when that was said before."""
    return _to_buyer(letters.KEY_FOLLOWS, order, f"pool:{line_id}:follows", title=title)


def send_key(order: Order, title: str, line_id: int, key: str) -> None:
    words = {"title": title, "license_key": key}
    _to_buyer(letters.LATE_KEY, order, f"pool:{line_id}:key", **words)


def _to_buyer(kind: Kind, order: Order, key: str, **words: str) -> bool:
    return outbox.write(
        kind,
        key=key,
        to=order.email,
        reference=order.number,
        number=order.number,
        order_link=f"{config.current().base_url}/orders/{order.token}",
        **words,
    )
