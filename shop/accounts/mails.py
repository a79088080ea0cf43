"""What we write to people about their account."""

from dataclasses import dataclass
from email.utils import parseaddr

from shop import config
from shop.mail import outbox


@dataclass(frozen=True)
class Letter:
    """The button leads to the address that is sent along."""

    subject: str
    opening: str
    button: str
    closing: str


REGISTER = Letter(
    "Open your account",
    "Somebody, we hope you, wants an account at {shop} with this address. It is yours as soon as "
    "you have chosen a password:",
    "Choose a password",
    "The link works once, within 24 hours. What you ordered with this address as a guest will be "
    "in the account. If this was not you, there is nothing to do: no account is made.",
)  # names nobody: a stranger could have typed the name, and have us mail it
TAKEN = Letter(
    "You have an account already",
    "Somebody, we hope you, wanted to open an account at {shop} with this address. There is one "
    "already, so you can simply sign in. Is the password forgotten?",
    "Choose a new password",
    "The link works once, within an hour. If this was not you, there is nothing to do: your "
    "account is as it was.",
)
RESET = Letter(
    "Choose a new password",
    "Somebody, we hope you, asked for a new password for your account at {shop}.",
    "Choose a new password",
    "The link works once, within an hour, and signs out all your devices. If this was not you, "
    "there is nothing to do: your password stays as it is.",
)
UNKNOWN = Letter(
    "There is no account with this address",
    "Somebody, we hope you, asked for a new password at {shop}. There is no account with this "
    "address that we could open, so perhaps you used another one. You can also open an account "
    "with this one:",
    "Choose a password",
    "The link works once, within 24 hours. What you ordered with this address as a guest will be "
    "in the account. If this was not you, there is nothing to do.",
)
VERIFY = Letter(
    "Confirm your address",
    "Is this the address of your account at {shop}? Then please confirm it. What you ordered with "
    "it as a guest will be in your account.",
    "Confirm this address",
    "The link works once, within 24 hours, while you are signed in. If you have no account, there "
    "is nothing to do.",
)
CHANGE = Letter(
    "Confirm your new address",
    "Somebody, we hope you, wants to use this address for an account at {shop}. Please confirm it; "
    "from then on you sign in with it.",
    "Confirm this address",
    "The link works once, within 24 hours, while you are signed in. If this was not you, there is "
    "nothing to do.",
)
CHANGE_TAKEN = Letter(
    "This address has an account already",
    "Somebody, we hope you, wanted to use this address for another account at {shop}. It has one "
    "of its own, so nothing was changed.",
    "Sign in",
    "If this was not you, there is nothing to do.",
)
CHANGE_ASKED = Letter(
    "Your account may get a new address",
    "Somebody, we hope you, asked to change the address of your account at {shop} to {new}. It "
    "changes when the mail that we sent there is answered. If this was not you, choose a new "
    "password now: that stops it.",
    "Choose a new password",
    "If this was you, there is nothing to do here.",
)
CHANGED = Letter(
    "Your account has a new address",
    "The address of your account at {shop} is now {new}. From now on you sign in with that, and "
    "we write to you there.",
    "See your account",
    "If this was not you, please write to us at once: {sender}",
)
PASSWORD_CHANGED = Letter(
    "Your password was changed",
    "The password of your account at {shop} was changed, and all other devices are signed out.",
    "Not you? Choose a new password",
    "If this was you, there is nothing to do.",
)
SECOND_FACTOR_SET = Letter(
    "Your account has a second factor",
    "From now on, signing in to your account at {shop} needs a code from your app besides the "
    "password. All other devices are signed out. If you lose the app, one of the recovery codes "
    "that you were shown stands in for it.",
    "See your account",
    "If this was not you, please write to us at once: {sender}",
)
SECOND_FACTOR_REMOVED = Letter(
    "Your second factor was removed",
    "Signing in to your account at {shop} needs your password alone again. The recovery codes are "
    "worth nothing any more.",
    "See your account",
    "If this was not you, choose a new password and write to us at once: {sender}",
)
RECOVERY_CODE_USED = Letter(
    "A recovery code was used",
    "One of your recovery codes was used in place of the app, for your account at {shop}. It "
    "cannot be used again; of the others there are {left} left.",
    "See your account",
    "If this was not you, choose a new password, and write to us at once: {sender}",
)
RECOVERY_CODES_RENEWED = Letter(
    "You have new recovery codes",
    "New recovery codes were made for your account at {shop}. The earlier ones are worth nothing "
    "any more.",
    "See your account",
    "If this was not you, choose a new password, and write to us at once: {sender}",
)


def send(letter: Letter, to: str, path: str, key: str, **names: str) -> None:
    """Write the letter in this transaction.

    :param path: where its button leads, such as `/sign-in`.
    :param key: what makes it unique among all mails about accounts.
    """
    settings = config.current()
    names |= {"shop": settings.shop_name, "sender": parseaddr(settings.mail_from)[1]}
    outbox.write(
        key=f"account:{key}",
        to=to,
        subject=letter.subject,
        template="account",
        opening=letter.opening.format(**names),
        button=letter.button,
        url=settings.base_url + path,
        closing=letter.closing.format(**names),
    )
