"""The kinds of mail about an account, to whoever has it or may be meant."""

from shop.mail import kinds
from shop.mail.kinds import Kind, Placeholder, Words

LINK = Placeholder(
    "Where the button leads", "https://shop.example/password-reset/3x4mpl3", is_required=True
)
NEW = Placeholder("The new address", "mara@new.example")
ROLE = Placeholder("What they may do from now on", "support")
LEFT = Placeholder("How many recovery codes are left", "7")


def _letter(key: str, words: tuple[str, str, str, str], **own: Placeholder) -> Kind:
    """:param words: what it is called, when it is sent, its subject and its text."""
    name, when, subject, text = words
    return kinds.add(
        Kind(key, kinds.ACCOUNTS, name, when, Words(subject, text), {"link": LINK} | own)
    )


REGISTER = _letter(
    "account_register",
    (
        "Open an account",
        "When somebody wants an account with an address that has none.",
        "Open your account",
        """\
Hello,

Somebody, we hope you, wants an account at {shop} with this address. It is yours as soon as you \
have chosen a password:

[Choose a password]({link})

The link works once, within 24 hours. What you ordered with this address as a guest will be in \
the account. If this was not you, there is nothing to do: no account is made.
""",
    ),
)  # names nobody: a stranger could have typed the name, and have us mail it
TAKEN = _letter(
    "account_taken",
    (
        "Account exists already",
        "When somebody wants an account with an address that has one.",
        "You have an account already",
        """\
Hello,

Somebody, we hope you, wanted to open an account at {shop} with this address. There is one \
already, so you can simply sign in. Is the password forgotten?

[Choose a new password]({link})

The link works once, within an hour. If this was not you, there is nothing to do: your account \
is as it was.
""",
    ),
)
RESET = _letter(
    "account_reset",
    (
        "New password",
        "When somebody forgot the password of an account.",
        "Choose a new password",
        """\
Hello,

Somebody, we hope you, asked for a new password for your account at {shop}.

[Choose a new password]({link})

The link works once, within an hour, and signs out all your devices. If this was not you, there \
is nothing to do: your password stays as it is.
""",
    ),
)
UNKNOWN = _letter(
    "account_unknown",
    (
        "No account to reset",
        "When somebody asks for a new password for an address without an account.",
        "There is no account with this address",
        """\
Hello,

Somebody, we hope you, asked for a new password at {shop}. There is no account with this address \
that we could open, so perhaps you used another one. You can also open an account with this one:

[Choose a password]({link})

The link works once, within 24 hours. What you ordered with this address as a guest will be in \
the account. If this was not you, there is nothing to do.
""",
    ),
)
VERIFY = _letter(
    "account_verify",
    (
        "Confirm an address",
        "When an account's address has not been confirmed yet.",
        "Confirm your address",
        """\
Hello,

Is this the address of your account at {shop}? Then please confirm it. What you ordered with it \
as a guest will be in your account.

[Confirm this address]({link})

The link works once, within 24 hours, while you are signed in. If you have no account, there is \
nothing to do.
""",
    ),
)
CHANGE = _letter(
    "account_change",
    (
        "Confirm a new address",
        "When somebody changes the address of their account; sent to the new one.",
        "Confirm your new address",
        """\
Hello,

Somebody, we hope you, wants to use this address for an account at {shop}. Please confirm it; \
from then on you sign in with it.

[Confirm this address]({link})

The link works once, within 24 hours, while you are signed in. If this was not you, there is \
nothing to do.
""",
    ),
)
CHANGE_TAKEN = _letter(
    "account_change_taken",
    (
        "New address is taken",
        "When the new address has an account of its own.",
        "This address has an account already",
        """\
Hello,

Somebody, we hope you, wanted to use this address for another account at {shop}. It has one of \
its own, so nothing was changed.

[Sign in]({link})

If this was not you, there is nothing to do.
""",
    ),
)
CHANGE_ASKED = _letter(
    "account_change_asked",
    (
        "Address may change",
        "When somebody changes the address of their account; sent to the old one.",
        "Your account may get a new address",
        """\
Hello,

Somebody, we hope you, asked to change the address of your account at {shop} to {new}. It \
changes when the mail that we sent there is answered. If this was not you, choose a new password \
now: that stops it.

[Choose a new password]({link})

If this was you, there is nothing to do here.
""",
    ),
    new=NEW,
)
CHANGED = _letter(
    "account_changed",
    (
        "Address changed",
        "After the address of an account was changed; sent to the old one.",
        "Your account has a new address",
        """\
Hello,

The address of your account at {shop} is now {new}. From now on you sign in with that, and we \
write to you there.

[See your account]({link})

If this was not you, please write to us at once: {contact}
""",
    ),
    new=NEW,
)
PASSWORD_CHANGED = _letter(
    "account_password_changed",
    (
        "Password changed",
        "After the password of an account was changed.",
        "Your password was changed",
        """\
Hello,

The password of your account at {shop} was changed, and all other devices are signed out.

[Not you? Choose a new password]({link})

If this was you, there is nothing to do.
""",
    ),
)
SECOND_FACTOR_SET = _letter(
    "account_second_factor_set",
    (
        "Second factor set",
        "After a second factor was set.",
        "Your account has a second factor",
        """\
Hello,

From now on, signing in to your account at {shop} needs a code from your app besides the \
password. All other devices are signed out. If you lose the app, one of the recovery codes that \
you were shown stands in for it.

[See your account]({link})

If this was not you, please write to us at once: {contact}
""",
    ),
)
SECOND_FACTOR_REMOVED = _letter(
    "account_second_factor_removed",
    (
        "Second factor removed",
        "After the second factor was removed.",
        "Your second factor was removed",
        """\
Hello,

Signing in to your account at {shop} needs your password alone again. The recovery codes are \
worth nothing any more.

[See your account]({link})

If this was not you, choose a new password and write to us at once: {contact}
""",
    ),
)
RECOVERY_CODE_USED = _letter(
    "account_recovery_code_used",
    (
        "Recovery code used",
        "After a recovery code was used to sign in.",
        "A recovery code was used",
        """\
Hello,

One of your recovery codes was used in place of the app, for your account at {shop}. It cannot \
be used again; of the others there are {left} left.

[See your account]({link})

If this was not you, choose a new password, and write to us at once: {contact}
""",
    ),
    left=LEFT,
)
RECOVERY_CODES_RENEWED = _letter(
    "account_recovery_codes_renewed",
    (
        "Recovery codes renewed",
        "After new recovery codes were made.",
        "You have new recovery codes",
        """\
Hello,

New recovery codes were made for your account at {shop}. The earlier ones are worth nothing any \
more.

[See your account]({link})

If this was not you, choose a new password, and write to us at once: {contact}
""",
    ),
)
ROLE_CHANGED = _letter(
    "account_role_changed",
    (
        "Role changed",
        "After somebody was given another role.",
        "Your role changed",
        """\
Hello,

The role of your account at {shop} is {role} from now on. You are signed out everywhere.

[Sign in]({link})

If you did not expect this, please write to us: {contact}
""",
    ),
    role=ROLE,
)
