"""Generated product pictures."""

from xml.etree import ElementTree

import pytest

from shop.catalog.artwork import BOX, PALETTES, draw

SVG = "{http://www.w3.org/2000/svg}"
SLUGS = [f"product-{number}" for number in range(40)]


def test_the_same_slug_gives_the_same_picture() -> None:
    assert draw("atlas", "Atlas") == draw("atlas", "Atlas")


def test_another_slug_or_view_gives_another_picture() -> None:
    pictures = {draw(slug, "Same title", view) for slug in SLUGS for view in range(4)}
    assert len(pictures) == len(SLUGS) * 4


@pytest.mark.parametrize("view", range(4))
def test_small_and_well_formed(view: int) -> None:
    for slug in SLUGS:
        picture = draw(slug, "Atlas & <Tern>", view)
        root = ElementTree.fromstring(picture)
        assert root.findtext(f"{SVG}title") == "Atlas & <Tern>"
        assert 500 < len(picture) < 8000


def test_the_requested_size() -> None:
    root = ElementTree.fromstring(draw("atlas", "Atlas", size=160))
    assert (root.get("width"), root.get("viewBox")) == ("160", f"0 0 {BOX} {BOX}")


def test_only_the_cover_bears_the_name() -> None:
    texts = [
        ElementTree.fromstring(draw("atlas", "Atlas", view)).iter(f"{SVG}text") for view in (0, 1)
    ]
    assert [[text.text for text in view][:1] for view in texts] == [["Atlas"], []]


def test_no_picture_carries_a_script_style_or_link() -> None:
    picture = draw('"><script>', '</title><script>alert("x")</script>').decode()
    assert "<script" not in picture
    assert "style=" not in picture
    assert "href" not in picture


def test_no_ground_is_the_color_of_the_price_tag() -> None:
    assert "#fbca43" not in {palette.ground for palette in PALETTES}


def test_a_long_title_fits_into_the_picture() -> None:
    text = next(
        ElementTree.fromstring(draw("x", "A very long product name " * 4)).iter(f"{SVG}text")
    )
    assert len(text.text or "") * int(text.get("font-size", "0")) * 0.55 < BOX
