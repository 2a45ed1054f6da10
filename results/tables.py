"""The tables of this folder's README, from the records in `measured/`.

    python results/tables.py

They differ from those of `isp-bench table` in their choice of rows and columns only.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from tabulate import tabulate

from benchmark.records.record import Record, read_records
from benchmark.reports.table import columns_of, row_of

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
        ("table5-phones", ("adaptation",), ISPS),
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
    for data, metrics in (
        ("simulated", RAW_METRICS),
        ("simulated-multi", (*RAW_METRICS, "chart_mae")),
    ):
        records = read_records(MEASURED / "mappers" / data)
        yield f"mappers, {data}", _markdown(records, MAPPER_ROWS, metrics, [("none",)])


def _name(record: Record) -> str:
    return record.protocol if record.reference else record.label


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
        own = [r for r in records if _name(r) == row]
        lines.append([row, own[0].supervision or "–", *(
            row_of((row,), own, [column], isps).entries[0].text
            for column in columns
            for isps in groups
        )])  # fmt: skip
    return tabulate(
        lines, ["", "learns from", *heads], tablefmt="pipe", disable_numparse=True,
        colalign=("left", "left", *["right"] * len(heads)),
    )  # fmt: skip


if __name__ == "__main__":
    main()
