import unicodedata

from wtforms import EmailField, Field, Form, HiddenField, PasswordField, StringField
from wtforms.validators import DataRequired, Email, InputRequired, Length, ValidationError

from shop import config
from shop.accounts.passwords import LONGEST, SHORTEST, weakness

UNSEEN = {"Cc", "Cf", "Cs"}  # control, format (such as RTL override), surrogate
JOINERS = "\u200c\u200d"  # some scripts and emoji need them


def strip(text: str | None) -> str | None:
    return text.strip() if text else text


def is_plain(_form: Form, field: Field) -> None:
    """No characters that cannot be seen: they make one name look like another."""
    if any(unicodedata.category(c) in UNSEEN and c not in JOINERS for c in field.data or ""):
        raise ValidationError("Remove the characters that cannot be seen.")


def email_field(label: str = "E-mail") -> EmailField:
    return EmailField(
        label,
        [
            InputRequired("Enter your e-mail address."),
            Length(max=254, message="That is longer than an e-mail address can be."),
            Email("Check the e-mail address: it looks like name@example.com."),
        ],
        filters=[strip],
    )


def new_password_field(label: str) -> PasswordField:
    return PasswordField(
        label,
        [
            InputRequired("Choose a password."),
            Length(SHORTEST, LONGEST, f"Use {SHORTEST} to {LONGEST} characters."),
        ],
    )


class SignInForm(Form):
    email = EmailField("E-mail", [InputRequired("Enter your e-mail address.")], filters=[strip])
    password = PasswordField("Password", [InputRequired("Enter your password.")])
    next = HiddenField()


class EntryForm(Form):
    """Where the mail goes that leads into an account."""

    email = email_field()
    next = HiddenField()


class NewPasswordForm(Form):
    password = new_password_field("Password")

    def fits(self, email: str) -> bool:
        """Whether all is well; the password must also be none that is guessed from the address."""
        if self.validate():
            known = (email, email.partition("@")[0], config.current().shop_name)
            if problem := weakness(self.password.data or "", *known):
                self.password.errors = [problem]
        return not self.errors


class OpenAccountForm(NewPasswordForm):
    name = StringField(
        "Full name",
        [Length(max=120, message="Use at most 120 characters."), is_plain],
        filters=[strip],
    )


class PasswordForm(NewPasswordForm):
    current = PasswordField("Current password", [InputRequired("Enter your current password.")])
    password = new_password_field("New password")


class EmailForm(Form):
    email = email_field("New e-mail")
    current_password = PasswordField("Your password", [InputRequired("Enter your password.")])


class TokenForm(Form):
    name = StringField(
        "What is it for?",
        [
            DataRequired("Give it a name that you will know it by."),
            Length(max=60, message="Use at most 60 characters."),
            is_plain,
        ],
        filters=[strip],
    )
