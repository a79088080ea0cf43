"""M06: what customers and staff typed is shown, and never run."""

from shop.accounts.models import Role, User
from shop.billing.invoices.models import Invoice
from shop.db import commit, session
from shop.licenses.models import Activation
from shop.mail.models import Mail
from shop.orders import timeline
from shop.orders.models import Order
from tests.admin.conftest import Open
from tests.admin.support.cast import make_customer, make_guest

SCRIPTS = (
    "<script>window.__xss=1</script>",
    '"><img src=x onerror=window.__xss=1>',
    "'-window.__xss=1-'<svg/onload=window.__xss=1>",
    "{{ 7*7 }}</title></textarea><script>window.__xss=1</script>",
)


def test_m06_nothing_that_was_stored_becomes_markup(open_as: Open) -> None:
    browser = open_as(Role.ADMIN)
    mara, guest = make_customer(), make_guest()
    for script in SCRIPTS:
        session.get_one(User, mara.user_id).name = script
        session.query(Activation).update({"name": script})
        session.query(Mail).update({"subject": script})
        for one in (mara, guest):
            order = session.get_one(Order, one.bought.order_id)
            order.name, order.attention = script, script
            order.billing_address = {"line1": script, "country": "DE"}
            timeline.note(order, "paid", script)
            session.get_one(Invoice, one.invoice_id).customer_company = script
        commit()
        note = {"reason": script}
        browser.post(f"/admin/support/acts/note/{mara.user_id}", data=note)
        pages = [browser.post(f"{one.url}/details") for one in (mara, guest)]
        pages += [browser.get(one.url) for one in (mara, guest)]
        pages += [
            browser.get("/admin/support/", query_string={"q": query}) for query in ("4242", script)
        ]
        pages += [browser.get(f"/admin/{name}/") for name in ("customers", "invoices")]
        pages += [browser.get(f"/admin/invoices/{mara.invoice_id}")]
        pages += [browser.get(f"/admin/support/acts/seat/{mara.activation_id}")]
        for page in pages:
            assert page.status_code == 200
            for mark in ("<script>window", "<img src=x", "<svg/onload", "</textarea><script"):
                assert mark not in page.text, (page.request.path, mark)
        assert "&lt;" in pages[2].text
