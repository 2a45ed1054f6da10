"""SYENet: A Simple Yet Effective Network for Multiple Low-Level Vision Tasks, ICCV 2023.

Weiran Gou et al.; arXiv 2308.08137; its ISP form, first in the MAI 2022 learned-ISP challenge.
Trained with over-parameterised convolutions, used as a plain network of 5,640 parameters. First
a warm-up: the network restores the raw and develops the sRGB from a raw with blocks cut out.

The published 200 epochs end in the middle of a cycle of the learning rate and the checkpoint
best in validation is taken: `weights="best", main_epochs=200`. By default no picture is kept for
validation and the last weights are used, so training ends with the second cycle, after 150 epochs.
Written from published facts.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, ClassVar, Literal

import torch
import torch.nn.functional as F
from pydantic import Field
from torch import Tensor
from torch.optim import Adam
from torch.optim.lr_scheduler import CosineAnnealingWarmRestarts

from benchmark.errors import BenchError
from benchmark.stage import Optimisation, Published, Stage, Validation, descend
from isp_models.base import DeepISP, ISPBatch, register_isp
from isp_models.networks.syenet import SYENetNetwork
from isp_models.training.best_weights import BestWeightsConfig
from isp_models.training.losses import charbonnier, cosine, outlier_aware
from isp_models.training.staged import StagedConfig, check_crop, staged

WARM_UP, MAIN = "warm-up", "main"
BLOCK = 3  # side of the squares that DropBlock cuts out, packed pixels
DROP = 0.5  # seeds are drawn with DROP / BLOCK²; about 60 % of the pixels stay
PUBLISHED_EPOCHS = 200  # of the main training
FIRST_CYCLE = 50  # epochs; the second is twice as long
FLOOR = 1e-7  # of the learning rate


@dataclass(frozen=True)
class SYENetConfig(StagedConfig, BestWeightsConfig):
    """Network and training of SYENet.

    Attributes:
        form: "train" trains over-parameterised and develops with the slim form; "slim" trains
            the plain network, without warm-up.
        channels: features of the first unit.
        rep_scale: width of the parallel convolutions in the training form.
        crop_size: side of the training crops in packed pixels.
        main_epochs: the main training ends after so many of the 200 published epochs; 150 is the
            end of the second cycle of the learning rate.
        warmup_learning_rate: of Adam in the warm-up.
        learning_rate: of Adam, at the start of each cosine cycle.
    """

    form: Literal["train", "slim"] = "train"
    channels: int = 12
    rep_scale: int = 4
    crop_size: int = 128
    main_epochs: Annotated[float, Field(gt=0, le=PUBLISHED_EPOCHS)] = 150
    warmup_learning_rate: float = 1e-6
    learning_rate: float = 1e-3


@register_isp(
    "syenet",
    title=(
        "SYENet: A Simple Yet Effective Network for Multiple Low-Level Vision Tasks with "
        "Real-Time Performance on Mobile Device"
    ),
    authors="Gou, Yi, Xiang, Li, Liu, Kong, Xu",
    year=2023,
    link="https://arxiv.org/abs/2308.08137",
    licence="Apache-2.0",
    deviations=(
        "The last weights after 150 epochs (two whole cosine cycles) in place of the best in "
        "validation of 200 (weights=best, main_epochs=200). The rate falls by step, not by epoch. "
        "Black-subtracted input. The outlier-aware loss is 0, not NaN, where all errors of a "
        "channel are equal."
    ),
    version=2,
)
class SYENet(DeepISP):
    """SYENet behind the contract."""

    Config = SYENetConfig
    config: SYENetConfig
    published: ClassVar = {
        name: Published(
            epochs * 23_450,
            4,
            128,
            f"released code: {epochs} epochs of the 93,800 crops of Fujifilm UltraISP",
        )
        for name, epochs in ((WARM_UP, 10), (MAIN, PUBLISHED_EPOCHS))
    }

    def __init__(self, config: SYENetConfig | None = None) -> None:
        super().__init__(config)
        scale = None if self.config.form == "slim" else self.config.rep_scale
        self.network = SYENetNetwork(self.config.channels, scale)

    def develop(self, raw: Tensor) -> Tensor:
        """See the contract; in eval mode through the slim form, which takes a millisecond to make.

        The planes R, Gr, Gb, B are already in the order of the reference.
        """
        if self.training or self.config.form == "slim":
            return self.network(raw)
        return self.network.to_slim()(raw)

    def slim(self) -> "SYENet":
        """The slim form, merged."""
        if self.config.form == "slim":
            return self
        merged = SYENet(replace(self.config, form="slim"))
        merged.network = self.network.to_slim()
        return merged.eval()

    def check_needs(self) -> None:
        """See the contract."""
        self.stages()

    def stages(self) -> Sequence[Stage]:
        """Warm-up (training form only) and main.

        Raises:
            BenchError: a batch of one: the batch norms of the attention see one value per image.
        """
        config = self.config
        check_crop(config.crop_size, 1, 1)
        published = dict(self.published)
        if config.form == "slim":
            del published[WARM_UP]
        elif config.batch_size == 1:
            raise BenchError(
                "batch_size = 1; SYENet in training form needs at least 2 (published: 4), because "
                "the batch norms in its attention see a single value per image and channel."
            )
        shares = {MAIN: config.main_epochs / PUBLISHED_EPOCHS}
        return staged(published, config, config.crop_size, shares)

    def configure(self, stage: Stage, total_steps: int) -> Optimisation:
        """Adam; in the main stage with cosine cycles of 50, 100, … epochs."""
        if stage.name == WARM_UP:
            rate = self.config.warmup_learning_rate
            return Optimisation({"adam": Adam(self.parameters(), lr=rate)})
        adam = Adam(self.parameters(), lr=self.config.learning_rate)
        # Rounded up: a cycle that begins with the very last steps would spoil the weights.
        cycle = max(1, math.ceil(total_steps * FIRST_CYCLE / self.config.main_epochs))
        schedule = CosineAnnealingWarmRestarts(adam, T_0=cycle, T_mult=2, eta_min=FLOOR)
        looks = Validation(every=max(1, round(total_steps / self.config.main_epochs)))
        validation = looks if self.validates(self.config) else None
        return Optimisation({"adam": adam}, [schedule], validation=validation)

    def training_step(
        self, batch: ISPBatch, stage: Stage, optimisation: Optimisation
    ) -> dict[str, Tensor]:
        """One step of the warm-up or of the main training."""
        losses = self._warm_up(batch) if stage.name == WARM_UP else self._main(batch)
        loss = torch.stack(list(losses.values())).sum()
        descend(optimisation.optimizers["adam"], loss)
        return {"loss": loss.detach()} | {name: value.detach() for name, value in losses.items()}

    def validation_loss(self, batch: ISPBatch, stage: Stage) -> Tensor:
        """Minus the mean PSNR in dB of the pictures as they are scored, 100 dB at most."""
        errors = (self(batch.raw) - batch.srgb).square().mean(dim=(1, 2, 3))  # (N,)
        return 10 * errors.clamp_min(1e-10).log10().mean()

    @classmethod
    def validates(cls, config: SYENetConfig) -> bool:
        """See the contract."""
        return config.weights == "best"

    def _warm_up(self, batch: ISPBatch) -> dict[str, Tensor]:
        srgb, raw = self.network.warm_up(batch.raw * block_mask(batch.raw))
        return {
            "reconstruction": charbonnier(raw.float(), batch.raw),
            "charbonnier": charbonnier(srgb.float(), batch.srgb),
            "cosine": cosine(srgb.float(), batch.srgb),
        }

    def _main(self, batch: ISPBatch) -> dict[str, Tensor]:
        srgb = self.network(batch.raw).float()
        return {
            "outlier_aware": outlier_aware(srgb, batch.srgb),
            "cosine": cosine(srgb, batch.srgb),
        }


def block_mask(raw: Tensor) -> Tensor:
    """DropBlock: 0 on random squares of 3x3 pixels, 1 elsewhere; no rescaling.

    Args:
        raw: (N, 4, H, W).

    Returns:
        (N, 1, H, W), the same for the four planes.
    """
    seeds = (torch.rand_like(raw[:, :1]) < DROP / BLOCK**2).to(raw.dtype)
    return 1 - F.max_pool2d(seeds, BLOCK, stride=1, padding=BLOCK // 2)
