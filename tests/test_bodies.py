import io

import pytest
from flask import Flask, request
from werkzeug.formparser import FormDataParser

from shop.app import Shop

CHUNK = 64 * 1024
PADDINGS = range(CHUNK - 240, CHUNK - 60)  # so that each byte near the boundary ends a chunk


def body(padding: int) -> bytes:
    parts = {"first": "x" * padding, "empty": "", "last": "end"}
    written = "".join(
        f'--edge\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'
        for name, text in parts.items()
    )
    return f"{written}--edge--\r\n".encode()


def wrong(parse: FormDataParser) -> list[int]:
    """The paddings with which the form is not read as it was sent."""
    found = []
    for padding in PADDINGS:
        data = body(padding)
        options = {"boundary": "edge"}
        form = parse.parse(io.BytesIO(data), "multipart/form-data", len(data), options)[1]
        if form.to_dict() != {"first": "x" * padding, "empty": "", "last": "end"}:
            found.append(padding)
    return found


def test_a_form_is_read_as_it_was_sent() -> None:
    assert wrong(Shop.request_class.form_data_parser_class()) == []


@pytest.mark.filterwarnings("ignore")
def test_in_chunks_it_would_not_be() -> None:
    """When this fails, Werkzeug has mended it, and `shop.bodies` can go."""
    assert wrong(FormDataParser())


def test_a_posted_form_goes_through_it(app: Flask) -> None:
    data = body(CHUNK - 100)
    kind = "multipart/form-data; boundary=edge"
    with app.test_request_context("/", method="POST", data=data, content_type=kind):
        assert request.form["last"] == "end"
