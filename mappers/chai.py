"""One global colour transform per picture, predicted by a small network, learned unpaired.

After Chai, Giryes, Wolf, "Supervised and Unsupervised Learning of Parameterized Color
Enhancement", WACV 2020: a network looks at the picture and gives the coefficients of one quadratic
transform. A reconstruction: there is no released code, so the predictor, the basis for four
channels and the training recipe (that of CSTPP, for a fair contrast) are ours.
"""

from dataclasses import dataclass
from itertools import pairwise

import torch.nn.functional as F
from torch import Tensor, nn

from mappers.base import register_mapper
from mappers.colour_transform import ColourTransformConfig, ColourTransformMapper
from mappers.networks import polynomial
from mappers.networks.twin import twin

SMALLEST, LARGEST = 64, 256  # sides of what the network looks at, in packed pixels
TERMS = polynomial.QUADRATIC


@dataclass(frozen=True)
class ChaiConfig(ColourTransformConfig):
    """The recipe of CSTPP.

    Attributes:
        width: channels after the first convolution; the published size is not known.
    """

    width: int = 32


class GlobalQuadratic(nn.Module):
    """One direction: five strided convolutions, average, two linear layers, one transform."""

    def __init__(self, width: int = 32) -> None:
        super().__init__()
        widths = [4, width, 2 * width, 4 * width, 8 * width, 8 * width]
        layers: list[nn.Module] = []
        for inputs, outputs in pairwise(widths):
            layers += [nn.Conv2d(inputs, outputs, 3, stride=2, padding=1, bias=False)]
            layers += [nn.BatchNorm2d(outputs), nn.LeakyReLU(0.2)]
        self.features = nn.Sequential(*layers)
        self.head = nn.Sequential(
            nn.Linear(8 * width, 8 * width),
            nn.LeakyReLU(0.2),
            nn.Linear(8 * width, 4 * len(TERMS)),
        )
        last = self.head[2]
        nn.init.zeros_(last.weight)  # type: ignore[arg-type]
        nn.init.zeros_(last.bias)  # type: ignore[arg-type]

    def forward(self, raw: Tensor) -> Tensor:
        """Input plus one quadratic transform of it.

        Args:
            raw: (N, 4, H, W) float32 in [0, 1], packed RGGB; any H and W.

        Returns:
            (N, 4, H, W), not clamped; the input itself before training.
        """
        size = [min(max(side, SMALLEST), LARGEST) for side in raw.shape[2:]]
        thumbnail = F.interpolate(raw, size=size, mode="bilinear", antialias=True)
        features = self.features(thumbnail).mean(dim=(2, 3))  # (N, 8·width)
        coefficients = self.head(features).unflatten(1, (4, len(TERMS)))
        return raw + polynomial.transform(raw, coefficients, TERMS)


@register_mapper(
    "chai",
    title="Supervised and Unsupervised Learning of Parameterized Color Enhancement",
    authors="Chai, Giryes, Wolf",
    year=2020,
    link="https://arxiv.org/abs/2001.05843",
    supervision="unpaired",
    deviations="A reconstruction from the abstract and from the CSTPP paper; no code was released. "
    "Predictor, 15-term basis for four channels and training recipe (that of CSTPP) are ours.",
    version=2,
)
class Chai(ColourTransformMapper):
    """Both directions share everything but the batch norms."""

    Config = ChaiConfig
    config: ChaiConfig

    def build_generators(self) -> dict[str, nn.Module]:
        """Two generators with common linear and convolution layers."""
        there = GlobalQuadratic(self.config.width)
        return {"a2b": there, "b2a": twin(there, (nn.Linear, nn.Conv2d))}
