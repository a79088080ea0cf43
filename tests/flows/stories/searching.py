from shop.catalog import importer
from shop.db import commit
from tests.factories import make_price
from tests.flows.stage import Stage

FILE = b"Handle,Title,Status,Variant Price\nrockpool-atlas,Rockpool Atlas,active,19.00\n"


def search_by_api(stage: Stage) -> None:
    _fill_shelf(stage)
    offered = stage.browser.get("/api/search/suggestions?q=tidep").json()
    assert [item["title"] for item in offered["items"]] == ["Tidepool Atlas"]
    found = stage.browser.get("/api/products?q=tidepool").json()
    assert [item["title"] for item in found["items"]] == ["Tidepool Atlas"]


def search_on_page(stage: Stage) -> None:
    _fill_shelf(stage)
    assert "/products/tidepool-atlas" in stage.browser.get("/search?q=tidepool").text


def import_a_product(stage: Stage) -> None:
    _fill_shelf(stage)
    with stage.recorder.acting("Staff"):
        importer.import_file(FILE, stage.settings)
        commit()
    stage.work()
    stage.curtain_down()
    assert stage.browser.get("/api/products?q=rockpool").json()["total"] == 1


def _fill_shelf(stage: Stage) -> None:
    make_price(title="Tidepool Atlas", slug="tidepool-atlas")
    make_price(title="Slate Journal")
    stage.curtain_up()
