"""What a merchant changes about the shop without who runs it."""

from typing import Any

from flask import redirect, request
from flask_admin import BaseView, expose
from flask_login import current_user
from wtforms import BooleanField, EmailField, Form, IntegerField, StringField, TextAreaField
from wtforms.validators import DataRequired, Email, InputRequired, Length, NumberRange, Optional

from shop.accounts import access, audit
from shop.accounts.forms import is_plain, strip
from shop.admin import gate, seen
from shop.admin.undoing import offers
from shop.preferences import choosing, kept

LONGEST_TEXT = 100_000
NOT_A_DAY_COUNT = "A number of days from 0 to 60."


def tidy(text: str | None) -> str:
    return (text or "").replace("\r\n", "\n").strip()


def _text(label: str) -> TextAreaField:
    return TextAreaField(
        label,
        [Length(max=LONGEST_TEXT)],
        filters=[tidy],
        description="Markdown. Empty: there is no such page.",
        render_kw={"rows": 6},
    )


class ShopForm(Form):
    shop_name = StringField(
        "Name of the shop",
        [DataRequired("A shop needs a name."), Length(max=80), is_plain],
        filters=[strip],
        description="In the header, in mails and on invoices.",
    )
    contact_email = EmailField(
        "Where customers write to",
        [Optional(), Length(max=254), Email("Check the e-mail address: it looks like a@b.com.")],
        filters=[tidy],
        description="In the footer and below mails. Empty: below mails, their sender.",
    )
    seller_address = StringField(
        "Address of the seller",
        [Length(max=300), is_plain],
        filters=[tidy],
        description="On invoices and below mails; commas end the lines.",
    )
    seller_vat_id = StringField("VAT id of the seller", [Length(max=40), is_plain], filters=[tidy])
    grace_days = IntegerField(
        "Days of grace",
        [InputRequired(NOT_A_DAY_COUNT), NumberRange(0, 60, NOT_A_DAY_COUNT)],
        description="So long a subscription works on after a payment failed.",
    )
    dispute_suspends = BooleanField("Keys and files rest while a payment is disputed")
    imprint = _text("Imprint")
    terms = _text("Terms")
    privacy = _text("Privacy")
    withdrawal = _text("Withdrawal")


class ShopView(BaseView):  # type: ignore[misc]  # without types
    @expose("/")
    def index(self) -> Any:
        return self._page(_form_now())

    @expose("/", methods=("POST",))
    def save(self) -> Any:
        access.demand_fresh()
        choosing.lock(current_user.email)
        now, form = _form_now(), _without_fixed(ShopForm(request.form))
        is_stale = request.form.get("seen") != seen.digest(now)
        if not form.validate() or is_stale:
            theirs = seen.differences(form, now) if is_stale else []
            return self._page(form, now=now, theirs=theirs), 409 if is_stale else 422
        changed = choosing.keep(form.data, current_user.email)
        if changed:
            audit.note("shop.update", "shop:settings", changed=changed)
        changes = {name: (before, after) for name, (before, after) in changed.items()}
        said = "The settings were saved. All parts of the shop follow within seconds."
        offers.offer("admin_shop.save", changes, said, self.get_url(".index"))
        return redirect(self.get_url(".index"), 303)

    def _page(self, form: Form, **given: Any) -> Any:
        now = given.pop("now", form)
        return self.render(
            "admin/shop.html", form=form, seen=seen.digest(now), fixed=_fixed(), **given
        )

    def is_accessible(self) -> bool:
        return gate.is_permitted("admin_shop.index")


def _form_now() -> ShopForm:
    """With what holds now."""
    return _without_fixed(ShopForm(None, data=choosing.current()))


def _without_fixed(form: ShopForm) -> ShopForm:
    for name in kept.CHOOSABLE:
        if kept.is_fixed(kept.given(), name):
            del form[name]
    return form


def _fixed() -> list[tuple[str, str, Any]]:
    """Label, variable and value of what the environment says."""
    given = kept.given()
    return [
        (field.label.text, f"SHOP_{field.name.upper()}", getattr(given, field.name))
        for field in ShopForm()
        if kept.is_fixed(given, field.name)
    ]
