"""Three accounts to try the shop with. Production refuses to sign them in."""

from shop.accounts import passwords
from shop.accounts.models import Role, User
from shop.db import session, utcnow

PASSWORD = "keystall-demo"  # noqa: S105  meant to be known
PEOPLE = {
    Role.ADMIN: ("admin@keystall.example", "Ada Admin"),
    Role.SUPPORT: ("support@keystall.example", "Sam Support"),
    Role.CUSTOMER: ("customer@keystall.example", "Mara Customer"),
}


def create_demo_accounts() -> dict[Role, User]:
    """The accounts by role; those that exist stay as they are."""
    return {role: _find_or_create(role, *person) for role, person in PEOPLE.items()}


def is_demo(user: User) -> bool:
    return user.email_norm in {email for email, _name in PEOPLE.values()}


def _find_or_create(role: Role, email: str, name: str) -> User:
    user = session.scalar(User.with_email(email))
    if user is None:
        password_hash = passwords.make_hash(PASSWORD)
        user = User(email=email, name=name, role=role, password_hash=password_hash)
        user.email_verified_at = utcnow()
        session.add(user)
        session.flush()  # what is seeded for them needs their id
    return user
