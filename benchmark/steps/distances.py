"""Fréchet and kernel distances of developed pictures from the true ones, over several features."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch

from benchmark.metrics.features import Features, Picture
from benchmark.metrics.frechet import frechet_distance, frechet_leave_one_out
from benchmark.metrics.inception import FeatureExtractor, Resize
from benchmark.metrics.kid import kernel_distance, kernel_leave_one_out
from benchmark.metrics.random_vgg import RandomVGG


@dataclass(frozen=True)
class Embedding:
    """Features of pictures, and the two distances over them.

    Attributes:
        frechet: key of the Fréchet distance in `METRICS`.
        kernel: key of the kernel distance.
        identity: all that decides the features of a picture.
        features: the features of pictures, one row each.
    """

    frechet: str
    kernel: str
    identity: str
    features: Callable[[Iterable[Picture]], Features]

    def distances(self, features: Features, reference: Features) -> dict[str, dict[str, Any]]:
        """Both distances by key, with the values without each scene in turn.

        Args:
            features: (n, d) of developed pictures, n at least 3.
            reference: (n, d) of the true pictures of the same scenes.
        """
        return {
            self.frechet: {
                "value": frechet_distance(features, reference),
                "leave_one_out": frechet_leave_one_out(features, reference).tolist(),
            },
            self.kernel: {
                "value": kernel_distance(features, reference),
                "leave_one_out": kernel_leave_one_out(features, reference).tolist(),
            },
        }


def embeddings(inception: FeatureExtractor | None, device: torch.device) -> list[Embedding]:
    """The features that pictures are compared by: of a random network, and of Inception if given.

    A change of what is measured, here or in the networks, raises `DISTANCES` in
    `benchmark/store/step.py`.
    """
    key = "fd_random_vgg"
    found = [Embedding(key, "kd_random_vgg", f"{key} {device}", RandomVGG(device).features)]
    if inception is not None:
        facts = inception.facts
        ways: dict[str, Resize] = {"": "pytorch-fid", "_clean": "clean-fid"}
        for suffix, resize in ways.items():
            name = f"{facts.weights_sha256} {resize} {facts}"
            features = partial(inception.features, resize=resize)
            found.append(Embedding(f"fid{suffix}", f"kid{suffix}", name, features))
    return found
