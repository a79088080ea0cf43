"""The composition root: with `shop.cli`, the only module that knows every package."""

from collections.abc import Callable
from typing import Any

from flask import Flask

from shop import (
    api,
    bodies,
    cart,
    config,
    db,
    downloads,
    events,
    jobs,
    legal,
    licenses,
    logs,
    openapi,
    preferences,
    search,
    web,
)
from shop.accounts import api as accounts_api
from shop.accounts import routes as accounts
from shop.accounts import sessions
from shop.admin import office
from shop.admin.events import health as admin_health
from shop.billing import gateway, webhook
from shop.billing import tasks as billing_tasks
from shop.billing.invoices import api as invoices_api
from shop.billing.invoices import routes as invoice_pages
from shop.billing.subscriptions import account_pages as subscription_pages
from shop.billing.subscriptions import api as subscriptions_api
from shop.billing.subscriptions import changes, opened, plan_pages, subscribe_pages
from shop.billing.subscriptions import mails as subscription_mails
from shop.cart import api as cart_api
from shop.cart import holds, merging
from shop.cart import routes as cart_pages
from shop.catalog import api as catalog_api
from shop.catalog import remembered
from shop.catalog import routes as catalog
from shop.checkout import api as checkout_api
from shop.checkout import expiry
from shop.checkout import holds as checkout_holds
from shop.checkout import listeners as checkouts
from shop.checkout import routes as checkout
from shop.checkout import tasks as checkout_tasks
from shop.checkout.buy_button import api as buy_button_api
from shop.checkout.buy_button import buyers
from shop.checkout.buy_button import pages as buy_button
from shop.checkout.drafts import links as draft_links
from shop.checkout.drafts import pages as drafts
from shop.config import Settings
from shop.downloads import api as downloads_api
from shop.downloads import grants, linking
from shop.downloads import routes as download_pages
from shop.downloads import subscribed as subscribed_files
from shop.downloads import tasks as download_tasks
from shop.licenses import access_pages, covering, issuing, lifesigns, me
from shop.licenses import api as licenses_api
from shop.licenses import routes as license_pages
from shop.licenses import subscribed as subscribed_licenses
from shop.licenses.pool import waiting
from shop.mail import tasks as mail_tasks
from shop.operations import health, looking, sweeper
from shop.orders import access, adopting, disputes, invoicing, lifecycle, mails
from shop.orders import api as orders_api
from shop.orders import invoice_pages as order_invoice
from shop.orders import routes as orders
from shop.orders.refunding import following as refunded_lines
from shop.privacy import pages as privacy_pages
from shop.search import api as search_api
from shop.search import following, pulse
from shop.search import routes as search_pages
from shop.search import tasks as search_tasks

PARTS = (logs, web, jobs, gateway)
PACKAGES = (preferences, sessions, remembered, search, cart, downloads, licenses, health, office)
PAGES = (
    *(catalog, search_pages, accounts, cart_pages, checkout, orders, download_pages),
    *(license_pages, access_pages, subscribe_pages, subscription_pages, plan_pages),
    *(buy_button, drafts, invoice_pages, order_invoice, privacy_pages, legal),
)
APIS = (
    *(catalog_api, search_api, accounts_api, cart_api, checkout_api, orders_api, downloads_api),
    *(licenses_api, subscriptions_api, buy_button_api, invoices_api, me),
)
TASKS = (
    *(billing_tasks, checkout_tasks, mail_tasks, search_tasks),
    download_tasks,
)  # Celery knows what is imported
SWEEPS = (
    *(billing_tasks.sweep, expiry.sweep, mail_tasks.sweep, search_tasks.sweep),
    *(lifesigns.sweep, waiting.sweep, download_tasks.sweep),
)


class Shop(Flask):
    request_class = bodies.ShopRequest

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Nothing here is asynchronous; Flask would look at every function at every call."""
        return func


def create_app(settings: Settings | None = None) -> Flask:
    settings = settings or config.load()
    app = Shop("shop", static_folder=None)
    config.init_app(app, settings)
    db.init_app(app)
    for part in PARTS:
        part.init_app(app, settings)
    for package in PACKAGES:
        package.init_app(app)
    for blueprint in (webhook, openapi, *PAGES, *APIS):
        app.register_blueprint(blueprint.bp)
    draft_links.mount(app, checkout.bp)
    app.register_error_handler(api.Rejected, api.show_rejected)
    web.exempt("webhook.receive")  # Stripe signs its requests instead
    connect()
    provide()
    schedule()
    return app


def connect() -> None:
    """Who listens to what, in the order they are told."""
    following.follow_products()
    linking.follow_links()
    events.subscribe(events.SignedIn, merging.merge_guest_cart)
    events.subscribe(events.AddressVerified, adopting.adopt, invoicing.adopt)
    events.subscribe(events.AddressVerified, grants.adopt, issuing.adopt)
    events.subscribe(events.PaymentChanged, lifecycle.follow_payment)
    events.subscribe(events.BuyerTold, buyers.fill_in)
    events.subscribe(events.PaymentMismatched, lifecycle.mark_mismatch)
    events.subscribe(events.RefundChanged, lifecycle.follow_refund, invoicing.follow_refund)
    events.subscribe(events.RefundChanged, refunded_lines.follow)
    events.subscribe(events.LinesRefunded, grants.end_lines, issuing.end_lines)
    events.subscribe(
        events.DisputeChanged, disputes.follow, grants.follow_dispute, issuing.follow_dispute
    )
    events.subscribe(events.DisputeChanged, invoicing.follow_dispute)
    events.subscribe(events.OrderPaid, checkouts.complete, grants.give, issuing.issue)
    events.subscribe(events.OrderPaid, invoicing.follow_payment)  # late: all wait for the number
    events.subscribe(events.OrderPaid, mails.send_paid)  # holds the links and keys of those
    events.subscribe(events.GrantGiven, covering.follow)
    events.subscribe(events.KeysCame, issuing.issue_late)
    events.subscribe(events.OrderCanceled, checkouts.give_up)
    events.subscribe(events.OrderRefunded, grants.end, issuing.end)
    events.subscribe(events.OrderRestored, grants.restore, issuing.restore)
    events.subscribe(
        events.SubscriptionChanged, subscribed_files.follow, subscribed_licenses.follow
    )
    events.subscribe(events.SubscriptionChanged, subscription_mails.follow)  # holds those


def provide() -> None:
    """Who answers what a lower package asks."""
    remembered.provide(pulse.word)
    access.provide(grants.access_for)
    access.provide(issuing.access_for)
    opened.provide(subscribed_files.opened_by)
    opened.provide(subscribed_licenses.opened_by)
    changes.provide(subscribed_licenses.limit_of)
    admin_health.provide(looking.parts, looking.broken_rules)
    holds.provide(checkout_holds.of_cart)


def schedule() -> None:
    """What is done because time goes by."""
    sweeper.sweep_with(*SWEEPS)
    jobs.every(10, "shop.checkout.tasks.expire_due")
    jobs.every(600, "shop.billing.tasks.keep_portals")
    jobs.every(3600, "shop.billing.tasks.remind_subscribers")
    jobs.every(3600, "shop.billing.tasks.forget_customers")
    jobs.every(24 * 3600, "shop.billing.tasks.reconcile")
