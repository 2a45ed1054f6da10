"""Rawformer for packed raw.

Perevozchikov, Mehta, Afifi, Timofte, "Rawformer: Unpaired Raw-to-Raw Translation for Learnable
Camera ISPs", ECCV 2024. Architecture and recipe are those of the released code, version 0.1.0,
whose generator is smaller than the 26.1 M parameters that a later paper gives for Rawformer.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from benchmark.stage import Published
from mappers.base import CAMERAS, DIRECTIONS, Camera, register_mapper
from mappers.losses import l1_ssim, lsgan
from mappers.networks.queued_patchgan import QueuedPatchGAN
from mappers.networks.rawformer_generator import RawformerGenerator
from mappers.pretraining import PRE_TRAINING
from mappers.training import ADVERSARIAL, passes
from mappers.uvcgan import UVCGAN, UVCGANConfig


@dataclass(frozen=True)
class RawformerConfig(UVCGANConfig):
    """The recipe of the released code: 500 epochs of 2000 steps at a constant rate.

    The code's command lines say 5 epochs, with 500 in a comment next to it. Crops, tiles and
    `pretrain_steps` are as for uvcgan, but `crop_size` is a multiple of 64: of 2^levels · 4.

    Attributes:
        remembered: earlier pictures of each kind that the discriminators' batch norm sees.
    """

    lr_generator: float = 5e-5
    decay_from: float = 1.0
    ema: float = 0.9999
    pool_size: int = 0
    penalty_weight: float = 0.01
    penalty_norm: float = 0.0
    pretrain_batch_size: int = 32
    widths: tuple[int, ...] = (24, 48, 96, 192)
    remembered: int = 3


@register_mapper(
    "rawformer",
    title="Rawformer: Unpaired Raw-to-Raw Translation for Learnable Camera ISPs",
    authors="Perevozchikov, Mehta, Afifi, Timofte",
    year=2024,
    link="https://arxiv.org/abs/2404.10700",
    licence="MIT",
    supervision="unpaired",
    deviations=(
        "Four channels of packed raw; the released code reads three-channel 8-bit pictures, so "
        "its published numbers are of another protocol. The VGG term of its picture loss is left "
        "out: it is computed without gradient there and changes nothing. SSIM windows lie inside "
        "the picture. Pre-training without colour jitter. Crops are cut from the raw as it is, "
        "turned and flipped. Whole pictures are mapped in overlapping, blended tiles."
    ),
    version=2,
)
class Rawformer(UVCGAN):
    """UVCGAN with condensed attention, a styled decoder and discriminators with a memory.

    Generator: 9,136,052 parameters; discriminator: 5,123,009. Networks work on raw in [0, 1].

    Raises:
        BenchError: `crop_size` is not a multiple of 2^levels · 4.
    """

    Config = RawformerConfig
    config: RawformerConfig
    published: ClassVar = {
        PRE_TRAINING: passes(2500, batch_size=32, source="released code: 2500 epochs"),
        ADVERSARIAL: Published(1_000_000, 1, 256, "released code: 500 epochs of 2,000 crops"),
    }

    def build_generators(self) -> dict[str, nn.Module]:
        """One U-shape per direction."""
        c = self.config
        self.require_crops_of(RawformerGenerator.multiple(len(c.widths)))
        return {
            direction: RawformerGenerator(4, c.widths, c.blocks, c.heads, c.crop_size)
            for direction in DIRECTIONS
        }

    def build_discriminator(self) -> nn.Module:
        """A PatchGAN with a memory."""
        return QueuedPatchGAN(4, self.config.discriminator_width, self.config.remembered)

    def reconstruction_loss(self, image: Tensor, reference: Tensor) -> Tensor:
        """L1 + 0.15 (1 - SSIM), of the cycle and in the pre-training."""
        return l1_ssim(image, reference)

    def discriminator_loss(self, camera: Camera, real: Tensor, fake: Tensor) -> Tensor:
        """Half the LSGAN terms plus the penalty; the judged pictures are remembered afterwards."""
        judge = self.discriminators[camera]
        fake = fake.detach().to(real.dtype)  # autocast gives it another type
        penalty = self.discriminator_penalty(camera, real, fake)
        of_real = lsgan(judge(real, "real", remember=True), real=True)
        of_fake = lsgan(judge(fake, "fake", remember=True), real=False)
        return 0.5 * (of_real + of_fake) + penalty

    def discriminator_penalty(self, camera: Camera, real: Tensor, fake: Tensor) -> Tensor:
        """w (|gradient of the mean verdict| - n)² at one mixture of real and fake, memory included.

        The centre n is 0 as published.
        """
        judge = self._judge(camera)
        share = torch.rand((), device=real.device)
        mixture = torch.lerp(fake, real, share).requires_grad_()
        pairs = zip(judge.memory["fake"], judge.memory["real"], strict=True)
        memory = [torch.lerp(of_fake, of_real, share) for of_fake, of_real in pairs]
        verdict = judge.judge(judge.body(mixture), memory).mean(dim=(1, 2, 3))  # (N,)
        (gradient,) = torch.autograd.grad(verdict.sum(), mixture, create_graph=True)
        excess = gradient.flatten(1).norm(dim=1) - self.config.penalty_norm
        return self.config.penalty_weight * (excess**2).mean()

    def training_state(self) -> dict[str, Any]:
        """The discriminators' memories."""
        memory = {camera: self._judge(camera).memory for camera in CAMERAS}
        return {**super().training_state(), "memory": memory}

    def load_training_state(self, state: dict[str, Any]) -> None:
        """Restores the memories."""
        super().load_training_state(state)
        for camera in CAMERAS:
            self._judge(camera).memory = state["memory"][camera]

    def _judge(self, camera: Camera) -> QueuedPatchGAN:
        judge = self.discriminators[camera]
        assert isinstance(judge, QueuedPatchGAN)
        return judge
