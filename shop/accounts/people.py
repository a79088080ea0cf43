"""Who has an account, and whether the password given is theirs."""

from sqlalchemy.exc import IntegrityError

from shop import config, db
from shop.accounts import demo, passwords
from shop.accounts.models import Role, User
from shop.db import session
from shop.errors import ShopError


class AlreadyRegistered(ShopError):
    message = "There is already an account with this e-mail address. Sign in instead."


def register(email: str, name: str, password: str, role: Role = Role.CUSTOMER) -> User:
    """:raises AlreadyRegistered: also when a twin spelling of the address has an account."""
    password_hash = passwords.make_hash(password)  # slow, so before the row is locked
    user = User(email=email, name=name, password_hash=password_hash, role=role)
    try:
        with session.begin_nested():
            session.add(user)
    except IntegrityError:
        raise AlreadyRegistered from None
    return user


def identify(email: str, password: str) -> User | None:
    """The person, or None; finding nobody takes as long as a wrong password."""
    nobody = "\0" in email  # PostgreSQL would refuse the question
    user = None if nobody else session.scalar(User.with_email(email))
    password_hash = user.password_hash if user else None
    db.commit()  # hashing takes its time, and must not hold a lock meanwhile
    is_right = passwords.is_right(password, password_hash)
    if user is None or not is_right or not user.is_active:
        return None
    if demo.is_demo(user) and not config.current().is_development:
        return None  # its password is in the README
    return user


def change_password(user: User, password: str) -> None:
    """Set it, and end all sessions; the caller starts a new one for the browser in hand."""
    user.password_hash = passwords.make_hash(password)
    user.end_sessions()
