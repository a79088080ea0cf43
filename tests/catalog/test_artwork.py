"""Generated product pictures."""

from xml.etree import ElementTree

import pytest

from shop.catalog.artwork import BOX, PALETTES, TITLE_BAND, draw

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
    assert [[text.text for text in view] for view in texts] == [["Atlas"], []]


def test_no_picture_carries_a_script_style_or_link() -> None:
    picture = draw('"><script>', '</title><script>alert("x")</script>').decode()
    assert "<script" not in picture
    assert "style=" not in picture
    assert "href" not in picture


def test_no_ground_is_the_color_of_the_price_tag() -> None:
    assert "#fbca43" not in {palette.ground for palette in PALETTES}


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        ("Atlas", ["Atlas"]),
        ("Short Espresso Cups, pair", ["Short Espresso", "Cups, pair"]),
        ("Unbreakabletitleofasingleword", ["Unbreakabletitleofasingleword"]),
        ("A very long product name " * 4, ["A very long product", "name A very long pro…"]),
    ],
)
def test_a_title_fits_into_the_picture_in_a_wide_font(title: str, lines: list[str]) -> None:
    root = ElementTree.fromstring(draw("x", title))
    name = next(group for group in root.iter(f"{SVG}g") if "font-size" in group.attrib)
    size = int(name.get("font-size", "0"))
    rows = name.findall(f"{SVG}text")
    assert [row.text for row in rows] == lines
    assert all(44 + len(line) * size * 0.66 <= BOX - 44 for line in lines)
    assert float(rows[0].get("y", "0")) - size > TITLE_BAND
    assert size >= 34
