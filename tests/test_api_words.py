"""What the API says of a wrong field: a short sentence for each kind of mistake."""

from enum import StrEnum
from typing import Annotated, Any, Literal

import pytest
from flask import Flask
from pydantic import Field, field_validator

from shop import api


class Size(StrEnum):
    SMALL = "small"
    LARGE = "large"


class Line(api.Input):
    sku: str


class Sample(api.Input):
    number: Annotated[int, Field(ge=1, le=99)] = 1
    share: Annotated[int, Field(gt=0, lt=100)] = 1
    text: Annotated[str, Field(min_length=2, max_length=500, pattern="^a")] = "aa"
    few: Annotated[list[int], Field(min_length=1, max_length=2)] = [1]
    line: Line | None = None
    options: dict[str, str] = {}
    is_new: bool = False
    way: Literal["card", "debit"] = "card"
    size: Size = Size.SMALL
    coupon: str = ""
    ratio: float = 1.0

    @field_validator("coupon")
    @classmethod
    def check_coupon(cls, coupon: str) -> str:
        raise ValueError(f"The coupon {coupon} has ended.")


class Choice(api.Query):
    page: int = 1
    is_new: bool = False


@api.endpoint(tag="Sample", body=Sample)
def take(body: Sample) -> None:
    """Take what is sent."""


@api.endpoint(tag="Sample", query=Choice)
def choose(query: Choice) -> None:
    """Choose by the address."""


@pytest.mark.parametrize(
    ("body", "field", "words"),
    [
        ("{", "body", "This is not valid JSON."),
        ("[]", "body", "Give an object."),
        ('{"line": {}}', "line.sku", "This is needed."),
        ('{"line": 1}', "line", "Give an object."),
        ('{"options": 1}', "options", "Give an object."),
        ('{"nothing": 1}', "nothing", "There is no such field."),
        ('{"number": "1"}', "number", "Give a whole number."),
        ('{"number": 1.5}', "number", "Give a whole number."),
        ('{"number": 0}', "number", "Give 1 or more."),
        ('{"number": 100}', "number", "Give 99 or less."),
        ('{"share": 0}', "share", "Give more than 0."),
        ('{"share": 100}', "share", "Give less than 100."),
        ('{"text": 1}', "text", "Give a text."),
        ('{"text": "a"}', "text", "Use at least 2 characters."),
        (f'{{"text": "{"a" * 501}"}}', "text", "Use at most 500 characters."),
        ('{"text": "bb"}', "text", "This does not have the right form."),
        ('{"few": 1}', "few", "Give a list."),
        ('{"few": []}', "few", "List at least 1."),
        ('{"few": [1, 2, 3]}', "few", "List at most 2."),
        ('{"few": ["1"]}', "few.0", "Give a whole number."),
        ('{"is_new": 1}', "is_new", "Give true or false."),
        ('{"way": "cash"}', "way", "Give 'card' or 'debit'."),
        ('{"size": "medium"}', "size", "Give 'small' or 'large'."),
        ('{"coupon": "{x}"}', "coupon", "The coupon {x} has ended."),
    ],
)
def test_each_kind_of_mistake_in_a_body(app: Flask, body: str, field: str, words: str) -> None:
    assert refused(app, take, method="POST", data=body) == {field: [words]}


@pytest.mark.parametrize(
    ("query", "field", "words"),
    [
        ("page=x", "page", "Give a whole number."),
        ("page=1.5", "page", "Give a whole number."),
        ("page=" + "9" * 5000, "page", "Give a smaller number."),
        ("is_new=perhaps", "is_new", "Give true or false."),
    ],
)
def test_each_kind_of_mistake_in_an_address(app: Flask, query: str, field: str, words: str) -> None:
    assert refused(app, choose, query_string=query) == {field: [words]}


def test_a_rare_kind_keeps_pydantics_words(app: Flask) -> None:
    errors = refused(app, take, method="POST", data='{"ratio": "{}"}')
    assert errors == {"ratio": ["Input should be a valid number"]}


def refused(app: Flask, view: Any, **request: str) -> dict[str, list[str]]:
    with app.test_request_context(**request), pytest.raises(api.Rejected) as caught:
        view()
    return caught.value.errors
