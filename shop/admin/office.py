"""The back office: one Flask-Admin with our theme, our views and our gate."""

from flask import Blueprint, Flask
from flask_admin import Admin, BaseView
from flask_admin.theme import Theme

from shop import db
from shop.accounts.models import AuditEntry, User
from shop.admin import badges, gate, saved
from shop.admin.audit import AuditView
from shop.admin.catalog import limits
from shop.admin.catalog.categories import CategoryView
from shop.admin.catalog.codes import CodesView
from shop.admin.catalog.discounts import DiscountView
from shop.admin.catalog.files import FilesView
from shop.admin.catalog.importing import ImportView
from shop.admin.catalog.policies import PoliciesView
from shop.admin.catalog.products.view import ProductView
from shop.admin.customers.records import CustomerView, LicenseView, SubscriptionView
from shop.admin.dashboard import Dashboard
from shop.admin.disputes.records import DisputeView
from shop.admin.drafts.records import DraftView
from shop.admin.events.health import HealthView
from shop.admin.events.mails import MailView
from shop.admin.events.reconciliations import ReconciliationView
from shop.admin.events.stripe_events import StripeEventView
from shop.admin.invoices.records import InvoiceView
from shop.admin.mails.pages import MailTextsView
from shop.admin.orders.records import OrderView
from shop.admin.records import RecordView
from shop.admin.reports.pages import ReportsView
from shop.admin.settings.delivery import DeliveryView
from shop.admin.settings.shop import ShopView
from shop.admin.settings.tax import TaxView
from shop.admin.staff.records import StaffView
from shop.admin.support.desk import SupportView
from shop.admin.undoing import pages as undoing
from shop.billing.disputes.models import Dispute
from shop.billing.invoices.models import Invoice
from shop.billing.models import StripeEvent
from shop.billing.reconciling.models import Reconciliation
from shop.billing.subscriptions.models import Subscription
from shop.cart.discounts.models import Discount
from shop.catalog.models import Category, Product
from shop.checkout.drafts.models import Draft
from shop.checkout.models import DeliveryMethod, TaxRate
from shop.db import Base
from shop.licenses.models import License
from shop.mail.models import Mail
from shop.orders.models import Order

bp = Blueprint("office", __name__, template_folder="templates")


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    theme = Theme(folder="none", base_template="admin/base.html")
    dashboard = Dashboard(name="Dashboard", endpoint="admin", url=gate.PREFIX)
    admin = Admin(name="Back office", url=gate.PREFIX, theme=theme, index_view=dashboard)
    for view in views():
        admin.add_view(view)
    admin.init_app(app)
    app.register_blueprint(saved.bp)
    app.register_blueprint(undoing.bp)
    app.before_request(gate.check)
    app.url_value_preprocessor(limits.widen)
    app.before_request(badges.count)


def views() -> list[BaseView]:
    """In the order of the menu."""
    return [
        SupportView("Support", None, "admin_support", "support"),
        *_records(
            None,
            ("orders", "Orders", OrderView, Order),
            ("drafts", "Drafts", DraftView, Draft),
            ("disputes", "Disputes", DisputeView, Dispute),
            ("customers", "Customers", CustomerView, User),
            ("licenses", "Licenses", LicenseView, License),
            ("subscriptions", "Subscriptions", SubscriptionView, Subscription),
            ("invoices", "Invoices", InvoiceView, Invoice),
        ),
        ReportsView("Reports", None, "admin_reports", "reports"),
        *_records(
            "Catalog",
            ("products", "Products", ProductView, Product),
            ("categories", "Categories", CategoryView, Category),
            ("discounts", "Discounts", DiscountView, Discount),
        ),
        ImportView("Import", "Catalog", "admin_import", "import"),
        CodesView("Codes", "Catalog", "admin_codes", "discount-codes"),
        FilesView("Files", "Catalog", "admin_files", "files"),
        PoliciesView("License rules", "Catalog", "admin_policies", "license-rules"),
        ShopView("Shop", "Settings", "admin_shop", "shop"),
        *_records(
            "Settings",
            ("delivery", "Delivery", DeliveryView, DeliveryMethod),
            ("tax", "Tax", TaxView, TaxRate),
            ("staff", "Staff", StaffView, User),
        ),
        MailTextsView("Mail texts", "Settings", "admin_mail_texts", "mail-texts"),
        HealthView("Health", "System", "admin_health", "health"),
        *_records(
            "System",
            ("events", "Stripe events", StripeEventView, StripeEvent),
            ("mails", "Mails", MailView, Mail),
            ("comparisons", "Comparisons", ReconciliationView, Reconciliation),
            ("audit", "Audit log", AuditView, AuditEntry),
        ),
    ]


def _records(
    category: str | None, *of: tuple[str, str, type[RecordView], type[Base]]
) -> list[RecordView]:
    """Views of records, each by its address, name, class and model."""
    return [
        view(model, db.db, name, category, f"admin_{url}", url) for url, name, view, model in of
    ]
