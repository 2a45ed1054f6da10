"""What the mappers that predict colour transforms, cstpp and chai, have in common."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from torch import nn

from mappers.cycle import CycleConfig, CycleMapper
from mappers.networks.patchgan import PatchGAN
from mappers.training import ADVERSARIAL, passes


@dataclass(frozen=True)
class ColourTransformConfig(CycleConfig):
    """The training recipe of CSTPP (Xie et al., ACM MM 2024).

    Attributes:
        discriminator: "scalar": one verdict per image, as in the code of CSTPP; "map": one per
            patch.
    """

    batch_size: int = 4
    lr_generator: float = 1e-5
    lr_discriminator: float = 2e-5
    clip_norm: float | None = 2.0
    decay_from: float = 1.0
    discriminator: Literal["scalar", "map"] = "scalar"


class ColourTransformMapper(CycleMapper):
    """A cycle mapper whose discriminators give one verdict per image or one per patch."""

    Config = ColourTransformConfig
    config: ColourTransformConfig
    published: ClassVar = {
        ADVERSARIAL: passes(50, batch_size=4, source="Xie et al., Sec. 4.1: 50 epochs")
    }

    def build_discriminator(self) -> nn.Module:
        """A PatchGAN, its map averaged or not; biases as torch draws them, as in CSTPP's code."""
        scalar = self.config.discriminator == "scalar"
        return PatchGAN(width=self.config.discriminator_width, scalar=scalar, zero_bias=False)
