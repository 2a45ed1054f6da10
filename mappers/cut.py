"""CUT, contrastive unpaired translation, for packed raw.

Park, Efros, Zhang, Zhu, "Contrastive Learning for Unpaired Image-to-Image Translation", ECCV 2020.
The method is one-sided; both directions are trained side by side, with nothing in common.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.optim import Adam, Optimizer

from benchmark.stage import Optimisation, Stage, descend
from mappers.base import (
    DIRECTIONS,
    Direction,
    Mapper,
    MapperBatch,
    register_mapper,
    source_of,
    target_of,
)
from mappers.losses import lsgan
from mappers.networks import initialise
from mappers.networks.padding import at_multiple
from mappers.networks.patch_nce import PatchFeatures, patch_nce, random_positions
from mappers.networks.patchgan import PatchGAN
from mappers.networks.resnet_generator import ResnetGenerator
from mappers.networks.tiling import map_tiles
from mappers.training import ADVERSARIAL, AdversarialConfig, passes

TAPS = (0, 4, 8, 12, 16)  # padded input, both convolutions on the way down, blocks 1 and 5


@dataclass(frozen=True)
class CUTConfig(AdversarialConfig):
    """The recipe of the released code: 200 epochs at 2e-4, then 200 falling linearly to 0.

    FastCUT is `nce_weight=10, identity_nce=False, flip_equivariance=True, budget=0.5,
    decay_from=0.75`.

    Attributes:
        lr_generator: learning rate of the generators and feature networks.
        nce_weight: lambda_X of Eq. 5, and lambda_Y.
        identity_nce: also contrasts the target's pictures with their own mapping, and halves both
            terms.
        flip_equivariance: half of the steps map a mirrored input and mirror its features back.
        patches: places compared per layer.
        temperature: tau of Eq. 3.
        width: channels after the first layer of a generator.
        blocks: residual blocks of a generator, at least 5.
        feature_width: of the contrastive features.
        tile: 0 maps every picture whole; otherwise the side, in packed pixels, of the tiles in
            which a larger picture is mapped, for machines with little memory. Instance norms then
            see a tile, not the picture.
    """

    nce_weight: float = 1.0
    identity_nce: bool = True
    flip_equivariance: bool = False
    patches: int = 256
    temperature: float = 0.07
    width: int = 64
    blocks: int = 9
    feature_width: int = 256
    tile: int = 0


class OneSided(nn.Module):
    """Generator G, discriminator D and contrastive features F of one direction.

    Attributes:
        generator: anti-aliased ResNet, 11,384,452 parameters.
        discriminator: PatchGAN with blur-pool, 2,765,761 parameters.
        features: the MLPs H_l, 560,640 parameters.
    """

    def __init__(self, config: CUTConfig) -> None:
        super().__init__()
        width = config.width
        self.config = config
        self.generator = ResnetGenerator(4, width, config.blocks, antialias=True)
        self.discriminator = PatchGAN(width=config.discriminator_width, blur=True)
        self.features = PatchFeatures((4, 2 * width, *[4 * width] * 3), config.feature_width)
        self.apply(initialise.xavier(0.02))

    def discriminator_loss(self, target: Tensor, fake: Tensor) -> Tensor:
        """Half the LSGAN terms of D, for real and mapped pictures in [-1, 1]."""
        of_real, of_fake = self.discriminator(torch.cat([target, fake.detach()])).chunk(2)
        return 0.5 * (lsgan(of_real, real=True) + lsgan(of_fake, real=False))

    def generator_losses(
        self, mapped: Tensor, keys: Sequence[Tensor], mirrored: bool
    ) -> dict[str, Tensor]:
        """The weighted terms of Eq. 5, which G and F descend.

        Args:
            mapped: (N, 4, S, S) in [-1, 1], the mapped pictures of the source; with `identity_nce`
                followed by the mapped pictures of the target.
            keys: what G's tapped layers give for the pictures that `mapped` was made from, in the
                same order.
            mirrored: the first N of `mapped` are made from the mirrored source.
        """
        c = self.config
        n = len(mapped) // 2 if c.identity_nce else len(mapped)
        self.discriminator.requires_grad_(False)  # its gradients are not needed here
        losses = {"adversarial": lsgan(self.discriminator(mapped[:n]), real=True)}
        self.discriminator.requires_grad_(True)
        queries = self.generator.features(mapped, TAPS)
        weight = 0.5 * c.nce_weight if c.identity_nce else c.nce_weight
        losses["nce"] = weight * self.nce(
            [tap[:n].flip(3) if mirrored else tap[:n] for tap in queries],
            [tap[:n] for tap in keys],
        )
        if c.identity_nce:
            losses["identity_nce"] = weight * self.nce(
                [tap[n:] for tap in queries], [tap[n:] for tap in keys]
            )
        return losses

    def nce(self, queries: Sequence[Tensor], keys: Sequence[Tensor]) -> Tensor:
        """PatchNCE between mapped pictures and theirs, mean over the tapped layers (Eq. 4)."""
        positions = random_positions(queries, self.config.patches)
        with torch.no_grad():
            wanted = self.features(keys, positions)
        found = self.features(queries, positions)
        temperature = self.config.temperature
        layers = [patch_nce(q, k, temperature) for q, k in zip(found, wanted, strict=True)]
        return torch.stack(layers).mean()


@register_mapper(
    "cut",
    title="Contrastive Learning for Unpaired Image-to-Image Translation",
    authors="Park, Efros, Zhang, Zhu",
    year=2020,
    link="https://arxiv.org/abs/2007.15651",
    licence="BSD",
    supervision="unpaired",
    deviations=(
        "Four channels. Crops are cut from the raw as it is, without the resize to 286 pixels, and "
        "are turned and flipped, as for every mapper here. Both directions are trained in the same "
        "steps. The feature MLPs are made with the networks, not on the first batch."
    ),
)
class CUT(Mapper):
    """One generator, discriminator and feature network per direction; no cycle.

    The networks work on raw in [-1, 1].
    """

    Config = CUTConfig
    config: CUTConfig
    test_time = ("tile",)
    published: ClassVar = {
        ADVERSARIAL: passes(400, batch_size=1, source="released code: 200 + 200 epochs")
    }

    def __init__(self, config: CUTConfig | None = None) -> None:
        super().__init__(config)
        self.sides = nn.ModuleDict({d: OneSided(self.config) for d in DIRECTIONS})

    def map(self, raw: Tensor, direction: Direction) -> Tensor:
        """The generator on the whole picture, or on tiles; the output lies in (0, 1)."""
        generator = dict(self._sides())[direction].generator

        def network(x: Tensor) -> Tensor:
            mapped: Tensor = generator(2 * x - 1)
            return (mapped + 1) / 2

        whole = partial(at_multiple, network, multiple=ResnetGenerator.MULTIPLE)
        if self.config.tile:
            return map_tiles(whole, raw, self.config.tile, fixed=False)
        return whole(raw)

    def stages(self) -> Sequence[Stage]:
        """One stage."""
        return [self.config.stage(ADVERSARIAL, self.published[ADVERSARIAL])]

    def configure(self, stage: Stage, total_steps: int) -> Optimisation:
        """Per direction one Adam for G and F together and one for D; constant, then linear to 0."""
        c = self.config
        optimizers: dict[str, Optimizer] = {}
        for direction, side in self._sides():
            parts = [*side.generator.parameters(), *side.features.parameters()]
            optimizers[f"generator_{direction}"] = Adam(parts, c.lr_generator, c.betas, fused=True)
            judge = side.discriminator.parameters()
            optimizers[f"discriminator_{direction}"] = Adam(
                judge, c.lr_discriminator, c.betas, fused=True
            )
        return c.optimisation(optimizers, total_steps)

    def training_step(
        self, batch: MapperBatch, stage: Stage, optimisation: Optimisation
    ) -> dict[str, Tensor]:
        """For each direction: updates the discriminator, then generator and feature network."""
        crops = {"a": 2 * batch.a - 1, "b": 2 * batch.b - 1}
        optimizers = optimisation.optimizers
        losses: dict[str, Tensor] = {}
        for direction, side in self._sides():
            source, target = crops[source_of(direction)], crops[target_of(direction)]
            mirrored = self.config.flip_equivariance and bool(torch.rand(()) < 0.5)
            images = [source.flip(3) if mirrored else source]
            images += [target] if self.config.identity_nce else []
            mapped, keys = side.generator.with_features(torch.cat(images), TAPS)
            if mirrored:
                with torch.no_grad():
                    upright = side.generator.features(source, TAPS)
                n = len(source)
                keys = [torch.cat([u, k[n:]]) for u, k in zip(upright, keys, strict=True)]

            judged = side.discriminator_loss(target, mapped[: len(source)])
            descend(optimizers[f"discriminator_{direction}"], judged)
            terms = side.generator_losses(mapped, keys, mirrored)
            descend(optimizers[f"generator_{direction}"], torch.stack(list(terms.values())).sum())
            for name, loss in {"discriminator": judged, **terms}.items():
                losses[f"{name}_{direction}"] = loss.detach()
        return losses

    def _sides(self) -> Iterator[tuple[Direction, OneSided]]:
        for direction in DIRECTIONS:
            side = self.sides[direction]
            assert isinstance(side, OneSided)
            yield direction, side
