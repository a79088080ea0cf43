"""Where Stripe's own Dashboard shows what we have only ids of."""

from shop import config

DASHBOARD = "https://dashboard.stripe.com"
PLACES = {
    "pi_": "payments",
    "ch_": "payments",
    "re_": "refunds",
    "dp_": "disputes",
    "du_": "disputes",
    "cus_": "customers",
    "evt_": "events",
}


def url_of(stripe_id: str) -> str:
    """By the mode of this shop; empty for what has no page there, and while no Stripe is behind."""
    settings = config.current()
    place = next((place for start, place in PLACES.items() if stripe_id.startswith(start)), "")
    if not place or not settings.is_real_stripe:
        return ""
    mode = "" if settings.stripe_livemode else "/test"
    return f"{DASHBOARD}{mode}/{place}/{stripe_id}"
