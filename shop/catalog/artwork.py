"""Pictures for products that have none: the same slug always gives the same picture.

Squares of a few motifs on a paper palette. View 0 is a cover with the product's name, the others
are cuts of the same pattern. No ground is marigold: the price tag hangs over the picture and must
stand out.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from random import Random

BOX = 840  # divides by 3, 4 and 6, so no seams between cells
CELLS_PER_ROW = (4, 3, 6)
TITLE_BAND = 630
MARGIN = 44
BASELINE = 776  # of the title's last line
TITLE_WIDTH = BOX - 2 * MARGIN
EM = 0.66  # of a wide face's average letter: which one will be there is not known
LONGEST_LINE = 15
LONGEST_TITLE = 40
FONTS = "Avenir Next,Segoe UI,system-ui,sans-serif"  # a picture cannot see the page's fonts


@dataclass(frozen=True)
class Palette:
    ground: str
    shapes: tuple[str, str, str]
    ink: str


PALETTES = (
    Palette("#005941", ("#fbca43", "#e7eee8", "#f78955"), "#fcfefc"),
    Palette("#f3b9a2", ("#121f2e", "#005941", "#fcfefc"), "#3a1208"),
    Palette("#d15227", ("#fcfefc", "#fbca43", "#121f2e"), "#240a03"),
    Palette("#1d5b92", ("#e7eee8", "#fbca43", "#71d790"), "#fcfefc"),
    Palette("#e7eee8", ("#005941", "#d15227", "#fbca43"), "#121f2e"),
    Palette("#121f2e", ("#fbca43", "#5fe0ae", "#f78955"), "#fcfefc"),
    Palette("#c9b8f0", ("#121f2e", "#005941", "#fcfefc"), "#2a1c55"),
    Palette("#8fd3c1", ("#121f2e", "#d15227", "#fcfefc"), "#0b3a30"),
)


@dataclass(frozen=True)
class Cell:
    x: int
    y: int
    side: int
    turn: int  # quarter turns
    color: str


def draw(slug: str, title: str, view: int = 0, size: int = BOX) -> bytes:
    """An SVG of at most 8 kB, `size` pixels square; there are as many views as you ask for."""
    base = _dice(slug)
    palette = base.choice(PALETTES)
    motifs = base.sample(MOTIFS, 3)
    parts = [
        _square(0, 0, BOX, palette.ground),
        *_pattern(_dice(slug, view), view, palette, motifs),
    ]
    if view == 0:
        parts.append(_label(title, palette))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {BOX} {BOX}" '
        f'width="{size}" height="{size}" role="img"><title>{escape(title)}</title>'
        f"{''.join(parts)}</svg>"
    ).encode()


def _dice(slug: str, view: int = 0) -> Random:
    return Random(sha256(f"{slug}:{view}".encode()).digest())  # noqa: S311  a picture, no secret


Motif = Callable[[Cell], str]


def _pattern(dice: Random, view: int, palette: Palette, motifs: Sequence[Motif]) -> list[str]:
    count = CELLS_PER_ROW[view % len(CELLS_PER_ROW)]
    side = BOX // count
    rows = TITLE_BAND // side if view == 0 else count
    empty = 0.1 if count == max(CELLS_PER_ROW) else 0.26
    parts = []
    for row in range(rows):
        for column in range(count):
            if dice.random() < empty:
                continue
            x, y = column * side, row * side
            color = dice.choice(palette.shapes)
            if dice.random() < 0.38:
                others = [shape for shape in palette.shapes if shape != color]
                parts.append(_square(x, y, side, dice.choice(others)))
            parts.append(dice.choice(motifs)(Cell(x, y, side, dice.randrange(4), color)))
    return parts


def _square(x: int, y: int, side: int, color: str) -> str:
    return (
        f'<path fill="{color}" shape-rendering="crispEdges" d="M{x} {y}h{side}v{side}h-{side}z"/>'
    )


def _turned(cell: Cell, path: str) -> str:
    """A path drawn for the cell at 0 0, turned about the cell's middle."""
    middle = cell.side / 2
    turn = f" rotate({cell.turn * 90} {middle:g} {middle:g})" if cell.turn else ""
    return f'<path fill="{cell.color}" transform="translate({cell.x} {cell.y}){turn}" d="{path}"/>'


def _quarter(cell: Cell) -> str:
    side = cell.side
    return _turned(cell, f"M0 0h{side}A{side} {side} 0 0 1 0 {side}z")


def _triangle(cell: Cell) -> str:
    return _turned(cell, f"M0 0h{cell.side}L0 {cell.side}z")


def _bars(cell: Cell) -> str:
    bar = cell.side / 8
    path = "".join(f"M0 {bar * 2 * n:g}h{cell.side}v{bar:g}H0z" for n in range(4))
    return _turned(cell, path)


def _disc(cell: Cell) -> str:
    half = cell.side / 2
    return (
        f'<circle fill="{cell.color}" '
        f'cx="{cell.x + half:g}" cy="{cell.y + half:g}" r="{cell.side * 0.36:g}"/>'
    )


def _ring(cell: Cell) -> str:
    x, y, side = cell.x, cell.y, cell.side
    return (
        f'<circle fill="none" stroke="{cell.color}" stroke-width="{side * 0.16:g}" '
        f'cx="{x + side / 2:g}" cy="{y + side / 2:g}" r="{side * 0.3:g}"/>'
    )


def _dots(cell: Cell) -> str:
    """Nine dots in one path: lines of no length with round ends."""
    step = cell.side / 3
    start = f"M{cell.x + step / 2:g} {cell.y + step / 2:g}"
    row = f"h0m{step:g} 0h0m{step:g} 0h0m{-2 * step:g} {step:g}"
    return (
        f'<path stroke="{cell.color}" stroke-width="{cell.side * 0.13:g}" '
        f'stroke-linecap="round" d="{start}{row * 3}"/>'
    )


MOTIFS: tuple[Motif, ...] = (_quarter, _triangle, _bars, _disc, _ring, _dots)


def _label(title: str, palette: Palette) -> str:
    """The name in the band below the pattern, in one or two lines."""
    lines = _lines(title if len(title) <= LONGEST_TITLE else f"{title[:LONGEST_TITLE].rstrip()}…")
    size = min(76 if len(lines) == 1 else 56, int(TITLE_WIDTH / (EM * max(map(len, lines)))))
    rows = "".join(
        f'<text x="{MARGIN}" y="{BASELINE - size * 1.04 * above:g}">{escape(line)}</text>'
        for above, line in zip(range(len(lines))[::-1], lines, strict=True)
    )
    return (
        f'<g fill="{palette.ink}" font-family="{FONTS}" font-size="{size}" font-weight="700" '
        f'letter-spacing="-1.5">{rows}</g>'
    )


def _lines(title: str) -> list[str]:
    """Long titles in two lines, as even as the words allow."""
    words = title.split()
    if len(title) <= LONGEST_LINE or len(words) == 1:
        return [title]
    halves = ((" ".join(words[:cut]), " ".join(words[cut:])) for cut in range(1, len(words)))
    return list(min(halves, key=lambda pair: max(map(len, pair))))
