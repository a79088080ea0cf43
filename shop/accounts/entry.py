"""Ways into an account that begin with a mail: opening one, and a password that is forgotten.

Who types an address learns nothing about it. Both forms lead to the same page, by the same steps;
what there is to know stands in the mail. That is why an account is made when the mail is answered
and not before: signing in to it would tell whether it is new. And a stranger who typed the address
cannot know the password that its owner will choose.
"""

from sqlalchemy import Select, select

from shop import db
from shop.accounts import letters, links, mails, passwords, people, tokens
from shop.accounts.models import Purpose, User, normalize_email
from shop.accounts.throttle import asks
from shop.db import session, utcnow
from shop.mail.kinds import Kind

PATHS = {Purpose.REGISTER: "/register", Purpose.RESET: "/password-reset"}

LETTERS: dict[tuple[Purpose, Purpose], Kind] = {
    (Purpose.REGISTER, Purpose.REGISTER): letters.REGISTER,
    (Purpose.REGISTER, Purpose.RESET): letters.TAKEN,
    (Purpose.RESET, Purpose.RESET): letters.RESET,
    (Purpose.RESET, Purpose.REGISTER): letters.UNKNOWN,
}
"""By what was wanted, and what the address can have."""


def ask(wanted: Purpose, email: str, after: str) -> None:
    """Mail a link that leads in.

    :raises TooManyTries: when there were many already, to this address or from this visitor.
    """
    asks.check(email)
    asks.count(email)
    known = session.execute(_account(email)).one_or_none()
    user_id, to = known or (None, email)  # a twin spelling may be another person's mailbox
    purpose = Purpose.RESET if known else Purpose.REGISTER
    whom = normalize_email(email)
    secret = links.make(purpose, whom, email=to, user_id=user_id, after=after)
    letter = LETTERS[wanted, purpose]
    mails.send(letter, to, f"{PATHS[purpose]}/{secret}", key=tokens.digest(secret)[:16])


def enter(purpose: Purpose, secret: str, password: str, name: str = "") -> tuple[User, str]:
    """Answer such a mail: whose account is open now, and the page to go on with.

    :raises LinkIsOver: when it leads nowhere.
    :raises AlreadyRegistered: when the address got an account in another way meanwhile.
    """
    user_id = links.find(secret, purpose).user_id
    db.commit()  # hashing takes its time, and must not hold a lock meanwhile
    password_hash = passwords.make_hash(password)
    owner = _lock(user_id) if purpose is Purpose.RESET else None
    link = links.take(secret, purpose)
    if owner:
        _reset(owner, password_hash)
    user = owner or people.add(link.email, name, password_hash)
    user.email_verified_at = user.email_verified_at or utcnow()
    return user, link.next


def _lock(user_id: int | None) -> User:
    """Before the link is taken: a sign-in comes to both in this order too."""
    user = session.get(User, user_id, with_for_update={"key_share": True}) if user_id else None
    if user is None or not people.is_welcome(user):
        raise links.LinkIsOver
    return user


def _reset(user: User, password_hash: str) -> None:
    if user.email_verified_at is None:
        tokens.revoke_all(user)  # a stranger may have opened the account with this address
    people.set_password(user, password_hash)


def _account(email: str) -> Select[int, str]:
    mine = User.email_norm == normalize_email(email)
    return select(User.id, User.email).where(mine, User.is_active)
