"""Letters about a pool: to staff when it runs dry, to buyers who wait, and with their key."""

from email.utils import parseaddr

from sqlalchemy import select

from shop import config
from shop.accounts.models import Role, User
from shop.catalog.models import Variant
from shop.db import session
from shop.mail import outbox
from shop.orders.models import Order


def tell_staff_of_few(variant: Variant, left: int, key: str) -> None:
    text = f"The pool of {variant.sku} ({variant.product.title}) has {left} keys left."
    _to_staff(variant, f"Few keys left of {variant.sku}", text, key)


def tell_staff_of_none(variant: Variant, whose: str, key: str) -> bool:
    """:param whose: such as `Order K-7Q4M-2XB9`."""
    text = f"{whose} is paid, and the pool of {variant.sku} ({variant.product.title}) has no key."
    return _to_staff(variant, f"No key left of {variant.sku}", text, key)


def _to_staff(variant: Variant, subject: str, text: str, key: str) -> bool:
    """To every admin; to the shop's own address as long as there is none."""
    query = select(User.email).where(User.role == Role.ADMIN, User.is_active)
    people = session.scalars(query).all() or [parseaddr(config.current().mail_from)[1]]
    hint = f"shop licenses pool add {variant.sku} FILE.txt"
    written = [
        outbox.write(
            key=f"pool:{variant.id}:{key}:{address}",
            to=address,
            subject=subject,
            template="pool_staff",
            reference=variant.sku,
            text=text,
            hint=hint,
        )
        for address in people
    ]
    return any(written)


def say_that_it_follows(order: Order, title: str, line_id: int) -> bool:
    """False when that was said before."""
    return _to_buyer(order, f"pool:{line_id}:follows", f"Your key for {title} follows", title, None)


def send_key(order: Order, title: str, line_id: int, key: str) -> None:
    _to_buyer(order, f"pool:{line_id}:key", f"Your key for {title}", title, key)


def _to_buyer(order: Order, key: str, subject: str, title: str, license_key: str | None) -> bool:
    return outbox.write(
        key=key,
        to=order.email,
        subject=subject,
        template="pool_key",
        reference=order.number,
        number=order.number,
        title=title,
        license_key=license_key,
        order_url=f"{config.current().base_url}/orders/{order.token}",
    )
