"""The tables of this folder's README, from the records in `measured/`.

python results/tables.py
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmark.cameras import Direction
from benchmark.records.record import Record, read_records

MEASURED = Path(__file__).parent / "measured"
ISPS = ("pynet", "pynet-v2", "microisp", "syenet")
ISP_ROWS = (
    "floor", "global-poly", "global3x3", "cstpp", "chai", "cyclegan", "afifi", "uvcgan", "ceiling",
)  # fmt: skip
ISP_METRICS = {"kl": ("KL", 2), "fd_random_vgg": ("FD", 1), "psnr": ("PSNR", 1),
               "ciede2000": ("ΔE00", 1)}  # fmt: skip
ANCHORED = ("global-gain", "global3x3", "global-poly", "afifi")
MAPPER_ROWS = (
    "fda", "global-gain", "global3x3", "global-poly", "cut", "uvcgan", "rawformer", "swin-unit",
    "cyclegan", "afifi", "cmkan", "chai", "uvcgan-cstpp", "cstpp",
)  # fmt: skip
REFERENCES = {"unmapped": "(identity)", "oracle-gain": "(oracle: gains)",
              "oracle-least-squares": "(oracle: least squares)"}  # fmt: skip
RAW_METRICS = {"psnr": ("PSNR", 2), "ssim": ("SSIM", 3), "mae": ("MAE", 3),
               "angular": ("angle (°)", 1), "chart_mae": ("chart MAE", 3)}  # fmt: skip
DIRECTIONS: dict[Direction, str] = {"b2a": "B→A", "a2b": "A→B"}


def main() -> None:
    """Prints every table, each under its title."""
    for title, table in tables():
        print(f"{title}\n\n{table}\n")


def tables() -> Iterator[tuple[str, str]]:
    """Title and Markdown of each table."""
    for run, protocol, isps in (
        ("table5", "adaptation", ISPS),
        ("table5", "augmentation", ISPS),
        ("table5-phones", "adaptation", ISPS),
        ("demo", "adaptation", ("pynet",)),
    ):
        cells = _of_protocol(read_records(MEASURED / run), protocol)
        yield f"{run}, {protocol}", _isp_table(cells, isps)
        if run == "table5":
            yield f"{run}, {protocol}, KL of each ISP", _kl_of_each_isp(cells)
    for data in ("simulated", "simulated-multi"):
        yield f"mappers, {data}", _mapper_table(read_records(MEASURED / "mappers" / data))


def _of_protocol(records: list[Record], protocol: str) -> list[Record]:
    return [r for r in records if r.protocol in ("floor", "ceiling", protocol)]


def _isp_table(records: list[Record], isps: tuple[str, ...]) -> str:
    """A row per mapper; each metric is the mean over the ISPs, spread over the seeds."""
    columns = [(d, m) for d in DIRECTIONS for m in ISP_METRICS]
    rows = [
        [row, *(_cell(records, row, d, m, ISP_METRICS[m][1], isps) for d, m in columns)]
        for row in ISP_ROWS
        if any(_row(r) == row for r in records)
    ]
    return _markdown(["", *_titles(ISP_METRICS)], rows, texts=1)


def _kl_of_each_isp(records: list[Record]) -> str:
    columns = [(d, isp) for d in DIRECTIONS for isp in ISPS]
    rows = [
        [row, *(_cell(records, row, d, "kl", 2, (isp,)) for d, isp in columns)] for row in ISP_ROWS
    ]
    return _markdown(["", *(f"{DIRECTIONS[d]} {isp}" for d, isp in columns)], rows, texts=1)


def _mapper_table(records: list[Record]) -> str:
    metrics = {m: t for m, t in RAW_METRICS.items() if any(m in r.per_image for r in records)}
    identity, *oracles = REFERENCES.values()
    rows = []
    for row in (identity, *MAPPER_ROWS, *oracles):
        learns = "–" if row.startswith("(") else "anchors" if row in ANCHORED else "unpaired"
        cells = (
            _cell(records, row, d, m, digits, ("none",))
            for d in DIRECTIONS
            for m, (_, digits) in metrics.items()
        )
        rows.append([row, learns, *cells])
    return _markdown(["mapper", "learns from", *_titles(metrics)], rows, texts=2)


def _row(record: Record) -> str:
    if record.protocol in REFERENCES:
        return REFERENCES[record.protocol]
    return record.protocol if record.reference else record.label


def _cell(
    records: list[Record],
    row: str,
    direction: Direction,
    metric: str,
    digits: int,
    isps: tuple[str, ...],
) -> str:
    """Mean over pictures and ISPs, and the standard deviation over seeds where there are some."""
    seeds = _seeds(records, row, direction, metric, isps)
    spread = f" ± {np.std(seeds, ddof=1):.{digits}f}" if len(seeds) > 1 and np.ptp(seeds) else ""
    return f"{np.mean(seeds):.{digits}f}{spread}"


def _seeds(
    records: list[Record], row: str, direction: Direction, metric: str, isps: tuple[str, ...]
) -> list[float]:
    """For each seed that has all ISPs, the mean over pictures and ISPs."""
    values: dict[int, list[float]] = {}
    for r in records:
        if _row(r) == row and r.direction == direction and r.isp in isps:
            per_image = r.per_image.get(metric)
            value = np.nanmean(per_image) if per_image else r.sets[metric].value
            values.setdefault(r.seed, []).append(float(value))
    return [float(np.mean(v)) for v in values.values() if len(v) == len(isps)]


def _titles(metrics: dict[str, tuple[str, int]]) -> list[str]:
    return [f"{arrow} {title}" for arrow in DIRECTIONS.values() for title, _ in metrics.values()]


def _markdown(header: list[str], rows: list[list[str]], texts: int) -> str:
    rule = [":--"] * texts + ["--:"] * (len(header) - texts)
    lines = ["| " + " | ".join(line) + " |" for line in (header, *rows)]
    return "\n".join([lines[0], "|" + "|".join(rule) + "|", *lines[1:]])


if __name__ == "__main__":
    main()
