"""Inception features of pictures, as pytorch-fid and clean-fid compute them.

The packages differ in how they resize a picture to the 299 x 299 pixels of the network:

* pytorch-fid: bilinear without antialiasing, of values in [0, 1]; of a 12 MP picture it reads 3 %
  of the pixels.
* clean-fid (Parmar et al., CVPR 2022): Pillow's bicubic, which antialiases, of each channel in
  floating point, clipped to [0, 255] and not rounded.

The tests compare both with their package, on the same PNG files and one file of generated weights:
resized pictures, features and distance. Not compared are the files that the packages download. Both
hold the 2015 TensorFlow Inception, clean-fid's as TorchScript; here pytorch-fid's serves for both.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from benchmark.errors import BenchError, unknown_name
from benchmark.metrics.features import Features, Picture, exact_convolutions, require_picture
from benchmark.metrics.fid_weights import FidWeights, load_inception

Resize = Literal["pytorch-fid", "clean-fid"]
SIDE = 299  # pixels; the size the network was trained at
BATCH_SIZE = 16


@dataclass(frozen=True)
class ExtractorFacts:
    """What a record must say about features.

    Attributes:
        name: "FID" only with the genuine weights and 2048 features.
        weights_sha256: SHA-256 of the file of weights.
        dims: features per image.
        batch_size: images per pass.
        device: where the network ran.
        dtype: number format of the network.
    """

    name: str
    weights_sha256: str
    dims: int
    batch_size: int
    device: str
    dtype: str = "float32, no TF32"


class FeatureExtractor:
    """pytorch-fid's Inception network as a function from pictures to features.

    Args:
        weights: what `find_weights` gave.
        device: where the network runs, e.g. "cpu" or "cuda:0".
        batch_size: images per pass; kept fixed since it changes the last digits.
        dims: 2048 (FID's pooled features); 64, 192 or 768 for those of earlier layers.

    Raises:
        BenchError: the file of weights is broken or of another structure.
    """

    def __init__(
        self,
        weights: FidWeights,
        device: str | torch.device = "cpu",
        batch_size: int = BATCH_SIZE,
        dims: int = 2048,
    ) -> None:
        self._network = load_inception(weights, dims).to(device)
        self._device = torch.device(device)
        name = weights.name if dims == 2048 else f"FD of {dims} Inception features"
        self.facts = ExtractorFacts(name, weights.sha256, dims, batch_size, str(self._device))

    def features(self, images: Iterable[Picture], resize: Resize) -> Features:
        """One row of features per picture.

        Args:
            images: (3, h, w) uint8 sRGB each, of any sizes, or one array (N, 3, h, w). All are
                squashed to 299 x 299. An iterator is read a batch at a time.
            resize: "pytorch-fid" or "clean-fid", whose way of resizing is used.

        Returns:
            (N, dims) float64, computed in float32.

        Raises:
            BenchError: a picture that is not uint8 of shape (3, h, w), no pictures, or an
                unknown resize mode.
        """
        if resize not in get_args(Resize):
            raise unknown_name("resize mode", resize, get_args(Resize))
        rows: list[Features] = []
        batch: list[Tensor] = []
        for image in images:
            batch.append(_squash(image, resize))
            if len(batch) == self.facts.batch_size:
                rows.append(self._run(torch.stack(batch)))
                batch = []
        if batch:
            rows.append(self._run(torch.stack(batch)))
        if not rows:
            raise BenchError("There are no pictures to compute Inception features of.")
        return np.concatenate(rows)

    def _run(self, batch: Tensor) -> Features:
        """Features (N, dims) of a batch (N, 3, 299, 299) in [0, 1]."""
        with torch.inference_mode(), exact_convolutions():
            maps = self._network(batch.to(self._device))[0]  # (N, dims, h, w)
            features = maps.mean(dim=(2, 3))  # as pytorch-fid pools the earlier layers; else 1 x 1
        return features.cpu().numpy().astype(np.float64)


def _squash(image: Picture, resize: Resize) -> Tensor:
    """A picture (3, h, w) uint8 as (3, 299, 299) float32 in [0, 1].

    Done per picture and outside the network, so that sizes may differ and a batch of full-size
    pictures need not fit into memory; the values are the same.
    """
    require_picture(image)
    if resize == "pytorch-fid":
        picture = torch.from_numpy(image.astype(np.float32) / np.float32(255))
        size = (SIDE, SIDE)
        return F.interpolate(picture[None], size=size, mode="bilinear", align_corners=False)[0]
    planes = [
        np.asarray(Image.fromarray(plane).resize((SIDE, SIDE), Image.Resampling.BICUBIC))
        for plane in image.astype(np.float32)
    ]
    # clean-fid feeds (x - 128) / 128 to the layers; pytorch-fid's network makes its input 2x - 1.
    return torch.from_numpy(np.stack(planes).clip(0, 255) / np.float32(256))
