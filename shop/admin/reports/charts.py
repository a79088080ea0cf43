"""Where the lines and bars of a chart go. The macros of `admin/_charts.html` draw them as SVG."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil, floor, log10

WIDTH, HEIGHT = 640, 220
LEFT, TOP, BOTTOM = 64, 12, 24
TICKS, MARKS = 4, 6
SPARK_WIDTH, SPARK_HEIGHT = 120, 32
STEPS = (1, 2, 2.5, 5, 10)


@dataclass(frozen=True)
class Series:
    """Values by day, and those of the period before under them."""

    title: str
    days: Sequence[date]
    values: Sequence[int]
    before: Sequence[int] = ()


@dataclass(frozen=True)
class Dot:
    x: float
    y: float
    words: str


@dataclass(frozen=True)
class Line:
    title: str
    words: str
    """What it shows, for who cannot see it."""
    line: str
    area: str
    before: str
    ticks: Sequence[tuple[float, str]]
    marks: Sequence[tuple[float, str, str]]
    """Place, anchor and text of the days below."""
    dots: Sequence[Dot]


def line(series: Series, show: Callable[[int], str]) -> Line:
    """A curve over the days; `show` writes a value."""
    low, high, step = _scale([*series.values, *series.before, 0])
    count = len(series.values)

    def place(n: int, value: float) -> tuple[float, float]:
        x = LEFT + (WIDTH - LEFT - 8) * (n / (count - 1) if count > 1 else 0.5)
        y = TOP + (HEIGHT - TOP - BOTTOM) * (high - value) / (high - low)
        return round(x, 1), round(y, 1)

    points = [place(n, value) for n, value in enumerate(series.values)]
    ground = place(0, 0)[1]
    area = [(points[0][0], ground), *points, (points[-1][0], ground)] if points else []
    ticks = range(round((high - low) / step) + 1)
    return Line(
        title=series.title,
        words=_words(series, show),
        line=_joined(points),
        area=_joined(area),
        before=_joined([place(n, value) for n, value in enumerate(series.before[:count])]),
        ticks=[(place(0, low + n * step)[1], show(round(low + n * step))) for n in ticks],
        marks=_marks(series.days, [x for x, _y in points]),
        dots=[
            Dot(x, y, f"{day:%-d %b %Y}: {show(value)}")
            for (x, y), day, value in zip(points, series.days, series.values, strict=True)
        ],
    )


def spark(values: Sequence[int]) -> str:
    """The points of a small curve without words."""
    low, high = min([*values, 0]), max([*values, 0])
    wide, tall = (high - low) or 1, SPARK_HEIGHT - 4
    steps = max(len(values) - 1, 1)
    return _joined(
        (round(n * SPARK_WIDTH / steps, 1), round(2 + tall * (high - value) / wide, 1))
        for n, value in enumerate(values)
    )


@dataclass(frozen=True)
class Bar:
    label: str
    value: str
    width: float
    """Of a hundred."""


def bars(rows: Sequence[tuple[str, int]], show: Callable[[int], str]) -> list[Bar]:
    """Lying bars, as long as their values; what is below nothing has none."""
    most = max((value for _label, value in rows), default=0) or 1
    return [Bar(label, show(value), round(max(value, 0) * 100 / most, 1)) for label, value in rows]


def _scale(values: Sequence[int]) -> tuple[float, float, float]:
    """Lowest and highest line of the grid, and how far they are apart: round numbers."""
    low, high = min(values), max(values)
    rough = max((high - low) / TICKS, 1)
    power = 10 ** floor(log10(rough))
    step = next(power * one for one in STEPS if power * one >= rough)
    step = max(step, 1)
    return floor(low / step) * step, max(ceil(high / step), 1) * step, step


def _joined(points: object) -> str:
    return " ".join(f"{x:g},{y:g}" for x, y in points)  # type: ignore[attr-defined]


def _marks(days: Sequence[date], places: Sequence[float]) -> list[tuple[float, str, str]]:
    every = max(ceil(len(days) / MARKS), 1)
    chosen = range(0, len(days), every)
    return [
        (places[n], "start" if n == 0 and len(days) > 1 else "middle", f"{days[n]:%-d %b}")
        for n in chosen
    ]


def _words(series: Series, show: Callable[[int], str]) -> str:
    if not series.values:
        return "No days."
    most = max(range(len(series.values)), key=lambda n: series.values[n])
    first, last = series.days[0], series.days[-1]
    words = f"{len(series.values)} days, from {first:%-d %b %Y} to {last:%-d %b %Y}."
    words += f" Highest on {series.days[most]:%-d %b}: {show(series.values[most])}."
    if series.before:
        words += " The dashed line is the period before."
    return words
