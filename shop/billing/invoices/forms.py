from wtforms import Form, StringField
from wtforms.validators import Length

from shop.accounts.forms import is_plain, strip


class BuyerForm(Form):
    company = StringField(
        "Company",
        [Length(max=120, message="Use 120 characters at most."), is_plain],
        filters=[strip],
    )
    vat_id = StringField(
        "VAT id",
        [Length(max=30, message="Use 30 characters at most."), is_plain],
        filters=[strip],
    )
