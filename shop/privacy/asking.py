"""Somebody asks to be forgotten. A person of the staff looks at it, and does it."""

from email.utils import parseaddr

from sqlalchemy import select

from shop import config
from shop.accounts.models import Role, User
from shop.accounts.permissions import is_staff
from shop.db import session, utcnow
from shop.mail import outbox
from shop.privacy.erasing import NotErasable, obstacle


def ask(user: User) -> None:
    """Once is enough.

    :raises NotErasable: for the staff.
    """
    if is_staff(user):
        raise NotErasable(obstacle(user))
    if user.erasure_asked_at:
        return
    user.erasure_asked_at = utcnow()
    settings = config.current()
    query = select(User.email).where(User.role == Role.ADMIN, User.is_active)
    staff = session.scalars(query).all() or [parseaddr(settings.mail_from)[1]]
    for address in staff:
        outbox.write(
            key=f"erasure:{user.id}:{user.erasure_asked_at:%Y%m%d}:{address}",
            to=address,
            subject="Somebody asks to be forgotten",
            template="erasure_asked",
            url=f"{settings.base_url}/admin/support/people/{user.id}",
        )


def withdraw(user: User) -> None:
    user.erasure_asked_at = None
