"""PyNET-V2 Mobile: Efficient On-Device Photo Processing With Neural Networks, ICPR 2022.

Andrey Ignatov et al.; arXiv 2211.06263. A PyNET for phones: three levels, strided convolutions,
residual groups, attention. Every level, coarsest first, is trained twice: with the perceptual
loss and SSIM, then with the squared error and SSIM. Nothing is frozen.

As published, each stage starts from the weights of the last one that were best in validation
(`weights="best"`); by default no picture is kept for that, and each starts from the last weights.
The reference's perceptual loss sees 0 to 255 through MatConvNet's weights, whose features are
larger than torchvision's: `perceptual_weight` makes up for that (a guess, from the weights of SSIM
in PyNET's two codes, 20 and 0.4). Initialisation is torch's with PReLU slopes of 0.25, because
Keras' starts without gradients in half of the layers. Written from published facts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar

import torch
from torch import Tensor
from torch.optim import Adam

from benchmark.stage import Optimisation, Published, Stage, Validation, descend
from isp_models.base import DeepISP, ISPBatch, register_isp
from isp_models.networks.pynet_v2 import PyNETV2Network
from isp_models.networks.zurich import shrink, zurich_order
from isp_models.training.best_weights import BestWeightsConfig
from isp_models.training.losses import mse, ssim
from isp_models.training.perceptual import PerceptualConfig, perceptual, vgg_weights_path
from isp_models.training.plateau import Plateau
from isp_models.training.staged import StagedConfig, check_crop, staged


@dataclass(frozen=True)
class Phase:
    """One of the six stages.

    Attributes:
        level: the level that is supervised.
        learning_rate: of Adam at the start.
        vgg: weight of the perceptual loss.
        mse: weight of the mean squared error.
        ssim: weight of 1 - SSIM.
    """

    level: int
    learning_rate: float
    vgg: float = 0.0
    mse: float = 0.0
    ssim: float = 0.0


PHASES: Mapping[str, Phase] = MappingProxyType(
    {
        "level 3, perceptual": Phase(3, 1e-4, vgg=1, ssim=5),
        "level 3, fidelity": Phase(3, 1e-4, mse=100, ssim=40),
        "level 2, perceptual": Phase(2, 5e-5, vgg=1, ssim=5),
        "level 2, fidelity": Phase(2, 5e-5, mse=100, ssim=40),
        "level 1, perceptual": Phase(1, 5e-5, vgg=1, ssim=5),
        "level 1, fidelity": Phase(1, 5e-5, mse=100, ssim=40),
    }
)


@dataclass(frozen=True)
class PyNETV2Config(StagedConfig, PerceptualConfig, BestWeightsConfig):
    """Training of PyNET-V2 Mobile.

    Attributes:
        crop_size: side of the training crops in packed pixels.
        learning_rate: one rate for all stages; None: 1e-4 at level 3, 5e-5 at levels 2 and 1.
        perceptual_weight: factor on the perceptual loss, see the module.
        epoch_steps: what the schedule calls an epoch.
        patience: epochs without a better training SSIM before the rate is halved; None: never.
        early_stop: epochs without a better training SSIM before the stage ends, or with
            `weights="best"`, as published, without a lower validation loss; None: never.
    """

    crop_size: int = 128
    learning_rate: float | None = None
    perceptual_weight: float = 50.0
    epoch_steps: int = 1000
    patience: int | None = 5
    early_stop: int | None = 50


@register_isp(
    "pynet-v2",
    title="PyNet-V2 Mobile: Efficient On-Device Photo Processing With Neural Networks",
    authors="Ignatov, Malivenko, Timofte et al.",
    year=2022,
    link="https://arxiv.org/abs/2211.06263",
    licence="CC BY-NC-SA 4.0",
    deviations=(
        "The last weights of each stage, and early stopping on the training SSIM, in place of the "
        "best weights and early stopping in validation (weights=best). torchvision's VGG-19, its "
        "term weighted to match. Torch's initialisation with PReLU slopes 0.25. No flips and "
        "turns. Black-subtracted input."
    ),
    needs=("VGG-19 weights",),
    version=2,
)
class PyNETV2(DeepISP):
    """PyNET-V2 Mobile behind the contract."""

    Config = PyNETV2Config
    config: PyNETV2Config
    published: ClassVar = {
        name: Published(
            500_000, 20, 128, "released code: at most 500 epochs of 1,000 steps; stops early"
        )
        for name in PHASES
    }
    minimum_size = 28
    size_multiple = 4

    def __init__(self, config: PyNETV2Config | None = None) -> None:
        super().__init__(config)
        # Channels last makes a training step a sixth faster, on CPUs too.
        self.network = PyNETV2Network().to(memory_format=torch.channels_last)
        self._plateau = Plateau(self.config.epoch_steps)

    def develop(self, raw: Tensor) -> Tensor:
        """See the contract; level 1."""
        return self.network(zurich_order(raw))

    def check_needs(self) -> None:
        """See the contract."""
        self.stages()
        if vgg_weights_path(self.config):
            check_crop(self.config.crop_size, 32, self.size_multiple)  # 16 pixels at level 3

    def stages(self) -> Sequence[Stage]:
        """Perceptual and fidelity stage of levels 3, 2 and 1."""
        config = self.config
        check_crop(config.crop_size, self.minimum_size, self.size_multiple)
        return staged(self.published, config, config.crop_size)

    def configure(self, stage: Stage, total_steps: int) -> Optimisation:
        """A new Adam, and a new watch over the training SSIM."""
        self._plateau = Plateau(self.config.epoch_steps)
        config = self.config
        adam = Adam(self.parameters(), lr=config.learning_rate or PHASES[stage.name].learning_rate)
        looks = Validation(config.epoch_steps, config.early_stop)
        return Optimisation({"adam": adam}, validation=looks if self.validates(config) else None)

    def training_step(
        self, batch: ISPBatch, stage: Stage, optimisation: Optimisation
    ) -> dict[str, Tensor]:
        """One step, and at the end of an epoch a lower rate if SSIM has not grown for long."""
        losses = self._losses_of(batch, stage)
        adam = optimisation.optimizers["adam"]
        descend(adam, losses["loss"])
        self._plateau.watch(losses["ssim"].detach(), adam, self.config.patience)
        return {name: value.detach() for name, value in losses.items()}

    def validation_loss(self, batch: ISPBatch, stage: Stage) -> Tensor:
        """The loss that the stage trains on."""
        return self._losses_of(batch, stage)["loss"]

    @classmethod
    def validates(cls, config: PyNETV2Config) -> bool:
        """See the contract."""
        return config.weights == "best"

    def _losses_of(self, batch: ISPBatch, stage: Stage) -> dict[str, Tensor]:
        phase = PHASES[stage.name]
        prediction = self.network(zurich_order(batch.raw), phase.level).float()
        target = shrink(batch.srgb, 2 ** (phase.level - 1), mode="bicubic")
        return self.losses(prediction, target, phase)

    def losses(self, prediction: Tensor, target: Tensor, phase: Phase) -> dict[str, Tensor]:
        """The losses of a phase by name; "loss" is their weighted sum, "ssim" enters as 1 - SSIM.

        Args:
            prediction: (N, 3, H, W), sRGB in (-0.08, 1.08), H = 2S / 2^(level-1).
            target: the same shape, in [0, 1].
            phase: the weights.
        """
        losses = {"ssim": ssim(prediction, target), "mse": mse(prediction, target)}
        total = phase.ssim * (1 - losses["ssim"]) + phase.mse * losses["mse"]
        if phase.vgg and self.config.vgg != "off":
            losses["vgg"] = perceptual(prediction, target, self.config)
            total = total + self.config.perceptual_weight * phase.vgg * losses["vgg"]
        return {"loss": total, **losses}

    def finished(self) -> bool:
        """Early stop on the training SSIM: see `PyNETV2Config.early_stop`."""
        limit = None if self.validates(self.config) else self.config.early_stop
        return limit is not None and self._plateau.epochs_without_best >= limit

    def training_state(self) -> dict[str, Any]:
        """The watch over the training SSIM."""
        return self._plateau.state()

    def load_training_state(self, state: dict[str, Any]) -> None:
        """Restores what `training_state` returned."""
        self._plateau.load(state)
