"""Letters about a license."""

from sqlalchemy import select

from shop import config
from shop.accounts.models import User
from shop.db import session
from shop.licenses import keys, letters
from shop.licenses.models import License
from shop.mail import outbox
from shop.orders.models import Order, OrderLine


def send_new_key(license: License, key: str) -> bool:
    """To whom it belongs, after their key was replaced; False when nobody is known."""
    bought = select(Order).join(OrderLine).where(OrderLine.id == license.order_line_id)
    order = session.scalar(bought) if license.order_line_id else None
    user = session.get(User, license.user_id) if license.user_id else None
    if user:
        to, path = user.email, "/account/licenses"
    elif order:
        to, path = order.email, f"/orders/{order.token}"
    else:
        return False
    return outbox.write(
        letters.NEW_KEY,
        key=f"license:{license.id}:key:{keys.digest(key)[:16]}",
        to=to,
        reference=order.number if order else "",
        title=license.product.title,
        license_key=key,
        link=config.current().base_url + path,
    )
