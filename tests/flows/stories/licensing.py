from typing import Any

from shop.catalog.models import Kind, Product
from shop.db import commit, session
from shop.events import OrderPaid
from shop.licenses import issuing, lifesigns
from tests.accounts.factories import PASSWORD, make_user
from tests.downloads.factories import make_paid_order
from tests.factories import make_product
from tests.flows.stage import Stage
from tests.licenses.factories import FINGERPRINT, Bought, make_license, make_policy

API = "/api/licenses"


def get_a_key(stage: Stage) -> None:
    order = make_paid_order(make_product(kind=Kind.LICENSE))
    make_policy(session.get_one(Product, order.lines[0].product_id))
    paid, page = OrderPaid(order.id), f"/api/orders/{order.token}"
    stage.curtain_up()
    with stage.recorder.acting("Worker"):
        issuing.issue(paid)
        commit()
    answer = stage.browser.get(page).json()
    assert answer["lines"][0]["license_key"]


def use_it(stage: Stage) -> None:
    bought = make_license(machine_limit=1)
    stage.curtain_up()
    assert _ask(stage, "activate", bought, version="1.0") == "VALID"
    assert _ask(stage, "validate", bought, version="1.1") == "VALID"
    assert _ask(stage, "deactivate", bought) == "DEACTIVATED"


def go_silent(stage: Stage) -> None:
    bought = make_license(machine_limit=1, heartbeat_seconds=600)
    _ask(stage, "activate", bought)
    [activation] = bought.license.activations
    activation.dies_at = activation.activated_at
    stage.curtain_up()
    with stage.recorder.acting("Sweeper"):
        lifesigns.sweep()
        commit()
    assert _ask(stage, "validate", bought) == "HEARTBEAT_DEAD"
    assert _ask(stage, "activate", bought) == "VALID"


def work_without_a_network(stage: Stage) -> None:
    bought = make_license()
    stage.curtain_up()
    sent = {"key": bought.key, "fingerprint": FINGERPRINT}
    assert stage.browser.post(f"{API}/file", json=sent).json()["file"]


def _ask(stage: Stage, what: str, bought: Bought, **more: Any) -> str:
    sent = {"key": bought.key, "fingerprint": FINGERPRINT, **more}
    return str(stage.browser.post(f"{API}/{what}", json=sent).json()["code"])


def look_after_it(stage: Stage) -> None:
    """Lost one device, and the key with it."""
    owner = make_user()
    bought = make_license(owner)
    _ask(stage, "activate", bought, name="lost-laptop")
    stage.browser.post("/sign-in", data={"email": owner.email, "password": PASSWORD})
    proof = {"X-CSRFToken": stage.browser.get("/api/csrf").json()["token"]}
    [activation] = bought.license.activations
    page = "/account/licenses"
    device = f"{page}/{bought.id}/devices/{activation.id}"
    stage.curtain_up()
    assert "lost-laptop" in stage.browser.get(page).text
    stage.browser.post(f"{device}/release", headers=proof)
    stage.browser.post(f"{page}/{bought.id}/rotation", headers=proof)
    assert bought.key not in stage.browser.get(page).text
