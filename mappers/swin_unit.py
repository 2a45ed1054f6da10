"""Swin-UNIT for packed raw.

Li, Li, Tang, Zhu, Yang, Liu, "Swin-UNIT: Transformer-based GAN for High-resolution Unpaired Image
Translation", ACM MM 2023.
"""

from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from mappers.base import (
    CAMERAS,
    DIRECTIONS,
    Camera,
    Direction,
    register_mapper,
    source_of,
    target_of,
)
from mappers.cycle import BACK, CycleConfig, CycleMapper
from mappers.losses import l1, lsgan
from mappers.networks import initialise
from mappers.networks.padding import pad_to_multiple
from mappers.networks.pyramid import laplacian
from mappers.networks.swin_unit_generator import SwinUnitGenerator, TwoScales
from mappers.networks.tiling import map_tiles
from mappers.networks.two_scale_patchgan import TwoScalePatchGAN
from mappers.replay_pool import ReplayPool
from mappers.training import ADVERSARIAL, passes


@dataclass(frozen=True)
class SwinUnitConfig(CycleConfig):
    """The defaults of the released code: 25 epochs at 1e-4, then 25 falling linearly to 0.

    In that code the identity weight of 5 multiplies the cycle weight, which makes 50
    (`identity_weight=50`); the default here is 5, as for the other mappers. Crops that are no
    multiple of 64 are padded for the generators.

    Attributes:
        width: channels of the generator's branches at half the size; a multiple of 4.
        blocks: Swin blocks of a generator.
        tile: 0 maps every picture whole; otherwise the side, in packed pixels, of the tiles in
            which a larger picture is mapped, for machines with little memory. Instance norms then
            see a tile, not the picture.
    """

    lr_generator: float = 1e-4
    lr_discriminator: float = 1e-4
    width: int = 48
    blocks: int = 6
    tile: int = 0


@register_mapper(
    "swin-unit",
    title="Swin-UNIT: Transformer-based GAN for High-resolution Unpaired Image Translation",
    authors="Li, Li, Tang, Zhu, Yang, Liu",
    year=2023,
    link="https://doi.org/10.1145/3581783.3612518",
    licence="Apache-2.0",
    supervision="unpaired",
    deviations=(
        "Four channels in the first and last convolutions and the pyramid. No VGG loss, which is "
        "made for three channels of sRGB. Identity weight 5 instead of an effective 50. Crops are "
        "cut from the raw as it is, without the resize to 286 pixels, and are turned and flipped, "
        "as for every mapper here."
    ),
)
class SwinUnit(CycleMapper):
    """CycleGAN on two scales: generators and discriminators also know the half-size picture.

    Networks and losses work on raw in [-1, 1]. Generator: 3,360,108 parameters; discriminator:
    5,404,482.

    Attributes:
        low_pools: earlier half-size fakes in the space of each camera.
    """

    Config = SwinUnitConfig
    config: SwinUnitConfig
    test_time = ("tile",)
    published: ClassVar = {
        ADVERSARIAL: passes(50, batch_size=1, source="released code: 25 + 25 epochs")
    }

    def __init__(self, config: SwinUnitConfig | None = None) -> None:
        super().__init__(config)
        self.low_pools = {camera: ReplayPool(self.config.pool_size) for camera in CAMERAS}
        self.apply(initialise.xavier(0.02))

    def build_generators(self) -> dict[str, nn.Module]:
        """One two-scale generator per direction."""
        width, blocks = self.config.width, self.config.blocks
        return {direction: SwinUnitGenerator(4, width, blocks) for direction in DIRECTIONS}

    def build_discriminator(self) -> nn.Module:
        """A two-scale PatchGAN."""
        return TwoScalePatchGAN(4, self.config.discriminator_width)

    def to_network(self, raw: Tensor) -> Tensor:
        """[0, 1] to [-1, 1]."""
        return 2 * raw - 1

    def from_network(self, image: Tensor) -> Tensor:
        """[-1, 1] to [0, 1]."""
        return (image + 1) / 2

    def translate(self, image: Tensor, direction: Direction) -> Tensor:
        """The full-size output of one generator."""
        return self.translate_both(image, direction).full

    def translate_both(self, image: Tensor, direction: Direction) -> TwoScales:
        """The output of one generator at both scales, for any H and W."""
        padded = pad_to_multiple(image, SwinUnitGenerator.MULTIPLE)
        full, low = self.generators[direction](padded)
        height, width = image.shape[2:]
        return TwoScales(full[:, :, :height, :width], low[:, :, : height // 2, : width // 2])

    def map(self, raw: Tensor, direction: Direction) -> Tensor:
        """The generator on the whole picture, or on tiles; the output lies in (0, 1)."""
        whole = partial(super().map, direction=direction)
        if self.config.tile:
            return map_tiles(whole, raw, self.config.tile, fixed=False)
        return whole(raw)

    def generator_losses(
        self, real: dict[Camera, Tensor]
    ) -> tuple[dict[str, Tensor], dict[Camera, TwoScales]]:
        """The terms of the generators' loss, already weighted, and the fakes by their space."""
        c = self.config
        losses: dict[str, Tensor] = {}
        fake: dict[Camera, TwoScales] = {}
        for there in DIRECTIONS:
            source, target = source_of(there), target_of(there)
            images = [real[source], *([real[target]] if c.identity_weight else [])]
            mapped = self.translate_both(torch.cat(images), there)  # one pass: cheaper
            full, *same = mapped.full.chunk(len(images))
            fake[target] = TwoScales(full, mapped.low.chunk(len(images))[0])
            losses[f"adversarial_{there}"] = self.verdict_loss(target, fake[target], real=True)
            if same:
                losses[f"identity_{target}"] = c.identity_weight * l1(same[0], real[target])
        for there in DIRECTIONS:
            source = source_of(there)
            again = self.translate(fake[target_of(there)].full, BACK[there])
            losses[f"cycle_{source}"] = c.cycle_weight * l1(again, real[source])
        return losses, fake

    def discriminator_loss(self, camera: Camera, real: Tensor, fake: TwoScales) -> Tensor:
        """LSGAN of both branches, not halved; the branches have a pool each."""
        shown = TwoScales(
            self.pools[camera].exchange(fake.full), self.low_pools[camera].exchange(fake.low)
        )
        both_scales = TwoScales(real, laplacian(real).low)
        real_term = self.verdict_loss(camera, both_scales, real=True)
        return real_term + self.verdict_loss(camera, shown, real=False)

    def verdict_loss(self, camera: Camera, image: TwoScales, real: bool) -> Tensor:
        """Sum over both branches of the squared distance to what the verdict should be."""
        verdicts = self.discriminators[camera](image)
        return torch.stack([lsgan(verdict, real) for verdict in verdicts]).sum()

    def training_state(self) -> dict[str, Any]:
        """The pools."""
        low = {camera: pool.state() for camera, pool in self.low_pools.items()}
        return {**super().training_state(), "low_pools": low}

    def load_training_state(self, state: dict[str, Any]) -> None:
        """Restores the pools."""
        super().load_training_state(state)
        for camera, kept in state["low_pools"].items():
            self.low_pools[camera].load_state(kept)
