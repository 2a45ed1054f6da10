"""cmKAN for packed raw.

Nikonorov, Perevozchikov, Korepanov, Mehta, Afifi, Ershov, Timofte, "Color Matching Using
Hypernetwork-Based Kolmogorov-Arnold Networks", ICCV 2025. A network gives each pixel the splines
of a small Kolmogorov-Arnold network that maps its colour.

Architecture, losses and schedule are those of the released code, for three channels there: with
three channels the network here has its 76,907 parameters, 32 of which are fixed wavelet filters.
The pre-training is a reconstruction: the code learns to undo a recolouring whose pictures were made
beforehand by a script that was not released.
"""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.optim import Adam
from torch.optim.lr_scheduler import CosineAnnealingLR

from benchmark.errors import BenchError
from benchmark.stage import Optimisation, Stage
from mappers.base import DIRECTIONS, Camera, Direction, MapperBatch, register_mapper, target_of
from mappers.cycle import BACK
from mappers.losses import l1_ssim
from mappers.networks import initialise
from mappers.networks.cmkan_generator import CmKANGenerator
from mappers.networks.tiling import map_tiles
from mappers.pretraining import PRE_TRAINING, PretrainedConfig, PretrainedCycleMapper
from mappers.training import ADVERSARIAL, passes


@dataclass(frozen=True)
class CmKANConfig(PretrainedConfig):
    """The recipe of the released code: 100 epochs at 2e-4, then 100 falling linearly to 0.

    The code's example sets 500 epochs for this schedule, whose rate is 0 in epoch 201 and negative
    from then on; here training ends with the schedule. The example runs on crops of 512 pixels of
    sRGB; here crops are 256 packed pixels, as for the other mappers. Pictures are mapped in tiles
    of that size, because the network takes statistics over all pixels that it sees at once.

    Attributes:
        ssim_weight: of 1 - SSIM in the cycle loss and in the pre-training.
        atoms: entries of the dictionary that the features are projected on.
    """

    batch_size: int = 2
    ssim_weight: float = 0.15
    pretrain_batch_size: int = 6
    atoms: int = 128


@register_mapper(
    "cmkan",
    title="Color Matching Using Hypernetwork-Based Kolmogorov-Arnold Networks",
    authors="Nikonorov, Perevozchikov, Korepanov, Mehta, Afifi, Ershov, Timofte",
    year=2025,
    link="https://arxiv.org/abs/2503.11781",
    licence="MIT, not verified",
    supervision="unpaired",
    deviations=(
        "Four channels of packed raw, the widths grown in proportion; the released code reads "
        "three-channel 8-bit pictures, so its published numbers are of another protocol. The "
        "recolouring undone in the pre-training is a reconstruction: channel gains to the means "
        "of the other camera's crops. Crops of 256 packed pixels instead of 512. 200 epochs, to "
        "the end of the code's schedule; its example runs 500, past the end at a negative rate. "
        "Whole pictures are mapped in overlapping, blended tiles."
    ),
)
class CmKAN(PretrainedCycleMapper):
    """CycleGAN with hyper-networks of 134,952 parameters as generators.

    Networks work on raw in [0, 1].

    Raises:
        BenchError: `crop_size` is not a multiple of 4.
    """

    Config = CmKANConfig
    config: CmKANConfig
    per_picture = True
    published: ClassVar = {
        PRE_TRAINING: passes(300, batch_size=6, source="released code: 300 epochs"),
        ADVERSARIAL: passes(200, batch_size=2, source="paper: 100 + 100 epochs"),
    }

    def __init__(self, config: CmKANConfig | None = None) -> None:
        super().__init__(config)
        self.apply(initialise.kaiming)
        if self.config.crop_size % CmKANGenerator.MULTIPLE:
            raise BenchError(
                f"crop_size is {self.config.crop_size}; cmkan needs a multiple of "
                f"{CmKANGenerator.MULTIPLE} packed pixels, for its two wavelet transforms."
            )

    def build_generators(self) -> dict[str, nn.Module]:
        """One hyper-network per direction."""
        return {direction: CmKANGenerator(4, self.config.atoms) for direction in DIRECTIONS}

    def reconstruction_loss(self, image: Tensor, reference: Tensor) -> Tensor:
        """L1 + 0.15 (1 - SSIM)."""
        return l1_ssim(image, reference, self.config.ssim_weight)

    def map(self, raw: Tensor, direction: Direction) -> Tensor:
        """The generator on overlapping tiles of the training size."""
        return map_tiles(self.generators[direction], raw, self.config.crop_size)

    def configure_pretraining(self, stage: Stage, total_steps: int) -> Optimisation:
        """One Adam for both generators, with a cosine."""
        optimizer = Adam(self.generators.parameters(), self.config.pretrain_lr)
        # A cosine over 500 epochs of which the released recipe runs 300.
        scheduler = CosineAnnealingLR(optimizer, max(1, total_steps * 5 // 3), eta_min=1e-5)
        return Optimisation({"generators": optimizer}, [scheduler])

    def pretraining_losses(self, batch: MapperBatch) -> dict[str, Tensor]:
        """How far the generators are from restoring recoloured crops of their camera."""
        real: dict[Camera, Tensor] = {"a": batch.a, "b": batch.b}
        losses = {}
        for there in DIRECTIONS:
            target, source = target_of(there), target_of(BACK[there])
            restored = self.translate(recolour(real[target], like=real[source]), there)
            losses[f"restored_{target}"] = self.reconstruction_loss(restored, real[target])
        return losses


def recolour(crops: Tensor, like: Tensor) -> Tensor:
    """Crops with gains on the channels that give them the channel means of `like`.

    Args:
        crops: (N, 4, S, S) in [0, 1].
        like: (N, 4, S, S) in [0, 1], crops of the other camera.

    Returns:
        The shape of `crops`, in [0, 1].
    """
    here, there = (x.mean(dim=(0, 2, 3), keepdim=True) for x in (crops, like))
    return (crops * (there / here.clamp_min(torch.finfo(crops.dtype).eps))).clamp(0, 1)
