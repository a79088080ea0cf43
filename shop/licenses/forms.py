from wtforms import Form, StringField
from wtforms.validators import InputRequired, Length, Regexp


class FileForm(Form):
    """Of the machine that cannot ask."""

    fingerprint = StringField(
        "Fingerprint of the device",
        [
            InputRequired("Enter the fingerprint that the program shows."),
            Length(max=255, message="A fingerprint has at most 255 characters."),
            Regexp(r"^[\x21-\x7e]+\Z", message="A fingerprint has no spaces or special letters."),
        ],
        filters=[lambda text: text.strip() if text else text],
    )
    name = StringField("Name of the device", [Length(max=100, message="At most 100 characters.")])
