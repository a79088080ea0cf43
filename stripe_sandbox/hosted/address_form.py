"""Which addresses a Checkout page asks for, and what is wrong with them."""

from collections.abc import Mapping

from stripe_sandbox.errors import Json

FIELDS = {
    "line1": "Enter the street and number.",
    "postal_code": "Enter the postal code.",
    "city": "Enter the city.",
    "country": "Enter the country code.",
}
SHIPPING = "shipping_"


def problems(session: Json, values: Mapping[str, str]) -> dict[str, str]:
    """By field."""
    required: dict[str, str] = {}
    asked = session["shipping_address_collection"]
    if asked:
        required |= {f"{SHIPPING}{name}": message for name, message in FIELDS.items()}
        required[f"{SHIPPING}name"] = "Enter the full name."
    if session["billing_address_collection"] == "required":
        required |= FIELDS
    found = {name: text for name, text in required.items() if not values.get(name, "").strip()}
    country = f"{SHIPPING}country"
    if asked and country not in found and values[country] not in asked["allowed_countries"]:
        found[country] = "This country cannot be delivered to."
    return found


def address(values: Mapping[str, str], prefix: str = "") -> Json:
    names = ("line1", "line2", "postal_code", "city", "state", "country")
    return {name: values.get(prefix + name, "").strip() or None for name in names}


def shipping(values: Mapping[str, str]) -> Json | None:
    """Nothing when the page did not ask."""
    if f"{SHIPPING}line1" not in values:
        return None
    name = values.get(f"{SHIPPING}name", "").strip()
    return {"name": name, "address": address(values, SHIPPING)}
