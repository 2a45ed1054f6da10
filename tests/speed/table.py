"""The table: floor, ours, the plain way, and their ratios; and exponents of growth."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from tabulate import tabulate

HEADERS = ("case", "floor", "ours", "of floor", "plain", "faster", "memory", "plain", "note")
ALIGN = ("left", *["right"] * 7, "left")


@dataclass(frozen=True)
class Row:
    """A measured case.

    Attributes:
        name: of the case.
        over: what its size counts; None for a case that is not part of a series.
        size: of the case.
        flop: floor in floating-point operations.
        bytes: floor in bytes moved.
        ours: seconds and bytes of our way.
        plain: the same of the plain way; None without one.
        steps: of a whole training; None for what is no training step.
        note: a remark.
    """

    name: str
    over: str | None
    size: float | None
    flop: float
    bytes: float
    ours: tuple[float, float]
    plain: tuple[float, float] | None
    note: str
    steps: float | None = None

    @classmethod
    def of(cls, row: dict[str, Any]) -> "Row":
        """The row of one entry of results/speed/*.json."""

        def way(name: str) -> tuple[float, float] | None:
            return (row[name]["seconds"], row[name]["memory"]) if name in row else None

        ours = way("ours")
        assert ours is not None
        return cls(
            row["name"], row["over"], row["size"], row["flop"], row["bytes"],
            ours, way("plain"), row["note"], row.get("steps"),
        )  # fmt: skip


def make_table(groups: dict[str, list[Row]]) -> str:
    """Markdown: a section per group, then the growth.

    Args:
        groups: rows by group; the rates for the floors are those of the group "calibration".
    """
    rates = {row.name: row for row in groups.get("calibration", ())}
    flops = rates["matrix product"].flop / rates["matrix product"].ours[0] if rates else math.nan
    speed = rates["copy"].bytes / rates["copy"].ours[0] if rates else math.nan
    parts = [
        "# Speed",
        "Written by `make bench`. Times are medians of one run on one machine; memory is what the "
        "first run adds to the peak of the set-up. The floor is the larger of its operations at "
        f"the speed of a matrix product ({flops / 1e9:.0f} GFLOP/s) and its bytes at the speed of "
        f"a copy ({speed / 1e9:.1f} GB/s).",
    ]
    for group, rows in groups.items():
        cells = [_cells(row, flops, speed) for row in rows]
        parts += [f"## {group}", _markdown(cells, HEADERS, ALIGN)]
    growth = [cells for rows in groups.values() for cells in _growth(rows)]
    if growth:
        headers = ("case", "over", "from", "to", "exponent")
        parts += ["## Growth", _markdown(growth, headers, ("left", "left", *["right"] * 3))]
    return "\n\n".join(parts) + "\n"


def exponent(sizes: list[float], seconds: list[float]) -> float:
    """The slope of log time over log size, least squares."""
    slope, _ = np.polyfit(np.log(sizes), np.log(seconds), 1)
    return float(slope)


def _cells(row: Row, flops: float, speed: float) -> list[str]:
    floor = max(row.flop / flops, row.bytes / speed)
    seconds, memory = row.ours
    name = row.name if row.size is None else f"{row.name}, {row.size:,.0f} {row.over}"
    known = floor > 0 and math.isfinite(floor)
    plain = row.plain
    return [
        name,
        _time(floor) if known else "",
        _time(seconds),
        f"{seconds / floor:.1f}×" if known else "",
        _time(plain[0]) if plain else "",
        f"{plain[0] / seconds:.2f}×" if plain else "",
        _memory(memory),
        _memory(plain[1]) if plain else "",
        row.note if row.steps is None else f"{row.steps * seconds / 3600:,.1f} h in all",
    ]


def _growth(rows: list[Row]) -> list[list[str]]:
    series: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        if row.over is not None:
            series.setdefault((row.name, row.over), []).append(row)
    lines = []
    for (name, over), members in series.items():
        sizes = [row.size for row in members if row.size is not None]
        if len(sizes) > 1:
            slope = exponent(sizes, [row.ours[0] for row in members])
            lines.append([name, over, f"{min(sizes):,.0f}", f"{max(sizes):,.0f}", f"{slope:.2f}"])
    return lines


def _markdown(rows: list[list[str]], headers: tuple[str, ...], alignment: tuple[str, ...]) -> str:
    return tabulate(rows, headers, tablefmt="github", colalign=alignment, disable_numparse=True)


def _time(seconds: float) -> str:
    for unit, name in ((1, "s"), (1e-3, "ms"), (1e-6, "µs")):
        if seconds >= unit:
            return f"{seconds / unit:.3g} {name}"
    return f"{seconds / 1e-9:.3g} ns"


def _memory(size: float) -> str:
    return f"{size / 1e6:,.0f} MB"
