"""The index follows the database, whatever happens to its files."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from whoosh.index import open_dir

import shop.search
from shop.catalog.models import Category, Status
from shop.db import commit, rollback, session
from shop.search import backend, commands, folder, tasks, writer
from shop.search.backend import SearchUnavailable
from shop.search.models import SearchChange
from tests.factories import make_price, make_product, make_variant


def found(text: str) -> list[int]:
    return sorted(backend.current().matches(text))


def waiting() -> list[int]:
    query = select(SearchChange.product_id).where(SearchChange.indexed_at.is_(None))
    return sorted(session.scalars(query))


def test_an_index_of_nothing_is_whole_and_finds_nothing() -> None:
    writer.rebuild()
    commit()
    whole = backend.current().version()
    assert found("lamp") == []
    assert backend.current().corrected("lamp") in {None, "lamp"}
    writer.drain()
    commit()
    assert backend.current().version() == whole  # or it would be built again every second


def test_every_kind_of_change_is_noted_once() -> None:
    category = Category(slug="lamps", name="Lamps")
    product = make_product(categories=[category])
    variant = make_variant(product=product)
    price = make_price(variant=variant)
    assert waiting() == [product.id]

    for row, name, value in (
        (product, "title", "Lamp"),
        (variant, "sku", "LAMP-1"),
        (price, "unit_amount", 100),
        (category, "name", "Lights"),
    ):
        writer.drain()
        assert waiting() == []
        setattr(row, name, value)
        commit()
        assert waiting() == [product.id]

    writer.drain()
    product.categories.remove(category)
    commit()
    assert waiting() == [product.id]


def test_a_change_that_is_rolled_back_is_not_noted() -> None:
    product = make_product()
    writer.drain()

    product.title = "Never"
    session.flush()
    rollback()

    assert waiting() == []


def test_only_published_products_are_found() -> None:
    product = make_product(title="Lamp")
    make_product(title="Lamp draft", status=Status.DRAFT)
    tasks.sweep()
    assert found("lamp") == [product.id]

    product.status = Status.ARCHIVED
    commit()
    tasks.refresh.run()
    assert found("lamp") == []

    session.delete(product)
    commit()
    tasks.refresh.run()
    assert waiting() == []


def test_a_change_is_seen_by_an_open_reader(client: FlaskClient) -> None:
    product = make_price(title="Lamp").variant.product
    tasks.sweep()
    assert "Lamp" in client.get("/search?q=lamp").text

    product.title = "Torch"
    commit()
    assert "Torch" in client.get("/products").text  # lists do not wait for the worker
    tasks.refresh.run()

    assert "Torch</mark>" in client.get("/search?q=torch").text


def test_a_product_that_changes_while_it_is_indexed_stays_noted(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    product = make_product(title="Lamp")
    tasks.sweep()
    product.summary = "first"
    commit()
    write = writer._write

    def change_meanwhile(*arguments: Any) -> bool:
        monkeypatch.setattr(writer, "_write", write)
        product.summary = "second"
        commit()
        return write(*arguments)

    monkeypatch.setattr(writer, "_write", change_meanwhile)
    tasks.sweep()

    assert found("second") == [product.id]
    assert waiting() == []


def test_changes_during_a_rebuild_are_not_lost(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = make_product(title="Lamp"), make_product(title="Desk")
    tasks.sweep()
    publish = folder.Folder.publish

    def change_and_publish(self: folder.Folder, path: Path) -> None:
        first.title = "Torch"
        commit()
        assert writer.drain() == 0  # the rebuild has the lock
        publish(self, path)

    monkeypatch.setattr(folder.Folder, "publish", change_and_publish)
    assert writer.rebuild() == 2
    assert found("torch") == []

    tasks.sweep()

    assert found("torch") == [first.id]
    assert found("desk") == [second.id]
    assert waiting() == []


def test_a_rebuild_is_swapped_in_under_an_open_reader(index_folder: Path) -> None:
    product = make_product(title="Lamp")
    tasks.sweep()
    assert found("lamp") == [product.id]

    for _ in range(3):
        before = backend.current().version()
        writer.rebuild()
        assert backend.current().version() != before
        assert found("lamp") == [product.id]

    assert len(list(index_folder.glob("index-*"))) == 2  # the one before may still be read


def test_a_second_writer_leaves_the_work_to_the_first() -> None:
    tasks.sweep()
    make_product(title="Lamp")

    with folder.current().writing() as mine:
        assert mine
        assert writer.drain() == 0
        assert writer.rebuild() is None
    assert writer.drain() == 1


def test_a_writer_without_our_lock_is_waited_for() -> None:
    product = make_product(title="Lamp")
    tasks.sweep()
    product.title = "Torch"
    commit()

    path = folder.current().current()
    with open_dir(str(path)).writer():
        assert writer.drain() == 0
    assert writer.drain() == 1


def _lose(place: Path) -> None:
    (place / "current").unlink()


def _empty_pointer(place: Path) -> None:
    (place / "current").write_bytes(b"\xff\x00")


def _truncate(place: Path) -> None:
    for file in place.glob("index-*/*"):
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def _scramble(place: Path) -> None:
    for file in place.glob("index-*/*"):
        file.write_bytes(b"\x80\x04junk" * 50)


def _delete_segments(place: Path) -> None:
    for file in place.glob("index-*/*.seg"):
        file.unlink()


# Whoosh leaves files open when it stumbles over one
stumbles = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@stumbles
@pytest.mark.parametrize("harm", [_lose, _empty_pointer, _truncate, _scramble, _delete_segments])
def test_a_harmed_index_stops_the_search_only_and_heals(
    app: Flask, client: FlaskClient, index_folder: Path, harm: Any
) -> None:
    make_price(title="Lamp")
    tasks.sweep()
    harm(index_folder)
    shop.search.start(app)  # as another process that opens it now

    page = client.get("/search?q=lamp")
    assert page.status_code == 503
    assert "Search is not available right now" in page.text
    assert client.get("/api/products?q=lamp").status_code == 503
    assert client.get("/search/suggestions?q=lamp").status_code == 200
    assert client.get("/readyz").json["index"] == "down"  # type: ignore[index]
    for path in ("/products", "/search", "/api/products"):
        assert "Lamp" in client.get(path).text

    tasks.sweep()

    assert "Lamp" in client.get("/search?q=lamp").text
    assert client.get("/readyz").json["index"] == "ok"  # type: ignore[index]


@stumbles
def test_a_segment_that_cannot_be_merged_is_healed(index_folder: Path) -> None:
    product = make_product(title="Lamp")
    tasks.sweep()
    assert found("lamp") == [product.id]
    _scramble(index_folder)

    product.title = "Torch"
    commit()
    tasks.sweep()

    assert found("torch") == [product.id]


def test_the_command_rebuilds(app: Flask, index_folder: Path) -> None:
    product = make_product(title="Lamp")

    result = app.test_cli_runner().invoke(commands.search, ["rebuild"])

    assert result.output.endswith("1 products indexed.\n")
    assert found("lamp") == [product.id]


def test_readers_in_many_threads_survive_a_busy_writer(app: Flask) -> None:
    product = make_product(title="Lamp number 0")
    expected = [product.id]
    tasks.sweep()
    stop = threading.Event()

    def read() -> int:
        times = 0
        with app.app_context():
            while not (times and stop.is_set()):
                assert found("lamp") == expected
                times += 1
        return times

    with ThreadPoolExecutor() as pool:
        readers = [pool.submit(read) for _ in range(4)]
        for number in range(1, 15):
            product.title = f"Lamp number {number}"
            commit()
            writer.drain() if number % 5 else writer.rebuild()
        stop.set()

    assert all(reader.result() for reader in readers)


def test_without_an_index_there_is_an_error_of_its_own() -> None:
    with pytest.raises(SearchUnavailable):
        found("lamp")
    assert session.scalar(select(func.count()).select_from(SearchChange)) == 0
