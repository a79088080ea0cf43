from flask import request
from wtforms import Form, StringField

from shop import db
from shop.accounts.throttle import TooManyTries
from shop.cart.discounts import applying
from shop.cart.discounts.refusals import CodeRefused


class CodeForm(Form):
    code = StringField("Discount code")


def apply_posted(email: str = "") -> tuple[CodeForm, int]:
    """Apply the code of the form that was sent; the form, and 303 or the status of a refusal.

    A refusal stands beside the field, and nothing else is left of the try.

    :param email: where the order's mails will go, once that is known.
    """
    form = CodeForm(request.form)
    try:
        applying.apply_code(form.code.data or "", email)
    except (CodeRefused, TooManyTries) as error:
        db.rollback()
        form.code.errors = [error.detail]
        form.code.render_kw = {"autofocus": True}
        return form, error.status
    return form, 303
