"""Static files and templates: nothing inline, nothing remote, light to load, readable."""

import math
import re
from pathlib import Path

import pytest

import shop

SHOP = Path(shop.__file__).parent
STATIC = SHOP / "static"
PAGES = [path for path in SHOP.rglob("*.html") if path.parent.name != "mail"]  # of every package
SHARED = [path for path in PAGES if path.parent == SHOP / "templates"]
TEXTS = [path for path in STATIC.rglob("*") if path.suffix in {".css", ".js", ".svg"}]


def test_no_inline_style_or_script() -> None:
    """The policy is `default-src 'self'`: the browser would drop them in silence."""
    inline = re.compile(
        r"\sstyle=|<style|\son[a-z]+=[\"']|javascript:|<script(?![^>]*\ssrc=)", re.IGNORECASE
    )
    assert [path for path in PAGES if inline.search(path.read_text())] == []


@pytest.mark.parametrize("path", [*TEXTS, *SHARED], ids=lambda path: path.name)
def test_nothing_remote(path: Path) -> None:
    text = path.read_text().replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"https?://|\burl\(\"?//|data:", text)


def test_light_to_load() -> None:
    def weigh(suffix: str) -> int:
        return sum(path.stat().st_size for path in STATIC.rglob(f"*{suffix}"))

    office = (STATIC / "css" / "admin.css").stat().st_size
    assert weigh(".css") - office <= 35_000
    assert office <= 6_000
    assert weigh(".woff2") <= 60_000
    on_one_page = {"payment.js", "country.js"}
    scripts = [path for path in (STATIC / "js").glob("*.js") if path.name not in on_one_page]
    assert sum(path.stat().st_size for path in scripts) <= 10_000


def test_no_width_of_the_screen_hides_a_way_in_the_header() -> None:
    text = (STATIC / "css" / "layout.css").read_text()
    hidden = re.findall(r"([^{}]*)\{[^{}]*display: none", text)
    assert [selector for selector in hidden if re.search(r"\.(top|nav|shelves)\b", selector)] == []


def test_fonts_come_with_their_license() -> None:
    text = (STATIC / "fonts" / "OFL.txt").read_text()
    assert "SIL OPEN FONT LICENSE Version 1.1" in text
    assert all(font.name in text for font in (STATIC / "fonts").glob("*.woff2"))


def test_every_custom_property_that_is_used_is_defined() -> None:
    text = "".join(path.read_text() for path in (STATIC / "css").rglob("*.css"))
    defined = set(re.findall(r"(--[\w-]+):", text))
    assert set(re.findall(r"var\((--[\w-]+)\)", text)) <= defined


Rgb = tuple[float, float, float]
GROUNDS = ("paper", "sheet", "well")
PAIRS = [
    *(("ink", ground, 7.0) for ground in GROUNDS),
    *(
        (name, ground, 4.5)
        for name in ("ink-2", "action", "good", "warn", "bad", "info")
        for ground in GROUNDS
    ),
    *(("edge", ground, 3.0) for ground in GROUNDS),
    ("on-action", "action", 4.5),
    ("on-action", "action-2", 4.5),
    ("on-tag", "tag", 7.0),
]


def linear_rgb(lightness: float, chroma: float, hue: float) -> Rgb:
    """OKLCH to linear sRGB (Björn Ottosson's matrices), clipped to the gamut."""
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short
    return min(1, max(0, red)), min(1, max(0, green)), min(1, max(0, blue))


def luminance(color: Rgb) -> float:
    return 0.2126 * color[0] + 0.7152 * color[1] + 0.0722 * color[2]


def tokens(scheme: int) -> dict[str, Rgb]:
    """The colors of tokens.css, light (0) or dark (1)."""
    text = (STATIC / "css" / "tokens.css").read_text()
    colors = {}
    for name, value in re.findall(r"--([\w-]+): ((?:light-dark\()?oklch\([^;]+);", text):
        shades = re.findall(r"oklch\(([^)/]+)\)", value)
        lightness, chroma, hue = map(float, shades[min(scheme, len(shades) - 1)].split())
        colors[name] = linear_rgb(lightness, chroma, hue)
    return colors


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground", "least"), PAIRS)
def test_contrast(scheme: int, text: str, ground: str, least: float) -> None:
    colors = tokens(scheme)
    dark, light = sorted((luminance(colors[text]), luminance(colors[ground])))
    assert (light + 0.05) / (dark + 0.05) >= least
