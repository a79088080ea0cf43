"""Who has an account, whether the password given is theirs, and what they may be here."""

from secrets import token_hex

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from shop import config, db
from shop.accounts import audit, demo, letters, links, mails, passwords
from shop.accounts.models import Role, User
from shop.accounts.second_factor import factors
from shop.accounts.throttle import tries
from shop.db import session
from shop.errors import ShopError


class AlreadyRegistered(ShopError):
    message = "There is already an account with this e-mail address. Sign in instead."


class LastAdmin(ShopError):
    title = "Somebody has to run the shop"
    message = "This is the last admin. Make somebody else one first."


class YourOwnAccount(ShopError):
    title = "Not for your own account"
    message = "Another admin can do that for you."


class NoSecondFactor(ShopError):
    message = "This account has no second factor."


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
    mails.send(letters.PASSWORD_CHANGED, user.email, "/password-reset", key=key)


def change_role(user: User, role: Role, by: User | None, reason: str = "") -> None:
    """Give somebody another role; all their sessions end, so that none has the old one's rights.

    :param by: who does it; None for a command.
    :raises LastAdmin: when nobody would be left to give roles.
    :raises YourOwnAccount: nobody gives themselves a role.
    """
    _not_oneself(user, by)
    if role == user.role:
        return
    if role != Role.ADMIN:
        _keep_an_admin(user)
    _note("role", user, reason, before=user.role.value, after=role.value)
    user.role = role
    user.end_sessions()
    words = role.value.replace("_", " ")
    key = f"{user.id}:role:{token_hex(8)}"
    mails.send(letters.ROLE_CHANGED, user.email, "/sign-in", key=key, role=words)


def disable(user: User, by: User | None, reason: str = "") -> None:
    """Let nobody in here any more: sessions and mailed links end, tokens rest.

    :raises LastAdmin: as `change_role` does, and so does `YourOwnAccount`.
    """
    _not_oneself(user, by)
    if not user.is_active:
        return
    _keep_an_admin(user)
    user.is_active = False
    user.end_sessions()
    links.forget(user.id)
    _note("disable", user, reason)


def enable(user: User, by: User | None, reason: str = "") -> None:
    """Let them in again, with the password and the tokens that they had."""
    _not_oneself(user, by)
    if not user.is_active:
        user.is_active = True
        _note("enable", user, reason)


def reset_second_factor(user: User, by: User | None, reason: str = "") -> None:
    """Take away the second factor of somebody who lost both app and recovery codes.

    :raises NoSecondFactor: when there is none.
    """
    _not_oneself(user, by)
    if not factors.remove(user):
        raise NoSecondFactor
    user.end_sessions()
    _note("reset_second_factor", user, reason)


def _not_oneself(user: User, by: User | None) -> None:
    if by is not None and by.id == user.id:
        raise YourOwnAccount


def _keep_an_admin(user: User) -> None:
    """Of two admins who take each other's role at one moment, the second is refused."""
    admins = select(User.id).where(User.role == Role.ADMIN, User.is_active).order_by(User.id)
    if list(session.scalars(admins.with_for_update())) == [user.id]:
        raise LastAdmin


def _note(act: str, user: User, reason: str, **data: str) -> None:
    audit.note(f"user.{act}", f"user:{user.id}", reason=reason, **data)
