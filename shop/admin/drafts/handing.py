"""For whom a draft is, where it goes, and its link."""

from typing import Any

from flask import request
from flask_admin import expose

from shop.admin.drafts.desk import DraftPages
from shop.admin.orders.desk import DONE_BEFORE, ReasonForm
from shop.checkout import addresses, countries
from shop.checkout.drafts import drafts
from shop.checkout.drafts.drafts import Contents
from shop.checkout.drafts.models import Draft
from shop.checkout.forms import AddressForm, ContactForm, address_form
from shop.errors import BadInput
from shop.orders import acts

PLACE = "billing"


class Handing(DraftPages):
    @expose("/<id>/buyer", methods=("GET", "POST"))
    def buyer(self, id: str) -> Any:
        draft = self.one_or_404(id)
        known = drafts.contents(draft).checkout
        form = ContactForm(request.form, email=known.email, name=known.name)

        def do(_draft: Draft, now: Contents) -> str:
            email, name = form.email.data or "", form.name.data or ""
            drafts.write_to(now.checkout, email=email, name=name)
            return f"It is for {email} now."

        if request.method == "GET" or not form.validate():
            return self.form_page("admin/draft_buyer.html", draft, form)
        return self.save(draft, "buyer", "admin/draft_buyer.html", form, do)

    @expose("/<id>/address", methods=("GET",))
    def ask_address(self, id: str) -> Any:
        draft = self.one_or_404(id)
        return self.form_page("admin/draft_address.html", draft, _address(draft, None))

    @expose("/<id>/address", methods=("POST",))
    def move(self, id: str) -> Any:
        draft = self.one_or_404(id)
        form = _address(draft, request.form)
        if "look" in request.form or not form.validate():
            return self.form_page("admin/draft_address.html", draft, form)

        def do(_draft: Draft, now: Contents) -> str:
            drafts.move(now, form.given())
            return "The address is saved."

        return self.save(draft, "address", "admin/draft_address.html", form, do)

    @expose("/<id>/link", methods=("POST",))
    def send_link(self, id: str) -> Any:
        def do(draft: Draft, now: Contents) -> str:
            token = request.form.get("token", "")
            if not 0 < len(token) <= acts.LONGEST_TOKEN:
                raise BadInput("This form came without its token. Reload the page and try again.")
            is_new = drafts.send(draft, now, token)
            return f"The link is sent to {now.checkout.email}." if is_new else DONE_BEFORE

        return self.change(id, "send", do)

    @expose("/<id>/withdrawal", methods=("GET", "POST"))
    def withdraw(self, id: str) -> Any:
        draft = self.one_or_404(id)
        form = ReasonForm(request.form)
        if request.method == "GET" or not form.validate():
            return self.form_page("admin/draft_withdraw.html", draft, form)

        def do(draft: Draft, now: Contents) -> str:
            drafts.withdraw(draft, now)
            return "The draft is withdrawn; its link says so."

        return self.change(id, "withdraw", do)


def _address(draft: Draft, posted: Any) -> AddressForm:
    now = drafts.contents(draft)
    known = now.checkout.shipping_address or now.checkout.billing_address
    known = known or {"name": now.checkout.name, "country": now.quote.country}
    country = (posted or {}).get(f"{PLACE}-country") or known["country"]
    if country not in countries.names():
        country = now.quote.country
    rules = addresses.rules_of(country, full=now.quote.needs_delivery)
    return address_form(PLACE, rules, posted, known)
