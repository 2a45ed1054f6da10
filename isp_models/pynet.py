"""PyNET: Replacing Mobile Camera ISP with a Single Deep Learning Model, CVPRW 2020.

Andrey Ignatov, Luc Van Gool, Radu Timofte; arXiv 2002.05509. An inverted pyramid: the coarsest
level (5) learns global brightness and colour first, at 1/16 of the packed size; each finer level
starts from the weights so far and takes the features of the one below; level 0 doubles the size.
Nothing is ever frozen, and only the head of the current level is supervised.

The defaults are the authors' PyTorch variant. Their TensorFlow code, which made the paper's
results, differs in the fields of `PyNETVariant`; users report that it collapses in colour when
retrained, at level 1, where it has no instance norm. Written from published facts, without code
of the reference.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, ClassVar, Literal

import torch
from pydantic import Field
from torch import Tensor
from torch.optim import Adam

from benchmark.errors import BenchError
from benchmark.stage import Optimisation, Published, Stage, linear_decays
from isp_models.base import DeepISP, ISPBatch, register_isp
from isp_models.networks.pynet import FEATURES, PyNETNetwork, PyNETVariant
from isp_models.networks.pynet_start import show_raw
from isp_models.networks.zurich import shrink, zurich_order
from isp_models.training.accumulate import descend_in_parts
from isp_models.training.losses import ms_ssim, mse
from isp_models.training.perceptual import (
    MINIMUM_SIDE,
    PerceptualConfig,
    perceptual,
    vgg_weights_path,
)
from isp_models.training.staged import StagedConfig, check_crop, staged


@dataclass(frozen=True)
class Level:
    """How one level is trained.

    Attributes:
        mse: weight of the mean squared error.
        vgg: weight of the perceptual loss.
        ms_ssim: weight of 1 - MS-SSIM.
    """

    mse: float
    vgg: float = 0.0
    ms_ssim: float = 0.0


LEVELS: Mapping[int, Level] = MappingProxyType(
    {
        5: Level(mse=1),
        4: Level(mse=1),
        3: Level(mse=10, vgg=1),
        2: Level(mse=10, vgg=1),
        1: Level(mse=10, vgg=1),
        0: Level(mse=1, vgg=1, ms_ssim=0.4),
    }
)


def _published(steps: int, batch_size: int, epochs: int) -> Published:
    source = f"PyNET-PyTorch's README: {epochs} epochs of the 46,839 crops of Zurich RAW to RGB"
    return Published(steps, batch_size, 224, source)


@dataclass(frozen=True)
class PyNETConfig(PyNETVariant, StagedConfig, PerceptualConfig):
    """Variant and training of PyNET.

    Attributes:
        crop_size: side of the training crops in packed pixels.
        init: "torch", as published; "picture": the convolutions that bypass the instance norms
            start by passing the raw planes on, and the last one by showing them. Short trainings
            then learn colour in a third of the steps.
        learning_rate: of Adam, the same at all levels.
        decay_from: fraction of each level's steps after which the rate falls linearly to 0; 1, as
            published, for never.
        perceptual_weight: factor on the perceptual loss.
        micro_batch: crops that are in memory at a time, see
            :func:`isp_models.training.accumulate.descend_in_parts`; None for as many as fit on a
            GPU, for all on a CPU. The published batches take about 40 GB at levels 2 and 1.
    """

    crop_size: int = 224
    init: Literal["torch", "picture"] = "torch"
    learning_rate: float = 5e-5
    decay_from: float = 1.0
    perceptual_weight: float = 1.0
    micro_batch: Annotated[int, Field(ge=1)] | None = None


@register_isp(
    "pynet",
    title="Replacing Mobile Camera ISP with a Single Deep Learning Model",
    authors="Ignatov, Van Gool, Timofte",
    year=2020,
    link="https://arxiv.org/abs/2002.05509",
    licence="CC BY-NC-SA 4.0",
    deviations=(
        "The authors' PyTorch variant, not the TensorFlow one behind the paper's numbers. "
        "Black-subtracted input. MS-SSIM terms are kept positive (the reference can give NaN). "
        "The last weights are used."
    ),
    needs=("VGG-19 weights",),
    version=2,
)
class PyNET(DeepISP):
    """PyNET behind the contract."""

    Config = PyNETConfig
    config: PyNETConfig
    published: ClassVar = {
        "level 5": _published(7_488, 50, epochs=8),
        "level 4": _published(7_488, 50, epochs=8),
        "level 3": _published(15_912, 50, epochs=17),
        "level 2": _published(15_912, 50, epochs=17),
        "level 1": _published(73_175, 16, epochs=25),
        "level 0": _published(195_150, 12, epochs=50),
    }
    minimum_size = 32
    size_multiple = 16

    def __init__(self, config: PyNETConfig | None = None) -> None:
        super().__init__(config)
        network = PyNETNetwork(self.config)
        if self.config.init == "picture":
            self._check_picture_init()
            show_raw(network)
        # Channels last makes a training step a fifth to a third faster, on CPUs too.
        self.network = network.to(memory_format=torch.channels_last)

    def develop(self, raw: Tensor) -> Tensor:
        """See the contract; level 0."""
        return self.network(zurich_order(raw))

    def check_needs(self) -> None:
        """See the contract."""
        self.stages()
        if vgg_weights_path(self.config) and self.config.crop_size < 4 * MINIMUM_SIDE:
            raise BenchError(
                f"crop_size = {self.config.crop_size}; with the perceptual loss PyNET needs at "
                f"least {4 * MINIMUM_SIDE} packed pixels, so that level 3 gives {MINIMUM_SIDE}."
            )

    def _check_picture_init(self) -> None:
        features, upsample = self.config.scaled(FEATURES[0]), self.config.upsample
        if features <= 4 or upsample != "bilinear":
            raise BenchError(
                f"init = picture with width = {self.config.width} and upsample = {upsample}; it "
                f"needs a width above {4 / FEATURES[0]} and upsample = bilinear."
            )

    def stages(self) -> Sequence[Stage]:
        """Level 5 to level 0."""
        check_crop(self.config.crop_size, self.minimum_size, self.size_multiple)
        return staged(self.published, self.config, self.config.crop_size)

    def configure(self, stage: Stage, total_steps: int) -> Optimisation:
        """A new Adam for each level; a constant rate unless `decay_from` is below 1."""
        adam = Adam(self.parameters(), lr=self.config.learning_rate)
        return Optimisation(
            {"adam": adam}, linear_decays([adam], total_steps, self.config.decay_from)
        )

    def training_step(
        self, batch: ISPBatch, stage: Stage, optimisation: Optimisation
    ) -> dict[str, Tensor]:
        """One step of one level."""
        level = int(stage.name.removeprefix("level "))
        target = shrink(batch.srgb, 2**level)
        return descend_in_parts(
            optimisation.optimizers["adam"],
            develop=lambda raw: self.network(zurich_order(raw), level).float(),
            loss=lambda prediction: self.losses(prediction, target, level),
            raw=batch.raw,
            micro_batch=self.config.micro_batch,
        )

    def losses(self, prediction: Tensor, target: Tensor, level: int) -> dict[str, Tensor]:
        """The losses of a level by name; "loss" is their weighted sum.

        Args:
            prediction: (N, 3, H, W) sRGB in (0, 1), H = 2S / 2^level.
            target: the same shape.
            level: 5 to 0.
        """
        plan = LEVELS[level]
        losses = {"mse": mse(prediction, target)}
        total = plan.mse * losses["mse"]
        if plan.vgg and self.config.vgg != "off":
            losses["vgg"] = perceptual(prediction, target, self.config)
            total = total + self.config.perceptual_weight * plan.vgg * losses["vgg"]
        if plan.ms_ssim:
            losses["ms_ssim"] = ms_ssim(prediction, target)
            total = total + plan.ms_ssim * (1 - losses["ms_ssim"])
        return {"loss": total, **losses}
