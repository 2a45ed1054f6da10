"""CSTPP-CycleGAN: colour space transformation with patch-wise parameters.

Xie et al., "Generalizing ISP Model by Unsupervised Raw-to-raw Mapping", ACM MM 2024, Sec. 3. A
Conformer gives one quadratic colour transform per 16x16 patch; the transforms are interpolated to
pixels and applied at full resolution. Both directions share all but norms and heads.

Where the paper and the authors' code (Apache-2.0) differ, the default follows the paper except
for what only the code says: the residual "+ input", the averaged discriminator output, the linear
head, own layer norms. `basis="authors_code"` and `dup_updates=True` bring back two slips of it.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

import torch.nn.functional as F
from pydantic import Field
from torch import Tensor, nn
from torch.optim import Optimizer

from mappers.base import register_mapper
from mappers.colour_transform import ColourTransformConfig, ColourTransformMapper
from mappers.networks import initialise, polynomial
from mappers.networks.conformer import Conformer
from mappers.networks.patchwise import transform_patchwise
from mappers.networks.twin import twin

BASES = {"paper": polynomial.PAPER, "authors_code": polynomial.AUTHORS_CODE}


@dataclass(frozen=True)
class CSTPPConfig(ColourTransformConfig):
    """The published recipe.

    Attributes:
        basis: "paper": 14 distinct terms; "authors_code": gr·b twice, no r·b.
        init: "authors": all weights random, the first output differs from the input by about
            0.035; "zero": the head's last layer starts at 0, the first output is the input.
        head_gelu: a GELU between the two linear layers of the head (the paper's "MLP").
        downsample: M of Sec. 3.3; at test time the network looks at the picture shrunk by M.
        patch_wise: False averages the tokens to one transform per picture (ablation).
        share_layer_norm: layer norms common to both directions, as in the paper's text; the code
            keeps them apart.
        dup_updates: two optimiser steps per step for the shared weights, as in the code.
        width: channels of the Conformer's first stage.
        dim: of its tokens.
        heads: of its attention.
    """

    basis: Literal["paper", "authors_code"] = "paper"
    init: Literal["authors", "zero"] = "authors"
    head_gelu: bool = False
    downsample: Annotated[int, Field(ge=1)] = 1
    patch_wise: bool = True
    share_layer_norm: bool = False
    dup_updates: bool = False
    width: int = 64
    dim: int = 256
    heads: int = 4


class CSTPPGenerator(nn.Module):
    """One direction: 5,668,840 parameters in the published size."""

    def __init__(self, config: CSTPPConfig) -> None:
        super().__init__()
        self.terms = BASES[config.basis]
        self.downsample = config.downsample
        self.patch_wise = config.patch_wise
        self.backbone = Conformer(4, config.width, config.dim, config.heads)
        self.head = nn.Sequential(
            nn.Linear(config.dim, config.dim),
            nn.GELU() if config.head_gelu else nn.Identity(),
            nn.Linear(config.dim, 4 * len(self.terms)),
        )
        self.initialise_head(config.init)

    def initialise_head(self, init: str) -> None:
        """Draws new weights for the head."""
        self.head.apply(initialise.conformer)
        if init == "zero":
            nn.init.zeros_(self.head[2].weight)  # type: ignore[arg-type]

    def forward(self, raw: Tensor) -> Tensor:
        """Input plus basis times coefficients, at each pixel.

        Args:
            raw: (N, 4, H, W) float32 in [0, 1], packed RGGB; any H and W.

        Returns:
            (N, 4, H, W), not clamped.
        """
        height, width = raw.shape[2:]
        multiple = Conformer.MULTIPLE * self.downsample
        padded = F.pad(raw, (0, -width % multiple, 0, -height % multiple))
        size = (padded.shape[2], padded.shape[3])
        grid = self.coefficients(padded)
        return raw + transform_patchwise(raw, grid, self.terms, size)

    def coefficients(self, padded: Tensor) -> Tensor:
        """The transform of each patch, (N, 4·T, H/16M, W/16M), output channel major."""
        if self.downsample > 1:
            small = (padded.shape[2] // self.downsample, padded.shape[3] // self.downsample)
            padded = F.interpolate(padded, size=small, mode="bilinear")
        tokens = self.backbone(padded)  # (N, H/16M, W/16M, D)
        if not self.patch_wise:
            tokens = tokens.mean(dim=(1, 2), keepdim=True)
        return self.head(tokens).permute(0, 3, 1, 2)


@register_mapper(
    "cstpp",
    title="Generalizing ISP Model by Unsupervised Raw-to-raw Mapping",
    authors="Xie, Qiao, Liang, Wang, Li, Liu, Li, Wang, Yang",
    year=2024,
    link="https://github.com/ydxxxx/Unsupervised-Raw-to-raw-Mapping",
    licence="Apache-2.0",
    supervision="unpaired",
    deviations="The basis has the paper's r*b term, which the authors' code misses. Shared weights "
    "take one optimiser update per step, not two. Data stay float; the authors' code quantises "
    "raw to 8 bits. Crops of the two cameras are drawn independently and augmented "
    "independently. The last weights are used; the authors' code would choose them by SSIM on the "
    "pictures of its test path.",
    version=2,
)
class CSTPP(ColourTransformMapper):
    """5,765,376 distinct generator parameters for both directions."""

    Config = CSTPPConfig
    config: CSTPPConfig
    test_time = ("downsample",)

    def build_generators(self) -> dict[str, nn.Module]:
        """Two generators that share their linear and convolution layers, heads apart."""
        there = CSTPPGenerator(self.config)
        shared: tuple[type[nn.Module], ...] = (nn.Linear, nn.Conv2d)
        if self.config.share_layer_norm:
            shared += (nn.LayerNorm,)
        back = twin(there, shared, own=there.head)
        back.initialise_head(self.config.init)
        return {"a2b": there, "b2a": back}

    def update_generators(self, loss: Tensor, optimizer: Optimizer) -> None:
        """One step; with `dup_updates` a second one of the shared weights."""
        super().update_generators(loss, optimizer)
        if self.config.dup_updates:
            there, back = (set(g.parameters()) for g in self.generators.values())
            for weight in there ^ back:
                weight.grad = None
            optimizer.step()
