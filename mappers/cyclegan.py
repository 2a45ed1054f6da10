"""CycleGAN for packed raw.

Zhu, Park, Isola, Efros, "Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial
Networks", ICCV 2017.
"""

from dataclasses import dataclass
from functools import partial

from torch import Tensor, nn

from mappers.base import Direction, register_mapper
from mappers.cycle import CycleConfig, CycleMapper
from mappers.networks import initialise
from mappers.networks.padding import at_multiple
from mappers.networks.resnet_generator import ResnetGenerator
from mappers.networks.tiling import map_tiles


@dataclass(frozen=True)
class CycleGANConfig(CycleConfig):
    """The recipe of the released code: 100 epochs at 2e-4, then 100 falling linearly to 0.

    Attributes:
        width: channels after the first layer of a generator.
        blocks: residual blocks of a generator.
        tile: 0 maps every picture whole; otherwise the side, in packed pixels, of the tiles in
            which a larger picture is mapped, for machines with little memory. Instance norms then
            see a tile, not the picture.
    """

    width: int = 64
    blocks: int = 9
    tile: int = 0


@register_mapper(
    "cyclegan",
    title="Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial Networks",
    authors="Zhu, Park, Isola, Efros",
    year=2017,
    link="https://arxiv.org/abs/1703.10593",
    licence="BSD-2-Clause",
    supervision="unpaired",
    deviations=(
        "Four channels. Crops are cut from the raw as it is, without the resize to 286 pixels, and "
        "are turned and flipped, as for every mapper here. Crops of A and B are drawn "
        "independently. Test pictures are mapped whole, as the CSTPP paper does."
    ),
)
class CycleGAN(CycleMapper):
    """Two ResNet-9 generators and two 70 x 70 PatchGANs, trained for cycle consistency.

    Networks and losses work on raw in [-1, 1]. Generator: 11,384,452 parameters; discriminator:
    2,765,761.
    """

    Config = CycleGANConfig
    config: CycleGANConfig
    per_picture = True
    test_time = ("tile",)

    def build_generators(self) -> dict[str, nn.Module]:
        """One ResNet per direction, weights N(0, 0.02²)."""
        width, blocks = self.config.width, self.config.blocks
        return {
            direction: ResnetGenerator(4, width, blocks).apply(initialise.normal(0.02))
            for direction in ("a2b", "b2a")
        }

    def to_network(self, raw: Tensor) -> Tensor:
        """[0, 1] to [-1, 1]."""
        return 2 * raw - 1

    def from_network(self, image: Tensor) -> Tensor:
        """[-1, 1] to [0, 1]."""
        return (image + 1) / 2

    def map(self, raw: Tensor, direction: Direction) -> Tensor:
        """The generator on the whole picture, or on tiles; the output lies in (0, 1)."""
        network = partial(super().map, direction=direction)
        whole = partial(at_multiple, network, multiple=ResnetGenerator.MULTIPLE)
        if self.config.tile:
            return map_tiles(whole, raw, self.config.tile, fixed=False)
        return whole(raw)
