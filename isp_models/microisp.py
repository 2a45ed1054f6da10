"""MicroISP: Processing 32MP Photos on Mobile Devices with Deep Learning, ECCVW 2022.

Andrey Ignatov et al.; arXiv 2211.06770. Three chains that exchange nothing after the input, one
for each colour, of two passes each; 13,560 parameters.

The authors released the network and its weights, no training code. From a re-implementation that
follows the paper: the three losses. Guessed here: Adam's rate and its cosine, batch, lengths. The
initialisation is Kaiming's with PReLU slopes of 0.25, because the released one (normal, 0.001)
gives a constant picture that does not learn. Written from published facts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.optim import Adam
from torch.optim.lr_scheduler import CosineAnnealingLR

from benchmark.stage import Optimisation, Published, Stage, descend
from isp_models.base import DeepISP, ISPBatch, register_isp
from isp_models.networks.zurich import WideTanh, zurich_order
from isp_models.training.losses import mse, ssim
from isp_models.training.perceptual import PerceptualConfig, perceptual, vgg_weights_path
from isp_models.training.staged import StagedConfig, staged

PRELU = 0.25
LOSSES = {  # stage: weights of the terms
    "mse": {"mse": 1.0},
    "vgg": {"vgg": 1.0, "ssim": 0.5, "mse": 0.5},
    "ssim": {"ssim": 1.0, "mse": 0.5},
}


@dataclass(frozen=True)
class MicroISPConfig(StagedConfig, PerceptualConfig):
    """Network and training of MicroISP.

    Attributes:
        passes: chains in series per colour; 2 is the released network, 1 has half the cost.
        blocks: attention blocks per pass.
        features: channels inside.
        crop_size: side of the training crops in packed pixels. The attention sees the first 79
            rows and columns of a crop of 128; crops under 79 are reflected to that size.
        learning_rate: of Adam at the start of each stage, falling to 0 as a cosine (a guess).
    """

    passes: int = 2
    blocks: int = 2
    features: int = 4
    crop_size: int = 128
    learning_rate: float = 5e-4


def _conv(before: int, after: int, side: int = 3, stride: int = 1, padding: int = 0) -> nn.Module:
    conv = nn.Conv2d(before, after, side, stride, padding)
    return nn.Sequential(conv, nn.PReLU(after, PRELU))


class Attention(nn.Sequential):
    """Channel weights in (0, 1) from convolutions that take every third pixel.

    Valid convolutions: a picture of 128 shrinks to 43, 14, 4, 1, and needs 79 at least.
    """

    def __init__(self, features: int) -> None:
        super().__init__(
            _conv(features, features, side=1, stride=3),
            *(_conv(features, features, stride=3) for _ in range(3)),
            nn.AdaptiveAvgPool2d(1),  # (N, features, 1, 1)
            _conv(features, features, side=1),
            nn.Conv2d(features, features, 1),
            nn.Sigmoid(),
        )


class Block(nn.Module):
    """Three convolutions, attention, and the first convolution's output added."""

    def __init__(self, before: int, features: int) -> None:
        super().__init__()
        self.first = _conv(before, features, padding=1)
        self.rest = nn.Sequential(
            _conv(features, features, padding=1), _conv(features, features, padding=1)
        )
        self.attention = Attention(features)

    def forward(self, x: Tensor) -> Tensor:
        """(N, before, H, W) to (N, features, H, W)."""
        first = self.first(x)
        rest = self.rest(first)
        return rest * self.attention(rest) + first


class Pass(nn.Sequential):
    """Four planes to four planes, before the tanh."""

    def __init__(self, blocks: int, features: int) -> None:
        super().__init__(
            *(Block(features if i else 4, features) for i in range(blocks)),
            _conv(features, features, padding=1),
            nn.Conv2d(features, 4, 3, padding=1),
        )


class MicroISPNetwork(nn.Module):
    """Three independent chains."""

    def __init__(self, passes: int = 2, blocks: int = 2, features: int = 4) -> None:
        super().__init__()
        self.chains = nn.ModuleList(
            nn.ModuleList(Pass(blocks, features) for _ in range(passes)) for _ in "RGB"
        )
        self.head = WideTanh()
        for part in self.modules():
            if isinstance(part, nn.Conv2d):
                nn.init.kaiming_normal_(part.weight, a=PRELU)
                if part.bias is not None:
                    nn.init.zeros_(part.bias)

    def forward(self, raw: Tensor) -> Tensor:
        """(N, 4, H, W), planes B, Gr, R, Gb, sides from 79, to (N, 3, 2H, 2W) in (-0.08, 1.08)."""
        return torch.cat([self._chain(chain, raw) for chain in self.chains], dim=1)

    def _chain(self, chain: nn.Module, x: Tensor) -> Tensor:
        *early, last = chain.children()
        for step in early:
            x = torch.tanh(step(x))  # (N, 4, H, W) in (-1, 1)
        return F.pixel_shuffle(self.head(last(x)), 2)  # (N, 1, 2H, 2W)


@register_isp(
    "microisp",
    title="MicroISP: Processing 32MP Photos on Mobile Devices with Deep Learning",
    authors="Ignatov, Sycheva, Timofte et al.",
    year=2022,
    link="https://arxiv.org/abs/2211.06770",
    licence="CC BY-NC-SA 4.0",
    deviations=(
        "No training code was released: batch, learning rate, schedule and lengths are guesses. "
        "Kaiming initialisation; the released one does not learn. Black-subtracted input."
    ),
    needs=("VGG-19 weights",),
)
class MicroISP(DeepISP):
    """MicroISP behind the contract."""

    Config = MicroISPConfig
    config: MicroISPConfig
    published: ClassVar = {
        name: Published(
            58_620, 32, 128, "a guess: 20 epochs of the 93,800 crops of Fujifilm UltraISP"
        )
        for name in LOSSES
    }
    minimum_size = 79

    def __init__(self, config: MicroISPConfig | None = None) -> None:
        super().__init__(config)
        network = MicroISPNetwork(self.config.passes, self.config.blocks, self.config.features)
        # Channels last makes a training step a quarter to a third faster, on CPUs too.
        self.network = network.to(memory_format=torch.channels_last)

    def develop(self, raw: Tensor) -> Tensor:
        """See the contract."""
        return self.network(zurich_order(raw))

    def check_needs(self) -> None:
        """See the contract."""
        self.stages()
        vgg_weights_path(self.config)

    def stages(self) -> Sequence[Stage]:
        """One stage for each of the three losses."""
        return staged(self.published, self.config, self.config.crop_size)

    def configure(self, stage: Stage, total_steps: int) -> Optimisation:
        """Adam with a cosine to 0 in each stage."""
        adam = Adam(self.parameters(), lr=self.config.learning_rate)
        return Optimisation({"adam": adam}, [CosineAnnealingLR(adam, max(1, total_steps))])

    def training_step(
        self, batch: ISPBatch, stage: Stage, optimisation: Optimisation
    ) -> dict[str, Tensor]:
        """One step with the losses of the stage."""
        prediction = self.unclamped(batch.raw).float()
        losses = self.losses(prediction, batch.srgb, stage.name)
        descend(optimisation.optimizers["adam"], losses["loss"])
        return {name: value.detach() for name, value in losses.items()}

    def losses(self, prediction: Tensor, target: Tensor, stage: str) -> dict[str, Tensor]:
        """The losses of a stage by name; "loss" is their weighted sum, "ssim" enters as 1 - SSIM.

        Args:
            prediction: (N, 3, H, W), sRGB in (-0.08, 1.08).
            target: the same shape, in [0, 1].
            stage: "mse", "vgg" or "ssim".
        """
        weights = LOSSES[stage]
        losses = {"mse": mse(prediction, target)}
        total = weights["mse"] * losses["mse"]
        if "ssim" in weights:
            losses["ssim"] = ssim(prediction, target)
            total = total + weights["ssim"] * (1 - losses["ssim"])
        if "vgg" in weights and self.config.vgg != "off":
            losses["vgg"] = perceptual(prediction, target, self.config)
            total = total + weights["vgg"] * losses["vgg"]
        return {"loss": total, **losses}
