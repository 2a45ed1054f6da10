"""Made-up pictures to check a method's contract on: ordinary ones and awkward ones."""

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from benchmark.data.base import CameraPair, PairSet
from benchmark.data.images import ImageRecord, ImageSet, ImageWriter

RANGE = 65535  # counts between black and white
COUNT = 4  # pictures in each set
EXTREME = 0.05  # share of the samples that are exactly 0, and of those that are exactly 1
GAINS = np.array([0.5, 0.9, 0.9, 0.7], np.float32)[:, None, None]  # camera B's over camera A's


def noise(size: tuple[int, int], seed: int = 0, count: int = 1) -> Tensor:
    """(count, 4, H, W) float32, uniform in [0, 1), some samples exactly 0 and some exactly 1."""
    generator = torch.Generator().manual_seed(seed)
    raw = torch.rand(count, 4, *size, generator=generator)
    chance = torch.rand(raw.shape, generator=generator)
    return raw.masked_fill(chance < EXTREME, 0).masked_fill(chance > 1 - EXTREME, 1)


def awkward(size: tuple[int, int]) -> dict[str, Tensor]:
    """Pictures that may break a division, a logarithm or a variance, by what they show.

    Args:
        size: H and W.

    Returns:
        (1, 4, H, W) float32 in [0, 1] each.
    """
    raw = noise(size)
    one_colour = torch.zeros_like(raw)
    one_colour[:, 0] = 1
    half_black = raw.clone()
    half_black[..., : size[1] // 2] = 0
    return {
        "black": torch.zeros_like(raw),
        "white": torch.ones_like(raw),
        "grey": torch.full_like(raw, 0.5),
        "black and white": raw.round(),
        "red alone": one_colour,
        "half black": half_black,
        "nearly grey": 0.5 + 1e-6 * raw,
        "nearly black": 1e-8 * raw,
        "nearly white": 1 - 1e-6 * raw,
    }


def camera_pair(folder: Path, side: int) -> CameraPair:
    """A data set of noise: camera B sees different scenes from A, with different gains.

    Args:
        folder: where the pictures go.
        side: H and W of the packed raws.
    """

    def images(name: str, first: int, gains: NDArray[np.float32] | float) -> ImageSet:
        writer = ImageWriter(folder / name)
        for i in range(COUNT):
            raw = noise((side, side), first + i)[0].numpy() * gains
            srgb = raw[[0, 1, 3]].repeat(2, axis=1).repeat(2, axis=2)
            record = ImageRecord(f"{name}-{i}", side, side, RANGE, "rendered")
            counts = np.rint(raw * RANGE).astype(np.uint16)
            writer.write(i, record, counts, np.rint(srgb * 255).astype(np.uint8))
        return writer.close()

    return CameraPair(
        "A",
        "B",
        train={"a": images("train-a", 0, 1.0), "b": images("train-b", COUNT, GAINS)},
        validation={},
        anchors=PairSet(images("anchors-a", 2 * COUNT, 1.0), images("anchors-b", 2 * COUNT, GAINS)),
    )
