"""Uploaded pictures: M07 as far as it goes, since pictures by address are not offered."""

from io import BytesIO
from typing import Any

import pytest
from PIL import Image as Picture

from shop.catalog import pictures
from shop.catalog.models import Image, Product
from shop.db import session
from tests.admin.catalog.forms import filled
from tests.browser import Browser
from tests.catalog.builders import media_folder
from tests.factories import make_price


def photo(form: str = "JPEG", size: tuple[int, int] = (60, 40), **given: Any) -> BytesIO:
    file = BytesIO()
    Picture.new("RGB", size, (200, 30, 30)).save(file, form, **given)
    return BytesIO(file.getvalue())


def upload(desk: Browser, product: Product, *files: tuple[BytesIO, str], **fields: str) -> Any:
    url = f"/admin/products/{product.id}/edit"
    form = dict(filled(desk.get(url).text)) | fields | {"uploads": list(files)}
    return desk.post(url, data=form, content_type="multipart/form-data")


def images(product: Product) -> list[Image]:
    session.expire_all()
    return product.images


@pytest.fixture
def product(desk: Browser) -> Product:
    return make_price().variant.product


def test_a_photograph_is_written_anew(desk: Browser, product: Product) -> None:
    exif = Picture.Exif()
    exif[0x0112] = 6  # lies on its side
    exif[0x010F] = "SECRET-CAMERA"
    file = photo(size=(3000, 1500), exif=exif.tobytes())
    assert b"SECRET-CAMERA" in file.getvalue()
    assert upload(desk, product, (file, "a.jpg"), (photo("PNG"), "b.svg")).status_code == 303

    first, second = images(product)
    assert (first.width, first.height) == (800, 1600)
    assert (first.position, second.position) == (1, 2)
    kept = (media_folder() / first.path).read_bytes()
    assert b"SECRET-CAMERA" not in kept
    assert kept[8:12] == b"WEBP"
    shown = desk.get(f"/media/{first.path}")
    assert shown.mimetype == "image/webp"
    shown.close()
    assert first.path in desk.get(f"/products/{product.slug}").text


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "is no JPEG"),
        (b"\xff\xd8\xff\xe0 and so on", "is no JPEG"),
        (b"", "is no JPEG"),
        (photo("PNG", (9000, 9000)).getvalue(), "has more than 40 million pixels"),
        (photo("PNG").getvalue()[:-30], "is no JPEG"),
        (photo("TIFF").getvalue(), "is no JPEG"),
    ],
)
def test_m07_what_is_no_photograph_is_refused(
    desk: Browser, product: Product, content: bytes, complaint: str
) -> None:
    answer = upload(desk, product, (BytesIO(content), "x.jpg"), title="Typed")
    assert answer.status_code == 422
    assert complaint in answer.text
    assert 'id="uploads-error"' in answer.text
    assert filled(answer.text)["title"] == ["Typed"]
    assert images(product) == []


def test_m07_a_large_file_is_refused_before_it_is_decoded(product: Product) -> None:
    file = BytesIO(photo().getvalue() + b"x" * pictures.MOST_BYTES)
    with pytest.raises(pictures.BadPicture, match="is larger than 5 MB"):
        pictures.take(file, "x.jpg", media_folder())


def test_pictures_are_described_ordered_and_removed(desk: Browser, product: Product) -> None:
    upload(desk, product, (photo(), "a.jpg"), (photo(), "b.jpg"), (photo(), "c.jpg"))
    a, b, c = images(product)
    removed = b.id
    upload(
        desk, product,
        **{"pictures-0-position": "9", "pictures-1-remove": "y", "pictures-2-alt": "From behind"},
    )  # fmt: skip
    assert images(product) == [c, a]
    assert c.alt == "From behind"
    assert session.get(Image, removed) is None


def test_a_name_is_shown_as_text(desk: Browser, product: Product) -> None:
    answer = upload(desk, product, (BytesIO(b"x"), "<script>alert(1)</script>.jpg"))
    assert "<script>alert" not in answer.text
