from flask import Blueprint, flash, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from shop.cart import carts, changes, summary
from shop.cart.discounts import applying
from shop.cart.discounts.forms import CodeForm, apply_posted
from shop.cart.forms import AddForm, QuantityForm
from shop.errors import BadInput

bp = Blueprint("cart", __name__, template_folder="templates")


@bp.get("/cart")
def show() -> str:
    return _render(summary.current())


@bp.post("/cart/items")
def create_item() -> Response:
    form = AddForm(request.form)
    if not form.validate():
        raise BadInput(" ".join(str(text) for field in form for text in field.errors))
    price_id, quantity = form.price_id.data or 0, form.quantity.data or 0
    try:
        carts.add(price_id, quantity)
    except carts.SubscriptionInCart:
        return redirect(url_for("subscribe.show", price_id=price_id, quantity=quantity), 303)
    return redirect(url_for(".show"), 303)


@bp.get("/cart/discount")
@bp.get("/cart/items")
@bp.get("/cart/items/<int(max=2147483647):line_id>")
def show_afresh(line_id: int | None = None) -> Response:  # noqa: ARG001  of the address
    """For who reloads what a refused form drew."""
    return redirect(url_for(".show"), 303)


@bp.post("/cart/items/<int(max=2147483647):line_id>")
def update_item(line_id: int) -> Response | tuple[str, int]:
    form = QuantityForm(request.form)
    if not form.validate():
        return _render(summary.current(), wrong_line=line_id), 422
    carts.set_quantity(line_id, form.quantity.data or 0)
    if not summary.current().is_troubled(line_id):  # it says itself what is wrong
        flash("Quantity changed.", "good")
    return redirect(url_for(".show"), 303)


@bp.post("/cart/items/<int(max=2147483647):line_id>/removal")
def remove_item(line_id: int) -> Response:
    line = carts.remove(line_id)
    flash(Markup(render_template("cart/_removed.html", line=line)), "message")  # noqa: S704  ours
    return redirect(url_for(".show"), 303)


@bp.post("/cart/accepted-prices")
def accept_prices() -> Response:
    changes.accept()
    return redirect(url_for(".show"), 303)


@bp.post("/cart/discount")
def apply_discount() -> Response | tuple[str, int]:
    form, status = apply_posted()
    if form.errors:
        return _render(summary.current(), code_form=form), status
    return redirect(url_for(".show"), 303)


@bp.post("/cart/discount/removal")
def remove_discount() -> Response:
    applying.remove_code()
    flash("The discount code is removed.", "message")
    return redirect(url_for(".show"), 303)


def _render(
    cart: summary.CartView, wrong_line: int | None = None, code_form: CodeForm | None = None
) -> str:
    return render_template(
        "cart/show.html",
        cart=cart,
        cart_count=cart.count,
        code_form=code_form or CodeForm(),
        wrong_line=wrong_line,
        wrong_quantity=request.form.get("quantity"),
        bad_quantity=carts.BadQuantity.message,
    )
