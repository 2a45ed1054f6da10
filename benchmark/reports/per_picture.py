"""The scores of every single picture of a run, in one CSV file for further analysis."""

import csv
import io
from collections.abc import Sequence

from benchmark.metrics.metric import METRICS
from benchmark.records.record import Record
from benchmark.reports.table import one_line

FILE = "pictures.csv"
CELL = ("protocol", "mapper", "isp", "direction", "seed", "picture", "taken_by")


def per_picture(records: Sequence[Record]) -> str:
    """One line per cell and picture: which they are, then a column for each metric, unrounded.

    A metric that was not measured in a cell is empty there, as is `taken_by` (a or b, the camera
    that took the pair) where both cameras took theirs.
    """
    metrics = [name for name in METRICS if any(name in r.per_image for r in records)]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*CELL, *metrics])
    for r in sorted(records, key=lambda r: r.cell):
        cell = (r.protocol, one_line(r.label), r.isp, r.direction, r.seed)
        for i, picture in enumerate(r.ids):
            born = r.born[i] if r.born else None
            values = [r.per_image[name][i] if name in r.per_image else "" for name in metrics]
            writer.writerow([*cell, one_line(picture), born or "", *values])
    return text.getvalue()
