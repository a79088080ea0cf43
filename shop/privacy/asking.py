"""Somebody asks to be forgotten. A person of the staff looks at it, and does it."""

from email.utils import parseaddr

from sqlalchemy import select

from shop import config
from shop.accounts.models import Role, User
from shop.accounts.permissions import is_staff
from shop.db import session, utcnow
from shop.mail import kinds, outbox
from shop.mail.kinds import Kind, Placeholder, Words
from shop.privacy.erasing import NotErasable, obstacle

ASKED = kinds.add(
    Kind(
        "erasure_asked",
        kinds.STAFF,
        "Somebody asks to be forgotten",
        "When a customer asks for the erasure of their account.",
        Words(
            "Somebody asks to be forgotten",
            """\
A customer asks us to erase their account. We have a month to do it, or to say why not.

[See who it is]({link})
""",
        ),
        {
            "link": Placeholder(
                "The way to that customer in the back office",
                "https://shop.example/admin/support/people/1",
                is_required=True,
            )
        },
    )
)


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
            ASKED,
            key=f"erasure:{user.id}:{user.erasure_asked_at:%Y%m%d}:{address}",
            to=address,
            link=f"{settings.base_url}/admin/support/people/{user.id}",
        )


def withdraw(user: User) -> None:
    user.erasure_asked_at = None
