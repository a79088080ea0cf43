"""Whether the address of an account is its owner's, and changing it.

Both need whoever opens the mail to be signed in to the account too. Otherwise a stranger could
send such a mail to somebody, and one careless click would give the stranger their orders.
"""

from sqlalchemy.exc import IntegrityError

from shop import events
from shop.accounts import letters, links, mails, tokens
from shop.accounts.models import MailedLink, Purpose, User
from shop.accounts.throttle import asks
from shop.db import session, utcnow
from shop.errors import ShopError

PURPOSES = (Purpose.VERIFY, Purpose.CHANGE)


class SomebodyElses(ShopError):
    status = 403
    title = "This link belongs to another account"
    message = "Sign out, sign in to the account that it was sent for, and open it again."


class AddressTaken(ShopError):
    message = "This address got an account of its own meanwhile."


def ask_to_verify(user: User) -> None:
    """:raises TooManyTries: when there were many mails already."""
    asks.check(user.email)
    asks.count(user.email)
    secret = links.make(Purpose.VERIFY, user.id, email=user.email, user_id=user.id)
    mails.send(letters.VERIFY, user.email, f"/verify-email/{secret}", key=_key(secret))


def ask_to_change(user: User, email: str) -> None:
    """Mail the new address, and the old one. The page says nothing of what it is to others.

    :raises TooManyTries: when there were many mails already.
    """
    asks.check(email)
    asks.count(email)
    taken = session.scalar(User.with_email(email))
    secret = links.make(Purpose.CHANGE, user.id, email=email, user_id=user.id)
    key = _key(secret)
    if taken:
        mails.send(letters.CHANGE_TAKEN, taken.email, "/sign-in", key=key)
    else:
        mails.send(letters.CHANGE, email, f"/verify-email/{secret}", key=key)
    mails.send(letters.CHANGE_ASKED, user.email, "/password-reset", key=f"{key}:asked", new=email)


def find(user: User, secret: str) -> MailedLink:
    """
    :raises LinkIsOver: when it leads nowhere.
    :raises SomebodyElses: when it was sent for another account.
    """
    link = links.find(secret, *PURPOSES)
    if link.user_id != user.id:
        raise SomebodyElses
    return link


def verify(user: User, secret: str) -> None:
    """The address of the link is theirs, and that of the account from now on.

    :raises AddressTaken: when another account was faster.
    """
    find(user, secret)
    session.refresh(user, with_for_update={"key_share": True})  # then the link, as a sign-in does
    link = links.take(secret, *PURPOSES)
    if link.purpose is Purpose.CHANGE:
        _change(user, link.email, _key(secret))
    user.email_verified_at = utcnow()
    events.publish(events.AddressVerified(user.id))


def _change(user: User, email: str, key: str) -> None:
    old = user.email
    try:
        with session.begin_nested():
            user.email = email
    except IntegrityError:
        raise AddressTaken from None
    links.forget(user.id)  # those that went to the old address
    mails.send(letters.CHANGED, old, "/account/security", key=f"{key}:changed", new=email)


def _key(secret: str) -> str:
    return tokens.digest(secret)[:16]
