"""What a product's licenses allow, or those of one of its variants."""

from typing import Any

from flask import abort, flash, redirect, request
from flask_admin import expose
from flask_admin.helpers import get_form_data
from wtforms import Form, IntegerField, SelectField
from wtforms.validators import InputRequired, NumberRange, Optional

from shop.accounts import audit
from shop.admin import fields, seen
from shop.admin.catalog.section import OF_PRODUCT, Section, product_or_404
from shop.admin.undoing import offers
from shop.admin.undoing.reversals import catalog
from shop.catalog.models import Product, Variant
from shop.licenses import policies
from shop.licenses.models import OnExpiry

ENDS = [
    (str(OnExpiry.KEEP_VERSIONS), "Versions of before go on working"),
    (str(OnExpiry.STOP), "It stops working"),
]


class PolicyForm(Form):
    duration_months = IntegerField(
        "Good for so many months",
        [Optional(), NumberRange(1, 1200, "1 to 1200.")],
        description="Empty: for good.",
    )
    on_expiry = SelectField("Afterwards", choices=ENDS, default=str(OnExpiry.KEEP_VERSIONS))
    machine_limit = IntegerField(
        "Devices",
        [Optional(), NumberRange(1, 100_000, "1 or more.")],
        description="For each piece bought. Empty: as many as they like.",
    )
    overage_percent = IntegerField(
        "Percent above that we look away",
        [InputRequired("0 for none."), NumberRange(0, 1000, "0 to 1000.")],
        default=0,
    )
    heartbeat_seconds = IntegerField(
        "Floating: silent for so many seconds frees the seat",
        [Optional(), NumberRange(60, 10**7, "60 or more.")],
        description="Empty: seats are kept until they are freed.",
    )
    offline_days = IntegerField(
        "Days that a license file works without asking us",
        [InputRequired("0 for none."), NumberRange(0, 3650, "0 to 3650.")],
        default=30,
    )
    entitlements = fields.WordsField(
        "What it opens inside the program",
        description="Codes, such as export-pdf, sync.",
        default=list,
    )


class PoliciesView(Section):
    @expose(OF_PRODUCT)
    def show(self, product_id: int) -> Any:
        product = product_or_404(product_id)
        variant = _variant(product)
        now = _form_of(product, variant)
        return self._page(product, variant, now, seen=seen.digest(now))

    @expose(f"{OF_PRODUCT}/rules", methods=("POST",))
    def save(self, product_id: int) -> Any:
        product = product_or_404(product_id)
        seen.lock(product)
        variant = _variant(product)
        now, form = _form_of(product, variant), PolicyForm(get_form_data())
        is_stale = request.form.get("seen") != seen.digest(now)
        if not form.validate() or is_stale:
            theirs = seen.differences(form, now) if is_stale else []
            page = self._page(product, variant, form, seen=seen.digest(now), theirs=theirs)
            return page, 409 if is_stale else 422
        variant_id = variant.id if variant else None
        watch = offers.watch("admin_policies.save", catalog.rules_key(product.id, variant_id))
        policies.set_rules(product.id, variant_id, **form.data)
        audit.note("policy.update", f"product:{product.id}", before=now.data, after=form.data)
        return watch.answer("The license rules were saved.", self._url(product, variant))

    @expose(f"{OF_PRODUCT}/rules/removal", methods=("GET", "POST"))
    def remove(self, product_id: int) -> Any:
        """The question whether it is meant, and the end of a variant's own rules."""
        product = product_or_404(product_id)
        variant = _variant(product) or abort(404)
        if request.method == "POST":
            seen.lock(product)
        own = policies.own(product.id, variant.id) or abort(404)
        rules, digest = policies.rules(own), seen.digest(_form_of(product, variant))
        is_stale = request.method == "POST" and request.form.get("seen") != digest
        if request.method == "GET" or is_stale:
            page = self.render(
                "admin/policy_removal.html", product=product, variant=variant, seen=digest,
                sold=policies.sold_with(own), is_stale=is_stale,
            )  # fmt: skip
            return page, 409 if is_stale else 200
        policies.remove_own(product.id, variant.id)
        audit.note("policy.remove", f"product:{product.id}", variant=variant.sku, before=rules)
        flash(f"The product's rules hold for {variant.title} again.", "good")
        return redirect(self._url(product, variant), 303)

    def _url(self, product: Product, variant: Variant | None) -> str:
        chosen = {"variant": variant.id} if variant else {}
        return str(self.get_url(".show", product_id=product.id, **chosen))

    def _page(self, product: Product, variant: Variant | None, form: Form, **given: Any) -> Any:
        own = policies.own(product.id, variant.id if variant else None)
        return self.render(
            "admin/policy.html", product=product, variant=variant, form=form, has_own=own, **given
        )


def _variant(product: Product) -> Variant | None:
    """The one that the address names; None for the whole product."""
    wanted = request.args.get("variant")
    if wanted is None:
        return None
    found = [variant for variant in product.variants if str(variant.id) == wanted]
    return found[0] if found else abort(404)


def _form_of(product: Product, variant: Variant | None) -> PolicyForm:
    """With the rules that hold now; a variant without its own shows the product's."""
    found = policies.own(product.id, variant.id) if variant else None
    return PolicyForm(None, data=policies.rules(found or policies.own(product.id, None)))
