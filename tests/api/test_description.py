from openapi_spec_validator import validate

from tests.api.contract import Contract


def test_the_description_is_openapi(contract: Contract) -> None:
    validate(contract.document)


def test_every_operation_says_what_it_does(contract: Contract) -> None:
    for method, path in contract.operations:
        described = contract.document["paths"][path][method]
        assert described["summary"].endswith((".", "`."))
        assert described["tags"]
