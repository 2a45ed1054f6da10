"""Semi-supervised raw-to-raw mapping with a few anchor pairs: a reconstruction.

Afifi and Abuolaim, "Semi-Supervised Raw-to-Raw Mapping", BMVC 2021.

The authors published no network and no training code (their repository holds the script that makes
the data), and the body of the paper was not at hand. What is known for certain: two U-Net-like
encoder-decoders, one per camera; A to B is the encoder of A with the decoder of B; unpaired crops
of 256 pixels train each to reconstruct its own camera, and the anchor pairs tie the two latent
spaces together. Widths, weights of the losses and optimiser are our choice, so a number of this
mapper is not a number of the authors' method.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.optim import Adam

from benchmark.errors import BenchError
from benchmark.stage import Optimisation, Stage, descend
from mappers.base import (
    Direction,
    Mapper,
    MapperBatch,
    register_mapper,
    source_of,
    target_of,
)
from mappers.losses import l1
from mappers.networks.padding import at_multiple
from mappers.networks.tiling import map_tiles
from mappers.training import TrainedConfig, passes

TRAINING = "training"  # name of the stage


@dataclass(frozen=True)
class AfifiConfig(TrainedConfig):
    """Our recipe; length, crops and batches are those of CSTPP.

    Attributes:
        batch_size: crops per camera and step, and as many anchor pairs.
        lr: learning rate.
        reconstruction_weight: of what each camera's own autoencoder makes of its crops.
        cross_weight: of what the other camera's decoder makes of an anchor.
        latent_weight: of the difference of the two encoders' features of an anchor pair.
        widths: channels of the levels, finest first.
        tile: 0 maps every picture whole; otherwise the side, in packed pixels, of the tiles in
            which a larger picture is mapped, for machines with little memory.
    """

    batch_size: int = 4
    lr: float = 1e-4
    betas: tuple[float, float] = (0.9, 0.999)
    decay_from: float = 1.0
    reconstruction_weight: float = 1.0
    cross_weight: float = 1.0
    latent_weight: float = 1.0
    widths: tuple[int, ...] = (32, 64, 128, 256)
    tile: int = 0


class Encoder(nn.Module):
    """Levels of two convolutions, max-pooled between levels."""

    def __init__(self, widths: Sequence[int]) -> None:
        super().__init__()
        self.levels = nn.ModuleList(map(_two_convolutions, (4, *widths[:-1]), widths))

    def forward(self, raw: Tensor) -> list[Tensor]:
        """(N, 4, H, W) to features (N, widths[k], H / 2^k, W / 2^k), finest first."""
        features = [self.levels[0](raw)]
        for level in self.levels[1:]:
            features.append(level(F.max_pool2d(features[-1], 2)))
        return features


class Decoder(nn.Module):
    """Doubles the size, joins the features of that level and convolves twice; a linear head."""

    def __init__(self, widths: Sequence[int]) -> None:
        super().__init__()
        joined = (below + here for below, here in zip(widths[1:], widths[:-1], strict=True))
        self.levels = nn.ModuleList(map(_two_convolutions, joined, widths[:-1]))
        self.head = nn.Conv2d(widths[0], 4, 1)

    def forward(self, features: Sequence[Tensor]) -> Tensor:
        """Features of an encoder to raw (N, 4, H, W), not bounded."""
        x = features[-1]
        for k in reversed(range(len(self.levels))):
            x = F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
            x = self.levels[k](torch.cat([x, features[k]], dim=1))
        return self.head(x)


@register_mapper(
    "afifi",
    title="Semi-Supervised Raw-to-Raw Mapping",
    authors="Afifi, Abuolaim",
    year=2021,
    link="https://arxiv.org/abs/2106.13883",
    licence="none",
    supervision="anchors",
    deviations=(
        "A reconstruction from the description: the authors published no network and no training "
        "code. Widths, loss weights and optimiser are our choice."
    ),
)
class Afifi(Mapper):
    """One encoder and one decoder per camera, 1,947,268 parameters per camera."""

    Config = AfifiConfig
    config: AfifiConfig
    test_time = ("tile",)
    published: ClassVar = {
        TRAINING: passes(50, batch_size=4, source="a guess: as CSTPP, 50 epochs")
    }

    def __init__(self, config: AfifiConfig | None = None) -> None:
        super().__init__(config)
        widths = self.config.widths
        self.encoders = nn.ModuleDict({camera: Encoder(widths) for camera in "ab"})
        self.decoders = nn.ModuleDict({camera: Decoder(widths) for camera in "ab"})

    def map(self, raw: Tensor, direction: Direction) -> Tensor:
        """The encoder of the camera mapped from, the decoder of the camera mapped to."""
        encoder = self.encoders[source_of(direction)]
        decoder = self.decoders[target_of(direction)]
        multiple = 2 ** (len(self.config.widths) - 1)

        def whole(x: Tensor) -> Tensor:
            return at_multiple(lambda padded: decoder(encoder(padded)), x, multiple)

        if self.config.tile:
            return map_tiles(whole, raw, self.config.tile, fixed=False)
        return whole(raw)

    def stages(self) -> Sequence[Stage]:
        """One stage."""
        return [self.config.stage(TRAINING, self.published[TRAINING])]

    def configure(self, stage: Stage, total_steps: int) -> Optimisation:
        """One Adam; constant, then linear to 0 if `decay_from` is below 1."""
        c = self.config
        adam = Adam(self.parameters(), c.lr, c.betas)
        return c.optimisation({"adam": adam}, total_steps)

    def training_step(
        self, batch: MapperBatch, stage: Stage, optimisation: Optimisation
    ) -> dict[str, Tensor]:
        """One update of all networks.

        Raises:
            BenchError: the batch has no anchors.
        """
        losses = self.losses(batch)
        descend(optimisation.optimizers["adam"], torch.stack(list(losses.values())).sum())
        return {name: loss.detach() for name, loss in losses.items()}

    def losses(self, batch: MapperBatch) -> dict[str, Tensor]:
        """The weighted terms, each a mean absolute difference.

        Raises:
            BenchError: the batch has no anchors.
        """
        if batch.anchor_a is None or batch.anchor_b is None:
            raise BenchError("The mapper 'afifi' needs anchor pairs, but the batch has none.")
        c = self.config
        encode, decode = self.encoders, self.decoders
        anchor = {"a": batch.anchor_a, "b": batch.anchor_b}
        latent = {camera: encode[camera](anchor[camera]) for camera in "ab"}

        losses = {}
        for camera, crops in (("a", batch.a), ("b", batch.b)):
            own = l1(decode[camera](encode[camera](crops)), crops)
            paired = l1(decode[camera](latent[camera]), anchor[camera])
            losses[f"reconstruction_{camera}"] = c.reconstruction_weight * own
            losses[f"anchor_reconstruction_{camera}"] = c.reconstruction_weight * paired
        for camera, other in ("ab", "ba"):
            crossed = l1(decode[other](latent[camera]), anchor[other])
            losses[f"cross_{camera}2{other}"] = c.cross_weight * crossed
        levels = [l1(fa, fb) for fa, fb in zip(latent["a"], latent["b"], strict=True)]
        losses["latent"] = c.latent_weight * torch.stack(levels).mean()
        return losses


def _two_convolutions(inside: int, outside: int) -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(inside, outside, 3, padding=1),
        nn.LeakyReLU(0.2),
        nn.Conv2d(outside, outside, 3, padding=1),
        nn.LeakyReLU(0.2),
    )
