from wtforms import Form, HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired, Length

from shop.accounts.forms import strip

WRONG = "That code is not right, or was used already. Wait for the next one, and try again."


class CodeForm(Form):
    """A code of the app or a recovery code; which one, nobody needs to say."""

    code = StringField(
        "Code",
        [InputRequired("Enter the code."), Length(max=40, message="No code is that long.")],
        filters=[strip],
    )
    next = HiddenField()

    def refuse(self) -> None:
        self.code.errors = [WRONG]
        self.code.data = ""


class BeginForm(Form):
    password = PasswordField("Your password", [InputRequired("Enter your password.")])
    next = HiddenField()
