"""The back office: one Flask-Admin with our theme, our views and our gate."""

from flask import Blueprint, Flask
from flask_admin import Admin, BaseView
from flask_admin.theme import Theme

from shop import db
from shop.accounts.models import AuditEntry
from shop.admin import gate, saved
from shop.admin.audit import AuditView
from shop.admin.dashboard import Dashboard
from shop.admin.orders.records import OrderView
from shop.admin.settings.delivery import DeliveryView
from shop.admin.settings.tax import TaxView
from shop.checkout.models import DeliveryMethod, TaxRate
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
    app.before_request(gate.check)


def views() -> list[BaseView]:
    """In the order of the menu."""
    return [
        OrderView(Order, db.db, name="Orders", endpoint="admin_orders", url="orders"),
        DeliveryView(
            DeliveryMethod,
            db.db,
            name="Delivery",
            category="Settings",
            endpoint="admin_delivery",
            url="delivery",
        ),
        TaxView(TaxRate, db.db, name="Tax", category="Settings", endpoint="admin_tax", url="tax"),
        AuditView(
            AuditEntry,
            db.db,
            name="Audit log",
            category="System",
            endpoint="admin_audit",
            url="audit",
        ),
    ]
