"""Training batches as pure functions of (seed, stage, step): resuming needs no state.

Crops are the non-overlapping squares of each picture, from the top left, the remainder dropped,
the same for all methods. Every epoch uses all of them in an order of its own; A and B are
drawn independently.
"""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from types import TracebackType
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from benchmark.data.base import PairSet
from benchmark.data.images import Crop, ImageSet
from benchmark.errors import BenchError
from benchmark.seeds import seed_of
from benchmark.stage import Stage
from isp_models.base import ISPBatch
from mappers.base import MapperBatch


@dataclass(frozen=True)
class _CropDraw:
    """One crop of one picture, and how it is turned and flipped."""

    image: int
    crop: Crop
    turns: int = 0
    flip: bool = False

    def apply(self, picture: NDArray[Any]) -> NDArray[Any]:
        """Turns and flips (C, S, S); views, no copies."""
        turned = np.rot90(picture, self.turns, axes=(1, 2))
        return turned[:, :, ::-1] if self.flip else turned


def crop_grid(images: ImageSet, size: int) -> list[tuple[int, Crop]]:
    """All non-overlapping crops of `size` packed pixels of all pictures.

    Raises:
        BenchError: no picture is large enough.
    """
    grid = [
        (i, Crop(top, left, size))
        for i, image in enumerate(images)
        for top in range(0, image.height - size + 1, size)
        for left in range(0, image.width - size + 1, size)
    ]
    if not grid:
        sides = max((min(image.height, image.width) for image in images), default=0)
        raise BenchError(
            f"Training crops have {size}x{size} packed pixels, but the largest picture in "
            f"{images.folder} has a side of only {sides}. Set crop_size={sides} or less "
            "(--set mapper.crop_size=..., --set isp.crop_size=...), or take larger pictures."
        )
    return grid


class _CropSampler:
    """The order of one set of crops over all epochs of a training."""

    def __init__(self, images: ImageSet, stage: Stage, seed: int, axis: str) -> None:
        self.images = images
        self._stage = stage
        self._axes = (seed, stage.name, axis)
        self._grid = crop_grid(images, stage.crop_size)
        # At most two epochs are in use at a time: a batch may span the border between two.
        self._permutation = lru_cache(maxsize=2)(self._permute)

    def __len__(self) -> int:
        return len(self._grid)

    def _permute(self, epoch: int) -> NDArray[np.int64]:
        generator = np.random.default_rng(seed_of("order", *self._axes, epoch))
        return generator.permutation(len(self._grid))

    def draws(self, step: int) -> list[_CropDraw]:
        """The crops of one step; the order continues across epochs."""
        batch = self._stage.batch_size
        turns = np.random.default_rng(seed_of("turns", *self._axes, step))
        draws = []
        for position in range(step * batch, (step + 1) * batch):
            epoch, index = divmod(position, len(self._grid))
            image, crop = self._grid[self._permutation(epoch)[index]]
            if self._stage.augment:
                draws.append(
                    _CropDraw(image, crop, int(turns.integers(4)), bool(turns.integers(2)))
                )
            else:
                draws.append(_CropDraw(image, crop))
        return draws

    def once(self) -> Iterator[list[_CropDraw]]:
        """All crops as they are, once and in order, by batches; the last may be smaller."""
        draws = [_CropDraw(image, crop) for image, crop in self._grid]
        batch = self._stage.batch_size
        return (draws[first : first + batch] for first in range(0, len(draws), batch))

    def raws(self, draws: list[_CropDraw]) -> Tensor:
        """(N, 4, S, S) float32 in [0, 1]."""
        return _stack([d.apply(self.images.raw(d.image, d.crop)) for d in draws])


def _stack(pictures: list[NDArray[Any]]) -> Tensor:
    return torch.from_numpy(np.stack([np.ascontiguousarray(p) for p in pictures]))


class Batches(Protocol):
    """Batches of one stage."""

    crops: int

    def batch(self, step: int) -> MapperBatch | ISPBatch:
        """The batch of a step, on the CPU."""


class UnpairedBatches:
    """For mappers: independent crops of A and B, and aligned ones where the mapper may use them."""

    def __init__(
        self, a: ImageSet, b: ImageSet, anchors: PairSet | None, stage: Stage, seed: int
    ) -> None:
        self._a = _CropSampler(a, stage, seed, "a")
        self._b = _CropSampler(b, stage, seed, "b")
        self._anchor = _CropSampler(anchors.a, stage, seed, "anchor") if anchors else None
        self._anchors = anchors
        self.crops = min(len(self._a), len(self._b))

    def batch(self, step: int) -> MapperBatch:
        """See :class:`Batches`."""
        a, b = self._a, self._b
        batch = MapperBatch(a.raws(a.draws(step)), b.raws(b.draws(step)))
        if self._anchor is None or self._anchors is None:
            return batch
        draws = self._anchor.draws(step)
        other = self._anchors.b
        aligned = _stack([d.apply(other.raw(d.image, d.crop)) for d in draws])
        return MapperBatch(batch.a, batch.b, self._anchor.raws(draws), aligned)


class PairedBatches:
    """For ISPs: crops of raw with the sRGB of the same places.

    Args:
        raw: the raws, as captured or mapped.
        look: the pictures whose sRGB is the target; `look[i]` belongs to `raw[i]`.
        stage: the training stage.
        seed: the cell's seed.
    """

    def __init__(self, raw: ImageSet, look: ImageSet, stage: Stage, seed: int) -> None:
        self._order = _CropSampler(raw, stage, seed, "isp")
        self._look = look
        self.crops = len(self._order)

    def batch(self, step: int) -> ISPBatch:
        """See :class:`Batches`."""
        return self._read(self._order.draws(step))

    def once(self) -> Iterator[ISPBatch]:
        """Every crop once, neither turned nor flipped, for validation."""
        return map(self._read, self._order.once())

    def _read(self, draws: list[_CropDraw]) -> ISPBatch:
        srgb = _stack([d.apply(self._look.srgb(d.image, d.crop)) for d in draws])
        return ISPBatch(self._order.raws(draws), srgb.float() / 255)


class Prefetch:
    """Reads the next batch while the current one is in use."""

    def __init__(self, batches: Batches, first: int, last: int) -> None:
        self._batches = batches
        self._last = last
        self._reader = ThreadPoolExecutor(max_workers=1)
        self._next = self._ask(first)

    def _ask(self, step: int) -> "Future[MapperBatch | ISPBatch] | None":
        return self._reader.submit(self._batches.batch, step) if step < self._last else None

    def take(self, step: int) -> MapperBatch | ISPBatch:
        """The batch of a step; steps must be taken in order."""
        assert self._next is not None
        batch = self._next.result()
        self._next = self._ask(step + 1)
        return batch

    def __enter__(self) -> "Prefetch":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._reader.shutdown(wait=True, cancel_futures=True)
