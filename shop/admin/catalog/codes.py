"""The codes of one discount, and who used them."""

from typing import Any

from flask import abort, redirect
from flask_admin import expose
from flask_admin.helpers import get_form_data
from sqlalchemy import func, select
from wtforms import Form, IntegerField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from shop.accounts import audit
from shop.admin import exporting
from shop.admin.catalog.section import Section
from shop.admin.undoing import offers
from shop.cart.discounts import codes
from shop.cart.discounts.models import Discount, DiscountCode, DiscountUse
from shop.db import session
from shop.errors import BadInput, ShopError
from shop.orders.models import Order

SHOWN = 100
MOST_AT_ONCE = 10_000
OF_DISCOUNT = "/<int(max=2147483647):discount_id>"


class CodeForm(Form):
    code = StringField("Code", [InputRequired("Write the code."), Length(max=codes.LONGEST)])
    most_uses = IntegerField(
        "Uses in all",
        [Optional(), NumberRange(1, 10**9, "1 or more.")],
        description="Empty: as the discount has it.",
    )


class SeriesForm(Form):
    count = IntegerField(
        "How many",
        [InputRequired("Say how many."), NumberRange(1, MOST_AT_ONCE, "1 to 10,000.")],
    )
    prefix = StringField(
        "Beginning with", [Length(max=codes.LONGEST_PREFIX)], description="Such as SPRING."
    )


class CodesView(Section):
    @expose(OF_DISCOUNT)
    def show(self, discount_id: int) -> Any:
        return self._page(_discount_or_404(discount_id))

    @expose(f"{OF_DISCOUNT}/codes", methods=("POST",))
    def add(self, discount_id: int) -> Any:
        """One that everybody may type."""
        discount, form = _discount_or_404(discount_id), CodeForm(get_form_data())
        code = _add(discount, form) if form.validate() else None
        if code is None:
            return self._page(discount, code_form=form), 422
        changed = {str(code.id): (None, [code.code, code.uses])}
        said, url = (
            f"The code {code.code} works now.",
            self.get_url(".show", discount_id=discount.id),
        )
        offers.offer("admin_codes.add", changed, said, url)
        return redirect(url, 303)

    @expose(f"{OF_DISCOUNT}/series", methods=("POST",))
    def make(self, discount_id: int) -> Any:
        """Unique ones, each good for one order, as CSV."""
        discount, form = _discount_or_404(discount_id), SeriesForm(get_form_data())
        if not form.validate():
            return self._page(discount, series_form=form), 422
        try:
            made = codes.make_codes(discount, form.count.data or 0, prefix=form.prefix.data or "")
        except BadInput as error:
            form.prefix.errors = [error.detail]
            return self._page(discount, series_form=form), 422
        audit.note("discount.codes", f"discount:{discount.id}", count=len(made))
        rows = exporting.rows_of(["Code"], ([code] for code in made))
        return exporting.respond(rows, f"codes-{discount.id}.csv")

    def _page(self, discount: Discount, **forms: Form) -> Any:
        given = {"code_form": CodeForm(), "series_form": SeriesForm()} | forms
        of_discount = DiscountCode.discount_id == discount.id
        newest = select(DiscountCode).where(of_discount).order_by(DiscountCode.id.desc())
        return self.render(
            "admin/codes.html",
            discount=discount,
            codes=session.scalars(newest.limit(SHOWN)).all(),
            total=session.scalar(select(func.count()).where(of_discount)),
            uses=_uses(discount),
            **given,
        )


def _discount_or_404(discount_id: int) -> Discount:
    discount = session.get(Discount, discount_id)
    return abort(404) if discount is None or discount.is_granted else discount


def _add(discount: Discount, form: CodeForm) -> DiscountCode | None:
    """None when it was not, and the form says why."""
    try:
        code = codes.add_code(discount, form.code.data or "", form.most_uses.data)
    except ShopError as error:
        form.code.errors = [error.detail]
        return None
    audit.note("discount.code", f"discount:{discount.id}", code=code.code)
    return code


def _uses(discount: Discount) -> Any:
    """The newest: (when, code, state, order number); not who, which is not the catalog's matter."""
    columns = (DiscountUse.created_at, DiscountCode.code, DiscountUse.state, Order.number)
    query = (
        select(*columns)
        .join(DiscountCode, DiscountCode.id == DiscountUse.code_id)
        .outerjoin(Order, Order.token == DiscountUse.holder)
        .where(DiscountUse.discount_id == discount.id)
        .order_by(DiscountUse.id.desc())
    )
    return session.execute(query.limit(SHOWN)).all()
