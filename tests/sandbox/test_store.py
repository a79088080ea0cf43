import pytest

from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.settings import Settings
from stripe_sandbox.store import NonConforming, Store


@pytest.fixture
def box() -> Sandbox:
    return Sandbox(Settings(), Store())


def test_a_change_is_kept_without_saving(box: Sandbox) -> None:
    with box.store.transaction():
        customer = box.new("customer", id="cus_1")
        customer["name"] = "Ada"
    with box.store.transaction():
        assert box.store.require("customer", "cus_1")["name"] == "Ada"


def test_an_object_of_the_wrong_shape_is_never_kept(box: Sandbox) -> None:
    with pytest.raises(NonConforming, match="nickname"), box.store.transaction():
        box.new("customer", id="cus_1", nickname="Ada")
    with box.store.transaction():
        assert box.store.get("cus_1") is None


def test_a_failure_undoes_the_whole_request(box: Sandbox) -> None:
    with box.store.transaction():
        box.new("customer", id="cus_1", name="Ada")
    with pytest.raises(ZeroDivisionError):
        change_and_fail(box)
    with box.store.transaction():
        assert box.store.require("customer", "cus_1")["name"] == "Ada"
        assert box.store.get("cus_2") is None


def change_and_fail(box: Sandbox) -> None:
    with box.store.transaction():
        box.store.require("customer", "cus_1")["name"] = "Eva"
        box.new("customer", id="cus_2")
        raise ZeroDivisionError


def test_what_is_private_is_kept_apart(box: Sandbox) -> None:
    with box.store.transaction():
        box.new("customer", private={"number": "4242"}, id="cus_1")
    with box.store.transaction():
        assert box.store.private("cus_1") == {"number": "4242"}
        assert "number" not in box.store.require("customer", "cus_1")
