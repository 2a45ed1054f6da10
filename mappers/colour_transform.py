"""What the mappers that predict colour transforms, cstpp and chai, have in common."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import torch
from torch import Tensor, nn

from mappers.cycle import CycleConfig, CycleMapper, Pass
from mappers.networks.patchgan import PatchGAN
from mappers.networks.together import together
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
    """A cycle mapper whose two generators are twins."""

    Config = ColourTransformConfig
    config: ColourTransformConfig
    published: ClassVar = {
        ADVERSARIAL: passes(50, batch_size=4, source="Xie et al., Sec. 4.1: 50 epochs")
    }

    def build_discriminator(self) -> nn.Module:
        """A PatchGAN, its map averaged or not; biases as torch draws them, as in CSTPP's code."""
        scalar = self.config.discriminator == "scalar"
        return PatchGAN(width=self.config.discriminator_width, scalar=scalar, zero_bias=False)

    def __init__(self, config: ColourTransformConfig | None = None) -> None:
        super().__init__(config)
        # By the number of calls; in a plain dictionary, because the weights are the generators'.
        self._together: dict[int, nn.Module] = {}

    def translate_all(self, passes: Sequence[Pass]) -> list[Tensor]:
        """All passes in one, as both generators have their large layers in common."""
        calls = len(passes) // 2
        if calls not in self._together:
            there, back = self.generators.values()
            self._together[calls] = together(there, back, calls)
        mapped: Tensor = self._together[calls](torch.cat([image for image, _ in passes]))
        return list(mapped.chunk(len(passes)))
