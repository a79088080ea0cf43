"""Who has an account, and whether the password given is theirs."""

from sqlalchemy.exc import IntegrityError

from shop import config, db
from shop.accounts import demo, links, mails, passwords
from shop.accounts.models import Role, User
from shop.accounts.throttle import tries
from shop.db import session
from shop.errors import ShopError


class AlreadyRegistered(ShopError):
    message = "There is already an account with this e-mail address. Sign in instead."


def register(email: str, name: str, password: str, role: Role = Role.CUSTOMER) -> User:
    """:raises AlreadyRegistered: also when a twin spelling of the address has an account."""
    return add(email, name, passwords.make_hash(password), role)


def add(email: str, name: str, password_hash: str, role: Role = Role.CUSTOMER) -> User:
    """:raises AlreadyRegistered: as `register` does."""
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
    return user if user and is_right and is_welcome(user) else None


def is_welcome(user: User) -> bool:
    """Whether this person may sign in at all."""
    if demo.is_demo(user) and not config.current().is_development:
        return False  # its password is in the README
    return user.is_active


def confirm(user: User, password: str) -> bool:
    """Whether who is signed in knows the password too.

    :raises TooManyTries: when it was guessed at too often.
    """
    tries.check(user.email)
    password_hash = user.password_hash
    db.commit()  # as in `identify`
    is_right = passwords.is_right(password, password_hash)
    if not is_right:
        tries.count(user.email)
    return is_right


def change_password(user: User, password: str) -> None:
    set_password(user, passwords.make_hash(password))


def set_password(user: User, password_hash: str) -> None:
    """It ends all sessions and links; the caller starts a session for the browser in hand."""
    user.password_hash = password_hash
    user.end_sessions()
    links.forget(user.id)
    key = f"{user.id}:password:{user.session_epoch}"
    mails.send(mails.PASSWORD_CHANGED, user.email, "/password-reset", key=key)
