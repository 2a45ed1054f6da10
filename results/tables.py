"""The tables of this folder's README and of docs/defaults.md, from the records in `measured/`.

    python results/tables.py

Most differ from those of `isp-bench table` in their choice of rows and columns only.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tabulate import tabulate

from benchmark.data.simulated.sensitivities import PAIRS
from benchmark.records.record import Record, read_records
from benchmark.reports.published_numbers import published
from benchmark.reports.table import Column, Entry, columns_of, row_of

MEASURED = Path(__file__).parent / "measured"
ISPS = ("pynet", "pynet-v2", "microisp", "syenet")
ISP_ROWS = (
    "floor", "global-poly", "global3x3", "cstpp", "chai", "cyclegan", "afifi", "uvcgan", "ceiling",
)  # fmt: skip
ISP_METRICS = ("kl", "fd_random_vgg", "psnr", "ciede2000")
MAPPER_ROWS = (
    "unmapped", "fda", "global-gain", "global3x3", "global-poly", "cut", "uvcgan", "rawformer",
    "swin-unit", "cyclegan", "afifi", "cmkan", "chai", "uvcgan-cstpp", "cstpp", "oracle-gain",
    "oracle-least-squares",
)  # fmt: skip
RAW_METRICS = ("psnr", "ssim", "mae", "angular")


def main() -> None:
    """Prints every table, each under its title."""
    for title, table in tables():
        print(f"{title}\n\n{table}\n")


def tables() -> Iterator[tuple[str, str]]:
    """Title and Markdown of each table."""
    for run, protocols, isps in (
        ("table5", ("adaptation", "augmentation"), ISPS),
        ("table5-phones", ("adaptation", "augmentation"), ISPS),
        ("demo", ("adaptation",), ("pynet",)),
    ):
        records = read_records(MEASURED / run)
        for protocol in protocols:
            own = [r for r in records if r.reference or r.protocol == protocol]
            rows = [row for row in ISP_ROWS if any(_name(r) == row for r in own)]
            yield f"{run}, {protocol}", _markdown(own, rows, ISP_METRICS, [isps])
            if run == "table5":
                each = [(isp,) for isp in isps]
                yield f"{run}, {protocol}, KL of each ISP", _markdown(own, rows, ("kl",), each)
    for data, metrics, of_paper in (
        ("simulated", RAW_METRICS, "raw2raw"),
        ("simulated-multi", (*RAW_METRICS, "chart_mae"), "lsmi"),
    ):
        records = read_records(MEASURED / "mappers" / data)
        yield f"mappers, {data}", _markdown(records, MAPPER_ROWS, metrics, [("none",)])
        yield f"mappers, {data}, beside the paper", _beside_the_paper(records, of_paper)
    records = read_records(MEASURED / "table4")
    yield "table4, beside the paper", _beside_the_paper(records, "raw2raw")
    yield "pairs", _pairs()


def _name(record: Record) -> str:
    return record.protocol if record.reference else record.label


def _entry(
    records: Sequence[Record], row: str, column: Column, isps: tuple[str, ...] = ("none",)
) -> Entry:
    own = [r for r in records if _name(r) == row]
    return row_of((row,), own, [column], isps).entries[0]


def _markdown(
    records: Sequence[Record],
    rows: Sequence[str],
    metrics: Sequence[str],
    groups: Sequence[tuple[str, ...]],
) -> str:
    """A column per direction, metric and group of ISPs, of whose scores it shows the mean."""
    columns = columns_of(records, metrics)
    several = len(groups) > 1
    heads = [
        f"{column.short} {' '.join(isps) if several else column.title}"
        for column in columns
        for isps in groups
    ]
    lines = []
    for row in rows:
        learns = next(r.supervision for r in records if _name(r) == row)
        lines.append([row, learns or "–", *(
            _entry(records, row, column, isps).text for column in columns for isps in groups
        )])  # fmt: skip
    return _pipe(lines, ["", "learns from", *heads], texts=2)


def _beside_the_paper(records: Sequence[Record], data: str) -> str:
    """Each row of the paper's tables on `data` that was measured: ours beside its numbers.

    Args:
        records: of a run.
        data: name of the paper's data set.
    """
    measured = {r.label for r in records}
    of_paper = {
        row.mapper: (table, row)
        for table in published()
        if table.by == "paper" and table.data == data
        for row in table.rows
        if row.mapper in measured
    }
    metrics = ("psnr",) if data == "raw2raw" else ("chart_mae", "kl")
    columns = columns_of(records, metrics)
    heads = [head for c in columns for head in (f"{c.short} {c.title}", "paper")]
    lines = []
    for mapper, (table, row) in of_paper.items():
        line = [mapper]
        for c in columns:
            theirs = table.number(row, c.direction, c.metric)
            line += [_entry(records, mapper, c).text, theirs or "–"]
        lines.append(line)
    return _pipe(lines, ["", *heads], texts=1)


def _pairs() -> str:
    """A row per pair of cameras: what docs/defaults.md asks of one, from A to B and from B to A."""
    titles = ("room", "calibration below the oracle", "KL A→B", "KL B→A", "ΔE00 A→B", "ΔE00 B→A")
    lines = []
    for pair in PAIRS:
        records = read_records(MEASURED / "pairs" / f"simulated-{pair}")
        unmapped, calibration, oracle = (
            _values(records, row, "psnr", ("none",))
            for row in ("unmapped", "global-poly", "oracle-least-squares")
        )
        room, below = oracle - unmapped, oracle - calibration
        floor, ceiling = (
            np.concatenate([_values(records, row, metric, ISPS) for metric in ("kl", "ciede2000")])
            for row in ("floor", "ceiling")
        )
        fits = room.min() >= 8 and below.max() <= 3 and (floor / ceiling).min() >= 1.5
        lines.append([
            f"`{pair}`",
            *(f"{there:.1f}, {back:.1f}" for there, back in (room, below)),
            *(f"{low:.2f} / {high:.2f}" for low, high in zip(floor, ceiling, strict=True)),
            "yes" if fits else "no",
        ])  # fmt: skip
    return _pipe(lines, ["pair", *titles, "meets all"], texts=1)


def _values(
    records: Sequence[Record], row: str, metric: str, isps: tuple[str, ...]
) -> NDArray[np.float64]:
    """The mean over ISPs, from A to B and from B to A."""
    scores = [_entry(records, row, c, isps).score for c in columns_of(records, [metric], "a2b")]
    return np.array([score.value if score else np.nan for score in scores])


def _pipe(lines: Sequence[Sequence[str]], heads: Sequence[str], texts: int) -> str:
    """The first `texts` columns are words, the others numbers."""
    return tabulate(
        lines, heads, tablefmt="pipe", disable_numparse=True,
        colalign=("left",) * texts + ("right",) * (len(heads) - texts),
    )  # fmt: skip


if __name__ == "__main__":
    main()
