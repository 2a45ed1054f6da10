"""Strips of a cell: its worst, median and best picture, from the raw to the truth."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmark.errors import BenchError
from benchmark.metrics.metric import METRICS
from benchmark.planning.graph import NONE
from benchmark.records.record import Record
from benchmark.reports.page.album import Shot, shot
from benchmark.reports.page.charts import Axis, Chart, Line, polyline
from benchmark.reports.page.tradeoff import main_metric
from benchmark.steps.pictures import Compared, Pictures
from benchmark.steps.previews import preview_of
from benchmark.steps.score import HISTOGRAMS
from benchmark.store.step import DataIdentity
from benchmark.store.store import Store
from benchmark.units import percentage

ERROR_TOP = {"raw": 0.1, "developed": 0.25}  # of white: the brightest colour of an error map
# From no error to the largest one: dark, violet, red, orange, light yellow.
ERROR_COLOURS = ((8, 6, 30), (87, 16, 110), (188, 55, 84), (249, 142, 9), (252, 255, 164))
BINS = 64  # of a drawn histogram
PLANES = {3: (("R", [0]), ("G", [1]), ("B", [2])), 4: (("R", [0]), ("G", [1, 2]), ("B", [3]))}
CHANNEL_COLOURS = {"R": 10, "G": 11, "B": 12}


@dataclass(frozen=True)
class Strip:
    """One test picture of a cell.

    Attributes:
        rank: "worst", "median" or "best".
        picture: its name.
        score: its score, in words.
        shots: the pictures, from the raw to the truth.
        error: the map of errors; None where nothing agrees with the picture pixel by pixel.
        error_top: the error that its brightest colour stands for, in words.
        histograms: of the picture and its truth; None where they were not kept.
    """

    rank: str
    picture: str
    score: str
    shots: Sequence[Shot]
    error: Shot | None
    error_top: str
    histograms: Chart | None


class StripMaker:
    """Makes the strips of a run's cells from what the store still has.

    Args:
        store: of the run.
        records: of the run; the pictures developed without a mapper are those of its floor.
    """

    def __init__(self, store: Store, records: Sequence[Record]) -> None:
        self._store = store
        self._floors = {(r.isp, r.direction, r.seed): r for r in records if r.protocol == "floor"}
        self._pictures: Pictures | None = None
        self.lacks = ""  # why there are no raws and truths
        try:
            self._pictures = Pictures(store, DataIdentity(**records[0].data))
        except BenchError as error:
            self.lacks = str(error)

    def strips(self, record: Record) -> list[Strip]:
        """Its worst, median and best picture of those that were kept; none where none was."""
        metric = METRICS[main_metric(record)]
        values = record.per_image[metric.key]
        kept = [i for i in range(record.n) if self._preview(record, i)]
        kept.sort(key=lambda i: values[i], reverse=metric.higher_is_better)
        if not kept:
            return []
        chosen = {len(kept) - 1: "worst", len(kept) // 2: "median", 0: "best"}
        return [
            self._strip(
                record, kept[place], rank, f"{metric.title} {metric.show(values[kept[place]])}"
            )
            for place, rank in chosen.items()
        ]

    def _strip(self, record: Record, i: int, rank: str, score: str) -> Strip:
        behind = self._behind(record)
        errors = behind.errors(i, self._preview(record, i)) if behind is not None else None
        shots = [shot(title, image) for title, image in self._row(record, behind, i)]
        kind = "raw" if record.isp == NONE else "developed"
        return Strip(
            rank,
            record.ids[i],
            score,
            shots,
            None if errors is None else shot("error", _coloured(errors / ERROR_TOP[kind])),
            percentage(ERROR_TOP[kind]),
            self._histograms(record, i),
        )

    def _behind(self, record: Record) -> Compared | None:
        try:
            return self._pictures.behind(record.score) if self._pictures else None
        except BenchError:
            return None  # steps of the store were removed

    def _row(
        self, record: Record, behind: Compared | None, i: int
    ) -> Iterator[tuple[str, Image.Image]]:
        """Titles and pictures, from the raw to the truth."""
        developed = record.isp != NONE
        if behind is not None:
            yield "raw", behind.raw(i)
            mapped = behind.mapped_raw(i)
            if mapped is not None:
                yield "mapped raw", mapped
        floor = self._floors.get((record.isp, record.direction, record.seed))
        if developed and not record.reference and floor is not None and floor.ids == record.ids:
            file = self._preview(floor, i)
            if file is not None:
                yield "developed, unmapped", Image.open(file)
        file = self._preview(record, i)
        if file is not None and developed:
            title = "developed" if record.reference else "developed, mapped"
            yield title, Image.open(file)
        elif file is not None and (behind is None or behind.mapped is None):
            yield "raw as measured", Image.open(file)
        if behind is not None:
            yield "truth", behind.true(i)

    def _preview(self, record: Record, i: int) -> Path | None:
        return preview_of(self._store.step_folder(record.score), i)

    def _histograms(self, record: Record, i: int) -> Chart | None:
        """Frequencies of the 8-bit values in the picture and its truth, whose distance is KL."""
        file = self._store.step_folder(record.score) / HISTOGRAMS
        if not file.is_file():
            return None
        both = np.load(file, mmap_mode="r", allow_pickle=False)[i]  # (2, C, 256)
        planes = PLANES[both.shape[1]]
        drawn = {
            (name, dashed): both[dashed, rows].mean(axis=0).reshape(BINS, -1).sum(axis=1)
            for name, rows in planes
            for dashed in (0, 1)
        }
        # Clipped values would leave no height for the others.
        top = max(float(line[1:-1].max()) for line in drawn.values())
        x, y = Axis("8-bit value", 0, 255), Axis("share of the pixels (%)", 0, 105 * top or 1.0)
        lines = [
            Line(
                f"{name} of the truth" if dashed else name,
                polyline(x, y, ((255 * (k + 0.5) / BINS, 100 * v) for k, v in enumerate(line))),
                CHANNEL_COLOURS[name],
                bool(dashed),
            )
            for (name, dashed), line in drawn.items()
        ]
        about = f"Histograms of {record.ids[i]} as measured and of its truth, channel by channel"
        return Chart("Histograms behind KL", about, x, y, lines)


def _coloured(share: NDArray[np.float32]) -> Image.Image:
    """Numbers from 0 to 1, (h, w), as colours; larger ones get the last colour."""
    place = np.clip(share, 0, 1) * (len(ERROR_COLOURS) - 1)
    knots = np.arange(len(ERROR_COLOURS))
    channels = [np.interp(place, knots, colour) for colour in zip(*ERROR_COLOURS, strict=True)]
    return Image.fromarray(np.stack(channels, axis=-1).round().astype(np.uint8))
