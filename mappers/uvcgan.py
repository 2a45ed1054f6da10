"""UVCGAN for packed raw.

Torbunov, Huang, Yu, Huang, Yoo, Lin, Viren, Ren, "UVCGAN: UNet Vision Transformer Cycle-consistent
GAN for Unpaired Image-to-Image Translation", WACV 2023.
"""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.optim import AdamW
from torch.optim.lr_scheduler import CosineAnnealingWarmRestarts

from benchmark.errors import BenchError
from benchmark.stage import Optimisation, Published, Stage
from mappers.base import Camera, Direction, MapperBatch, register_mapper
from mappers.networks import initialise
from mappers.networks.tiling import map_tiles
from mappers.networks.unet_vit import UNetViT
from mappers.pretraining import PRE_TRAINING, PretrainedConfig, PretrainedCycleMapper
from mappers.training import ADVERSARIAL, passes


@dataclass(frozen=True)
class UVCGANConfig(PretrainedConfig):
    """The recipe of the released code for selfie2anime: 1,000,000 steps of the GAN.

    `crop_size` is also the size of the only pictures that the generator takes, a multiple of 16:
    the position code of its tokens is bound to a grid of crop_size / 16. The published size is 256.
    Larger and smaller pictures are mapped in tiles of that size.

    The paper on raw-to-raw mapping does not say whether it pre-trained; `pretrain_steps=0` leaves
    it out.

    Attributes:
        penalty_weight: of the gradient penalty.
        penalty_norm: the norm of the gradient that costs nothing.
        pretrain_lr: learning rate per 512 crops of both cameras; the code counts those of one.
        pretrain_cycles: cosine cycles from the full rate to almost 0.
        mask_size: side of the masked blocks in packed pixels.
        mask_probability: part of the blocks that is masked.
        widths: channels of the levels of the U-Net; the last is the width of the tokens.
        blocks: transformer blocks.
        heads: attention heads.
    """

    lr_generator: float = 1e-4
    lr_discriminator: float = 1e-4
    betas: tuple[float, float] = (0.5, 0.99)
    penalty_weight: float = 0.1
    penalty_norm: float = 100.0
    pretrain_batch_size: int = 64
    pretrain_lr: float = 2.5e-3
    pretrain_cycles: int = 5
    mask_size: int = 32
    mask_probability: float = 0.4
    widths: tuple[int, ...] = (48, 96, 192, 384)
    blocks: int = 12
    heads: int = 6


@register_mapper(
    "uvcgan",
    title="UVCGAN: UNet Vision Transformer Cycle-consistent GAN for Unpaired Image-to-Image "
    "Translation",
    authors="Torbunov, Huang, Yu, Huang, Yoo, Lin, Viren, Ren",
    year=2023,
    link="https://arxiv.org/abs/2203.02557",
    licence="BSD-2-Clause",
    supervision="unpaired",
    deviations=(
        "Four channels. Pre-training without colour jitter, as colour is the signal here. Crops "
        "are cut from the raw as it is, without the resize to 286 pixels, and are turned and "
        "flipped, as for every mapper here. Whole pictures are mapped in overlapping, blended "
        "tiles."
    ),
    version=2,
)
class UVCGAN(PretrainedCycleMapper):
    """CycleGAN with U-Net-ViT generators (31,360,720 parameters) that start as one autoencoder.

    Networks work on raw in [0, 1].

    Raises:
        BenchError: `crop_size` is not a multiple of 2^levels.
    """

    Config = UVCGANConfig
    config: UVCGANConfig
    per_picture = True
    published: ClassVar = {
        PRE_TRAINING: passes(2499, batch_size=64, source="released code: 2499 epochs"),
        ADVERSARIAL: Published(
            1_000_000,
            1,
            256,
            "released code: 500 epochs of 2,000 crops, fewer where there are less",
        ),
    }

    def __init__(self, config: UVCGANConfig | None = None) -> None:
        super().__init__(config)
        self.generators.apply(initialise.normal(0.02))
        self.generators.apply(initialise.packed_attention)

    def build_generators(self) -> dict[str, nn.Module]:
        """One U-Net-ViT per direction."""
        c = self.config
        self.require_crops_of(2 ** len(c.widths))
        return {
            direction: UNetViT(4, c.widths, c.blocks, c.heads, c.crop_size)
            for direction in ("a2b", "b2a")
        }

    def require_crops_of(self, multiple: int) -> None:
        """Checks that the generators can take the training crops.

        Raises:
            BenchError: `crop_size` is not a multiple of `multiple`.
        """
        if self.config.crop_size % multiple:
            raise BenchError(
                f"crop_size is {self.config.crop_size}; {self.info.name} with "
                f"{len(self.config.widths)} levels needs a multiple of {multiple} packed pixels, "
                "so that its tokens cover the crop."
            )

    def map(self, raw: Tensor, direction: Direction) -> Tensor:
        """The generator on overlapping tiles of the training size."""
        return map_tiles(self.generators[direction], raw, self.config.crop_size)

    def configure_pretraining(self, stage: Stage, total_steps: int) -> Optimisation:
        """AdamW with a cosine."""
        c = self.config
        rate = c.pretrain_lr * 2 * stage.batch_size / 512
        weights = self.pretrained_parameters()
        optimizer = AdamW(weights, rate, betas=(0.9, 0.99), weight_decay=0.05)
        cycle = max(1, -(-total_steps // c.pretrain_cycles))
        scheduler = CosineAnnealingWarmRestarts(optimizer, cycle, eta_min=1e-5 * rate)
        return Optimisation({"autoencoder": optimizer}, [scheduler])

    def pretraining_losses(self, batch: MapperBatch) -> dict[str, Tensor]:
        """How far the autoencoder is from restoring masked crops of both cameras."""
        crops = torch.cat([batch.a, batch.b])
        masked = mask_blocks(crops, self.config.mask_size, self.config.mask_probability)
        return {"reconstruction": self.reconstruction_loss(self.reconstruct(masked), crops)}

    # The autoencoder of the pre-training is the generator "a2b", used for both cameras.

    def reconstruct(self, masked: Tensor) -> Tensor:
        """What the autoencoder makes of masked crops, (N, 4, S, S)."""
        restored: Tensor = self.generators["a2b"](masked)
        return restored

    def pretrained_parameters(self) -> list[nn.Parameter]:
        """The weights of the autoencoder."""
        return list(self.generators["a2b"].parameters())

    def finish_pretraining(self) -> None:
        """Lets both generators begin with the weights of the autoencoder."""
        self.generators["b2a"].load_state_dict(self.generators["a2b"].state_dict())

    def discriminator_penalty(self, camera: Camera, real: Tensor, fake: Tensor) -> Tensor:
        """w / n² (|gradient| - n)² at a random mixture of real and fake, n = `penalty_norm`."""
        share = torch.rand(len(real), 1, 1, 1, device=real.device)
        mixture = (share * real + (1 - share) * fake).requires_grad_()
        verdict = self.discriminators[camera](mixture)
        (gradient,) = torch.autograd.grad(verdict.sum(), mixture, create_graph=True)
        norm = self.config.penalty_norm
        excess = gradient.flatten(1).norm(dim=1) / norm - 1  # (N,)
        return self.config.penalty_weight * (excess**2).mean()


def mask_blocks(crops: Tensor, size: int, probability: float) -> Tensor:
    """Sets square blocks of a fixed grid to 0, each picture with blocks of its own.

    Args:
        crops: (N, C, H, W).
        size: side of the blocks in pixels.
        probability: of each block to be masked.

    Returns:
        (N, C, H, W).
    """
    height, width = crops.shape[2:]
    grid = (len(crops), 1, -(-height // size), -(-width // size))
    keep = (torch.rand(grid, device=crops.device) >= probability).to(crops)
    keep = keep.repeat_interleave(size, dim=2).repeat_interleave(size, dim=3)
    return crops * keep[:, :, :height, :width]
