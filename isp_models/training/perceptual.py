"""The VGG-19 perceptual loss of PyNET, PyNET-V2 and MicroISP, and where its weights come from."""

import hashlib
import pickle
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from benchmark.errors import BenchError
from benchmark.hub import cached, how_to_get
from isp_models.base import ISPConfig

URL = "https://download.pytorch.org/models/vgg19-dcbb9e9d.pth"  # torchvision's
MEGABYTES = 548
RELU5_4 = 36  # layers of torchvision's `features` up to and with the ReLU after the 16th conv
MINIMUM_SIDE = 16  # pixels; four 2x2 poolings come before relu5_4
IMAGENET_MEAN = (0.485, 0.456, 0.406)  # RGB in [0, 1]
IMAGENET_STD = (0.229, 0.224, 0.225)


@dataclass(frozen=True)
class PerceptualConfig(ISPConfig):
    """Fields of the ISPs that are trained with the perceptual loss.

    Attributes:
        vgg: "required": as published; training does not start without the weights. "off": the
            term is left out, which the config, and so the record, then shows.
        vgg_weights: a file in torchvision's format; None: torchvision's own download cache.
    """

    vgg: Literal["required", "off"] = "required"
    vgg_weights: str | None = None


def vgg_weights_path(config: PerceptualConfig) -> Path | None:
    """The file of the weights, None if the config needs none; cheap enough to ask before training.

    Raises:
        BenchError: they are needed and not there.
    """
    if config.vgg == "off":
        return None
    named = config.vgg_weights
    path = Path(named).expanduser() if named else cached(Path(URL).name)
    if not path.is_file():
        raise BenchError(
            f"The perceptual loss needs the weights of VGG-19, and there is no file {path}. "
            f"{how_to_get(URL, MEGABYTES, 'vgg_weights')} Or set vgg=off to train without "
            "this loss (not as published)."
        )
    return path


def perceptual(prediction: Tensor, target: Tensor, config: PerceptualConfig) -> Tensor:
    """Mean squared difference of the VGG-19 features at relu5_4.

    Args:
        prediction: (N, 3, H, W) sRGB in about [0, 1], sides at least 16.
        target: the same shape.
        config: says where the weights are; its `vgg` is not "off".

    Raises:
        BenchError: the weights are missing, or cannot be read.
    """
    if prediction.is_meta:  # work is counted, for which no weights are needed
        features = _layers()
    else:
        weights = vgg_weights_path(config)
        assert weights is not None
        features = load_features(weights).to(prediction.device)
    with torch.no_grad():
        wanted = features(_normalise(target))  # (N, 512, H / 16, W / 16)
    return F.mse_loss(features(_normalise(prediction)), wanted)


@lru_cache(maxsize=1)
def load_features(weights: Path) -> nn.Sequential:
    """The frozen layers of VGG-19 up to relu5_4, from a file in torchvision's format.

    Only the `features.*` tensors are used, so a file without the classifier (80 MB) will do. Where
    the file's name ends in a hash, as torchvision's does, the contents are compared with it.

    Raises:
        BenchError: the file is damaged, or not a VGG-19.
    """
    _check_hash(weights)
    try:
        tensors = torch.load(weights, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise BenchError(f"{weights} cannot be read as PyTorch weights: {error}") from error
    features = _layers()
    prefix = "features."
    wanted = {key: tensor.shape for key, tensor in features.state_dict().items()}
    for key, shape in wanted.items():
        found = tensors.get(prefix + key) if isinstance(tensors, dict) else None
        if found is None or found.shape != shape:
            state = "is missing" if found is None else f"has shape {tuple(found.shape)}"
            raise BenchError(
                f"{weights} is not a VGG-19 in torchvision's format: {prefix}{key} {state}; its "
                f"shape must be {tuple(shape)}. The right file is {URL}."
            )
    features.load_state_dict({key: tensors[prefix + key] for key in wanted}, assign=True)
    return features.requires_grad_(False)


def _layers() -> nn.Sequential:
    """The layers, frozen, without memory for their weights (nor for the classifier, 480 MB)."""
    from torchvision.models import vgg19  # takes as long as importing torch

    with torch.device("meta"):
        features: nn.Sequential = vgg19().features[:RELU5_4]
    for layer in features:
        if isinstance(layer, nn.ReLU):
            layer.inplace = True
    return features.eval().requires_grad_(False)


def _check_hash(weights: Path) -> None:
    named = re.search(r"-([0-9a-f]{8,64})\.[^.]*$", weights.name)
    if named is None:
        return
    with weights.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if not digest.startswith(named[1]):
        raise BenchError(
            f"{weights} is damaged: its SHA-256 begins with {digest[:8]}, its name says "
            f"{named[1]}. Delete it and download {URL} again."
        )


def _normalise(srgb: Tensor) -> Tensor:
    mean = srgb.new_tensor(IMAGENET_MEAN).reshape(1, 3, 1, 1)
    std = srgb.new_tensor(IMAGENET_STD).reshape(1, 3, 1, 1)
    return (srgb - mean) / std
