"""The sets of pictures that steps read, and those behind a finished score."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmark.cameras import Camera
from benchmark.data.base import CameraPair, PairSet
from benchmark.data.images import ImageSet
from benchmark.errors import BenchError
from benchmark.progress import Progress
from benchmark.registry import DATASETS
from benchmark.steps.previews import raw_error, raw_preview, srgb_preview
from benchmark.store.step import DataIdentity, Score
from benchmark.store.store import SUMS, Store


def part_of(data: CameraPair, part: str, camera: Camera) -> ImageSet:
    """The pictures of one camera in a part of the data set, e.g. "train" or "scenes".

    Raises:
        BenchError: the data set has no such part.
    """
    if part in ("train", "validation"):
        single: Mapping[Camera, ImageSet] = getattr(data, part)
        return single[camera]
    pairs: PairSet | None = getattr(data, part)
    if pairs is None:
        raise BenchError(f"The data set has no '{part}' pairs.")
    return pairs.camera(camera)


def renderings_of(data: CameraPair, score: Score) -> ImageSet:
    """What the reference camera renders from where the test raws were taken."""
    if score.camera == score.reference:
        return part_of(data, score.part, score.reference)
    return data.renderings[score.reference]


def mapped_images(store: Store, key: str) -> ImageSet:
    """What a step mapped.

    Raises:
        BenchError: a file is not what was written.
    """
    return ImageSet(store.intact(key) / "images")


@dataclass(frozen=True)
class Compared:
    """The pictures behind a finished score, in the order of its measures.

    Attributes:
        captured: the test raws as their camera took them.
        mapped: the same after the mapper; None where they were measured as captured.
        truth: by the reference camera.
        aligned: what agrees with the measured pictures pixel by pixel: the truth, or what the
            reference camera renders from the same place; None if there is no such picture.
        develops: whether the measured pictures are developed ones.
    """

    captured: ImageSet
    mapped: ImageSet | None
    truth: ImageSet
    aligned: ImageSet | None
    develops: bool

    def raw(self, i: int) -> Image.Image:
        """A look at a raw as captured."""
        return raw_preview(self.captured, i)

    def mapped_raw(self, i: int) -> Image.Image | None:
        """A look at a mapped raw; None where there is none."""
        return None if self.mapped is None else raw_preview(self.mapped, i)

    def true(self, i: int) -> Image.Image:
        """A look at a truth."""
        return (srgb_preview if self.develops else raw_preview)(self.truth, i)

    def errors(self, i: int, preview: Path | None) -> NDArray[np.float32] | None:
        """Mean absolute difference of the channels, (h, w), as a share of white.

        Args:
            i: number of the picture.
            preview: the preview of the developed picture.

        Returns:
            None where nothing agrees with the measured picture pixel by pixel, or it is gone.
        """
        if self.aligned is None:
            return None
        if not self.develops:
            return raw_error(self.mapped or self.captured, self.aligned, i)
        if preview is None:
            return None
        with Image.open(preview) as image:
            developed = np.asarray(image.convert("RGB"), np.float32)
        true = np.asarray(srgb_preview(self.aligned, i), np.float32)
        return np.abs(developed - true).mean(axis=-1) / np.float32(255)


class Pictures:
    """The pictures behind the scores of a store; nothing is made or changed.

    Args:
        store: the store.
        identity: the data set.

    Raises:
        BenchError: the prepared data set is not in the store, or not usable.
    """

    def __init__(self, store: Store, identity: DataIdentity) -> None:
        folder = store.data_folder(identity.name, identity.fingerprint)
        if not (folder / SUMS).is_file():
            raise BenchError(f"The pictures of the data set '{identity.name}' are not in {folder}.")
        source = DATASETS.create(identity.name, **identity.config)
        self._store = store
        self._data = source.prepare(folder, Progress(quiet=True))

    def behind(self, key: str) -> Compared:
        """What a score compared.

        Raises:
            BenchError: the store does not know the step, or lacks pictures.
        """
        spec = self._store.spec(key)
        assert isinstance(spec, Score)
        truth = part_of(self._data, spec.part, spec.reference)
        captured = part_of(self._data, spec.part, spec.camera)
        mapped = aligned = None
        if spec.raw is not None:
            mapped = ImageSet(self._store.step_folder(spec.raw) / "images")
        if spec.isp is None and spec.part == "aligned" and spec.oracle is None:
            aligned = truth
        elif spec.pixels:
            aligned = renderings_of(self._data, spec)
        return Compared(captured, mapped, truth, aligned, spec.isp is not None)
