"""One module per noun of the API; importing it registers its operations."""

import importlib

MODULES = (
    "balance",
    "charges",
    "checkout_sessions",
    "checkout_setup",
    "checkout_subscription",
    "confirmation_tokens",
    "coupons",
    "credit_notes",
    "customer_balance",
    "customers",
    "disputes",
    "invoice_items",
    "invoice_payments",
    "invoice_previews",
    "invoices",
    "payment_intents",
    "payment_methods",
    "portal_configurations",
    "portal_sessions",
    "prices",
    "products",
    "promotion_codes",
    "refunds",
    "setup_intents",
    "stripe_events",
    "tax_ids",
    "subscription_items",
    "subscription_schedules",
    "subscriptions",
    "test_clocks",
    "webhook_endpoints",
)


def load() -> None:
    for name in MODULES:
        importlib.import_module(f"{__name__}.{name}")
