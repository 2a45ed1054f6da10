"""The discriminator of UVCGANv2 and Rawformer: a PatchGAN whose head also sees earlier pictures.

Torbunov et al., "Rethinking CycleGAN: Improving Quality of GANs for Unpaired Image-to-Image
Translation", arXiv 2303.16280.
"""

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from mappers.networks.patchgan import PatchGAN

Kind = Literal["real", "fake"]


class QueuedPatchGAN(nn.Module):
    """A PatchGAN without its last convolution, spectrally normed, and a batch-norm head.

    The batch norm takes its statistics over the picture at hand and the features of the last few
    pictures of its kind, which shows the head how varied they are.

    Attributes:
        memory: for each kind, features of earlier pictures, each (8·width, h, w), oldest first.

    Args:
        channels: of the image.
        width: channels after the first convolution.
        remembered: earlier pictures kept for each kind.
    """

    def __init__(self, channels: int = 4, width: int = 64, remembered: int = 3) -> None:
        super().__init__()
        self.remembered = remembered
        self.body = PatchGAN(channels, width).layers[:-1]
        for layer in self.body:
            if isinstance(layer, nn.Conv2d):
                spectral_norm(layer)
        self.norm = nn.BatchNorm2d(8 * width)
        self.head = nn.Sequential(
            nn.Conv2d(8 * width, 8 * width, 3, padding=1),
            nn.LeakyReLU(),
            nn.Conv2d(8 * width, 1, 3, padding=1),
        )
        self.memory: dict[Kind, list[Tensor]] = {"real": [], "fake": []}

    def forward(self, image: Tensor, kind: Kind = "fake", remember: bool = False) -> Tensor:
        """The higher, the more real.

        Args:
            image: (N, C, H, W), H and W at least 32.
            kind: which earlier pictures it is normed with.
            remember: whether it becomes one of them.

        Returns:
            (N, 1, H/8 - 1, W/8 - 1), not bounded.
        """
        features = self.body(image)
        verdict = self.judge(features, self.memory[kind])
        if remember:
            kept = [*self.memory[kind], *features.detach()]
            self.memory[kind] = kept[-self.remembered :]
        return verdict

    def judge(self, features: Tensor, others: Sequence[Tensor]) -> Tensor:
        """The head on features (N, 8·width, h, w), normed together with those of others."""
        together = torch.cat([features, torch.stack(list(others))]) if others else features
        return self.head(self.norm(together)[: len(features)])
