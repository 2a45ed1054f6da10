"""The pictures behind the cells of a run, as large as the store has them."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmark.data.images import ImageSet
from benchmark.data.preview import visualise
from benchmark.errors import BenchError
from benchmark.planning.graph import NONE
from benchmark.records.record import Record
from benchmark.steps.pictures import Compared, Pictures
from benchmark.steps.previews import preview_of
from benchmark.store.step import DataIdentity
from benchmark.store.store import Store

Picture = NDArray[np.uint8]  # (H, W, 3): sRGB, or raw made visible with gamma 1/1.6

HINT = "Figures of pictures need the store of the run: name it with --store, or run again."


class Gallery:
    """Finds pictures in a store; nothing is made or changed.

    Args:
        store: of the run.
        records: of the run.

    Raises:
        BenchError: the store lacks the data set.
    """

    def __init__(self, store: Store, records: Sequence[Record]) -> None:
        self._store = store
        try:
            self._pictures = Pictures(store, DataIdentity(**records[0].data))
        except BenchError as error:
            raise BenchError(f"{error} {HINT}") from error

    def measured(self, record: Record, i: int) -> Picture:
        """What a cell measured: developed, or raw as mapped.

        A developed picture is whole where the run kept it (`--save-images`), else a preview.

        Raises:
            BenchError: the store does not have it any more.
        """
        behind = self._behind(record)
        folder = self._store.step_folder(record.score)
        if record.isp == NONE and behind.mapped is not None:
            return _visible(behind.mapped, i)
        whole = folder / "developed" / f"{record.ids[i]}.png"
        file = whole if whole.is_file() else preview_of(folder, i)
        if file is None:
            raise BenchError(f"{folder} has no picture of {record.ids[i]}. {HINT}")
        with Image.open(file) as image:
            return np.asarray(image.convert("RGB"))

    def captured(self, record: Record, i: int) -> Picture:
        """The raw under test, before any mapper."""
        return _visible(self._behind(record).captured, i)

    def truth(self, record: Record, i: int) -> Picture:
        """What the reference camera made of the same scene."""
        behind = self._behind(record)
        if behind.develops:
            return behind.truth.srgb(i).transpose(1, 2, 0)
        return _visible(behind.truth, i)

    def error(self, record: Record, i: int) -> NDArray[np.float32]:
        """Mean absolute difference of the channels from the truth, (h, w), as a share of white.

        Raises:
            BenchError: no picture agrees with the measured one pixel by pixel, or it is gone.
        """
        preview = preview_of(self._store.step_folder(record.score), i)
        errors = self._behind(record).errors(i, preview)
        if errors is None:
            raise BenchError(
                f"There is no map of errors of {record.label}: its pictures do not agree with the "
                "truth pixel by pixel, or the store does not have them any more."
            )
        return errors

    def _behind(self, record: Record) -> Compared:
        try:
            return self._pictures.behind(record.score)
        except BenchError as error:
            raise BenchError(f"{error} {HINT}") from error


def _visible(images: ImageSet, i: int) -> Picture:
    return visualise(images.raw(i))
