"""The fields of the steps. The rules are in `filling`; validators only say the easy ones early."""

from collections.abc import Mapping
from types import new_class
from typing import Any

from wtforms import EmailField, Field, Form, RadioField, SelectField, StringField
from wtforms.validators import Email, InputRequired, Length

from shop.checkout import addresses, contacts, countries
from shop.checkout.addresses import FieldRule, Rules

AUTOCOMPLETE = {
    "name": "name",
    "country": "country",
    "line1": "address-line1",
    "line2": "address-line2",
    "postal_code": "postal-code",
    "city": "address-level2",
    "region": "address-level1",
}
TYPED = ("line1", "line2", "postal_code", "city", "region")


class ContactForm(Form):
    email = EmailField("E-mail", [InputRequired(contacts.NO_EMAIL), Email(contacts.BAD_EMAIL)])
    name = StringField(
        "Full name",
        [
            InputRequired(contacts.NO_NAME),
            Length(max=contacts.LONGEST_NAME, message=contacts.LONG_NAME),
        ],
    )


class DeliveryForm(Form):
    method_id = RadioField("Delivery", coerce=int, validate_choice=False)


class AddressForm(Form):
    """One address; made for a country by `address_form`."""

    def given(self) -> dict[str, str]:
        return {field.short_name: field.data or "" for field in self}

    @property
    def is_touched(self) -> bool:
        return any(self[name].data for name in TYPED if name in self)

    def autocomplete(self, field: Field) -> str:
        kind = "shipping" if field.name.startswith("shipping") else "billing"
        return f"{kind} {AUTOCOMPLETE[field.short_name]}"


def address_form(
    prefix: str, rules: Rules, posted: Any, known: Mapping[str, str], *, is_required: bool = True
) -> AddressForm:
    """:param is_required: False where leaving all of it empty is an answer."""
    choices = list(countries.names().items())
    fields: dict[str, Field] = {"country": SelectField("Country", choices=choices)}
    for name, rule in rules.fields.items():
        fields[name] = _field(name, rule, rules, is_required=is_required)
    made = new_class("CountryForm", (AddressForm,), exec_body=lambda space: space.update(fields))
    form: AddressForm = made(posted, prefix=f"{prefix}-", data=known)
    form["country"].data = rules.country  # not what was posted, if that is no country
    return form


def _field(name: str, rule: FieldRule, rules: Rules, *, is_required: bool) -> Field:
    longest = addresses.LONGEST.get(name, addresses.OTHERWISE_LONGEST)
    validators: list[Any] = [Length(max=longest, message=f"Use at most {longest} characters.")]
    if rule.required and is_required:
        validators.append(InputRequired(rules.missing(name)))
    if rule.choices:
        choices = [("", "Choose…"), *rule.choices]
        return SelectField(rule.label, validators, choices=choices, validate_choice=False)
    description = f"Such as {rules.example}" if name == "postal_code" and rules.example else ""
    return StringField(rule.label, validators, description=description)
