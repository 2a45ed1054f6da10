"""LPIPS: how different two pictures look, by the features of a trained network.

Zhang et al., CVPR 2018, version 0.1 with AlexNet, as torchmetrics computes it. Its linear
layers come with torchmetrics; the features are those of torchvision's AlexNet, whose weights are
looked for and never downloaded: 233 MB for one column are for the user to decide on.
"""

import contextlib
import importlib.util
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import nn

from benchmark.errors import BenchError
from benchmark.files import sha256_of
from benchmark.hub import WeightFile, cached, how_to_get
from benchmark.metrics.features import exact_convolutions
from benchmark.metrics.pixel import Image, check_pair

if TYPE_CHECKING:
    from torchmetrics.image.lpip import LearnedPerceptualImagePatchSimilarity

FILE_NAME = "alexnet-owt-7be5be79.pth"  # as in torchvision
URL = f"https://download.pytorch.org/models/{FILE_NAME}"
MEGABYTES = 233
SHA256_PREFIX = "7be5be79"  # torch hub's convention: the name ends in the start of the SHA-256
SMALLEST = 31  # pixels; with less, nothing is left of a picture after AlexNet's second pooling


def require_weights(path: str | Path | None) -> WeightFile:
    """The weights in the named file, else in torch hub's cache.

    LPIPS is defined by one file of weights, known by its SHA-256; with any other, values could not
    be compared with those of other people.

    Raises:
        BenchError: torchmetrics is not installed, or the file is missing or not the one; says how
            to get it.
    """
    if importlib.util.find_spec("torchmetrics") is None:
        raise BenchError(
            "LPIPS needs the package torchmetrics: pip install 'isp-bench[lpips]' (and AlexNet's "
            f"weights: {URL}, {MEGABYTES} MB)."
        )
    file = cached(FILE_NAME) if path is None else Path(path).expanduser()
    source = how_to_get(URL, MEGABYTES, "--lpips-weights")
    if not file.is_file():
        raise BenchError(f"LPIPS needs AlexNet's weights, and there is no file {file}. {source}")
    digest = sha256_of(file)
    if not digest.startswith(SHA256_PREFIX):
        raise BenchError(
            f"{file} is damaged, or not the file that defines LPIPS (its SHA-256 begins "
            f"{digest[:8]}, not {SHA256_PREFIX}). {source}"
        )
    return WeightFile(file, digest)


def find_weights(path: str | Path | None) -> WeightFile | None:
    """As :func:`require_weights`; None if no file was named and there is none that can be used.

    Raises:
        BenchError: the named file cannot be used.
    """
    try:
        return require_weights(path)
    except BenchError:
        if path is not None:
            raise
        return None


class LPIPS:
    """LPIPS of two pictures.

    Args:
        weights: the file that :func:`require_weights` found.
        device: where the network runs.
    """

    def __init__(self, weights: Path, device: str | torch.device = "cpu") -> None:
        self._metric = _load(weights).to(device)
        self._device = device

    def __call__(self, prediction: Image, reference: Image) -> float:
        """The distance of two pictures.

        Unit: none. Range: 0 (equal pictures) to about 1. Lower is better.

        Args:
            prediction: (3, H, W) float sRGB in [0, 1], H and W at least 31.
            reference: the same shape.

        Raises:
            ContractError: the shapes differ, or the values are not floats.
            BenchError: a side is too short.
        """
        check_pair("LPIPS", prediction, reference)
        if min(prediction.shape[1:]) < SMALLEST:
            raise BenchError(
                f"LPIPS needs pictures of at least {SMALLEST} x {SMALLEST} pixels, "
                f"not {prediction.shape[1]} x {prediction.shape[2]}."
            )
        pair = [
            torch.from_numpy(picture.astype(np.float32))[None].to(self._device)  # (1, 3, H, W)
            for picture in (prediction, reference)
        ]
        with torch.inference_mode(), exact_convolutions():
            return float(self._metric(*pair))


@lru_cache(maxsize=1)
def _load(weights: Path) -> "LearnedPerceptualImagePatchSimilarity":
    """torchmetrics' metric with AlexNet from a file; kept, since every cell needs it."""
    from torchmetrics.image.lpip import LearnedPerceptualImagePatchSimilarity
    from torchvision.models import alexnet

    state = torch.load(weights, map_location="cpu", weights_only=True)
    with torch.device("meta"):  # no memory for weights that are replaced
        network = alexnet()
    network.load_state_dict(state, assign=True)
    with _in_place_of_download(network):
        return LearnedPerceptualImagePatchSimilarity(net_type="alex", normalize=True)


@contextlib.contextmanager
def _in_place_of_download(network: nn.Module) -> Iterator[None]:
    """Gives torchmetrics this AlexNet where it would have torchvision download one."""
    from torchvision import models

    original = models.alexnet
    models.alexnet = lambda weights: network
    try:
        yield
    finally:
        models.alexnet = original
