"""Charts as data: `charts.html.j2` draws them, positions being percentages of the plot."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

TICKS = 5  # about so many on an axis
NAME_WIDTH, NAME_HEIGHT = 25.0, 5.5  # of the name of a mark, percent of a large plot
FEW_DECADES = 2  # of a logarithmic axis, below which 2 and 5 get a tick too


@dataclass(frozen=True)
class Tick:
    """A labelled place on an axis, in percent of its length."""

    at: float
    text: str


@dataclass(frozen=True)
class Axis:
    """From values to places.

    Attributes:
        title: what it shows, with its unit.
        low: value at its beginning; positive where `log` is true.
        high: value at its end, above `low`.
        log: whether it is logarithmic.
        reverse: whether it runs from `high` to `low`.
    """

    title: str
    low: float
    high: float
    log: bool = False
    reverse: bool = False

    def at(self, value: float) -> float:
        """Where a value is, in percent; values outside the range are at its ends.

        >>> Axis("s", 1, 100, log=True).at(10), Axis("dB", 0, 4, reverse=True).at(1)
        (50.0, 75.0)
        """
        low, high = self.low, self.high
        if self.log:
            low, high, value = math.log(low), math.log(high), math.log(max(value, 1e-300))
        place = min(100.0, max(0.0, 100 * (value - low) / (high - low)))
        return round(100 - place if self.reverse else place, 2)

    @property
    def ticks(self) -> list[Tick]:
        """Round values in the range."""
        values = _log_ticks(self.low, self.high) if self.log else _ticks(self.low, self.high)
        return [Tick(self.at(value), f"{value:,.6g}") for value in values]


@dataclass(frozen=True)
class Line:
    """A line through a plot.

    Attributes:
        name: in the legend; the same for several lines that are one entry there.
        points: corners as SVG takes them, percentages from the top left corner.
        colour: number of its colour.
        dashed: whether it is dashed.
    """

    name: str
    points: str
    colour: int = 0
    dashed: bool = False


@dataclass(frozen=True)
class Mark:
    """A point with its name, percentages from the top left corner.

    Attributes:
        x, y: of the point.
        name: written next to it.
        about: the same with its numbers.
        name_y: where the name is.
    """

    x: float
    y: float
    name: str
    about: str
    name_y: float


@dataclass(frozen=True)
class Chart:
    """A plot with axes.

    Attributes:
        title: what it shows.
        about: the same in a sentence with numbers, for those who cannot see it.
        x: the horizontal axis.
        y: the vertical axis.
        lines: drawn first.
        marks: drawn above them.
    """

    title: str
    about: str
    x: Axis
    y: Axis
    lines: Sequence[Line] = ()
    marks: Sequence[Mark] = ()

    @property
    def legend(self) -> list[Line]:
        """One line of each name; none where there is one name only."""
        named = {line.name: line for line in self.lines}
        return list(named.values()) if len(named) > 1 else []


def spanning(
    title: str, values: Iterable[float], *, log: bool = False, reverse: bool = False
) -> Axis:
    """An axis with room for all finite values, and a margin at both ends."""
    finite = [v for v in values if math.isfinite(v) and (v > 0 or not log)] or [1.0]
    low, high = min(finite), max(finite)
    if log:
        margin = max((high / low) ** 0.06, 1.2)
        return Axis(title, low / margin, high * margin, True, reverse)
    margin = 0.06 * (high - low) or abs(high) / 10 or 1.0
    return Axis(title, low - margin, high + margin, False, reverse)


def marks(points: Iterable[tuple[float, float, str, str]]) -> list[Mark]:
    """Points (x, y, name, about), their names moved down where they would cover each other."""
    placed: list[Mark] = []
    for x, y, name, about in sorted(points, key=lambda point: point[1]):
        near = [m.name_y for m in placed if abs(m.x - x) < NAME_WIDTH]
        placed.append(Mark(x, y, name, about, max([y, *(other + NAME_HEIGHT for other in near)])))
    return placed


def polyline(x: Axis, y: Axis, points: Iterable[tuple[float, float]]) -> str:
    """Values as the corners of a line."""
    return " ".join(f"{x.at(a):g},{100 - y.at(b):g}" for a, b in points)


def _ticks(low: float, high: float) -> list[float]:
    """Multiples of 1, 2 or 5 times a power of ten."""
    rough = (high - low) / TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    step = power * next(m for m in (1, 2, 5, 10) if m * power >= rough)
    first, last = math.ceil(low / step), math.floor(high / step)
    return [round(i * step, 12) for i in range(first, last + 1)]


def _log_ticks(low: float, high: float) -> list[float]:
    """Powers of ten, with their multiples by 2 and 5 where these are few."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    multiples = (1, 2, 5) if math.log10(high / low) < FEW_DECADES else (1,)
    values = [m * 10.0**e for e in range(first, last + 1) for m in multiples]
    inside = [value for value in values if low <= value <= high]
    return inside if len(inside) > 1 else _ticks(low, high)
