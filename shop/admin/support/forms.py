from wtforms import Form, IntegerField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, NumberRange, Optional

from shop.accounts.forms import is_plain, strip

LONGEST = 500


class ReasonForm(Form):
    reason = StringField(
        "Why",
        [
            DataRequired("Say why: it is kept in the audit log."),
            Length(max=LONGEST, message=f"Use {LONGEST} characters at most."),
            is_plain,
        ],
        filters=[strip],
        description="For the audit log, such as the number of the ticket.",
    )


class NoteForm(ReasonForm):
    reason = TextAreaField(
        "Note",
        [
            DataRequired("Write something."),
            Length(max=2000, message="Use 2000 characters at most."),
        ],
        filters=[strip],
    )


class ExtendForm(ReasonForm):
    downloads = IntegerField("More downloads", [Optional(), NumberRange(0, 1000, "0 to 1000.")])
    days = IntegerField("More days", [Optional(), NumberRange(0, 3650, "0 to 3650.")])
