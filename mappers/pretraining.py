"""A pre-training of the generators before the adversarial training of :mod:`mappers.cycle`."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from torch import Tensor

from benchmark.stage import Optimisation, Stage, descend
from mappers.base import MapperBatch
from mappers.cycle import CycleConfig, CycleMapper, sum_of

PRE_TRAINING = "pre-training"  # name of the stage


@dataclass(frozen=True)
class PretrainedConfig(CycleConfig):
    """Settings of the pre-training.

    Attributes:
        pretrain_steps: length of the pre-training in optimisation steps, in place of `budget`; 0
            leaves it out.
        pretrain_batch_size: crops per camera and step.
        pretrain_lr: learning rate.
    """

    pretrain_steps: int | None = None
    pretrain_batch_size: int = 32
    pretrain_lr: float = 1e-3


class PretrainedCycleMapper(CycleMapper):
    """A cycle mapper whose generators first learn to restore pictures."""

    Config = PretrainedConfig
    config: PretrainedConfig

    # What a mapper gives

    def configure_pretraining(self, stage: Stage, total_steps: int) -> Optimisation:
        """One optimiser, and its schedule, for a pre-training of `total_steps` steps."""
        raise NotImplementedError

    def pretraining_losses(self, batch: MapperBatch) -> dict[str, Tensor]:
        """The terms of the loss of the pre-training, by name."""
        raise NotImplementedError

    def finish_pretraining(self) -> None:
        """Called before the adversarial training if there was a pre-training. Default: nothing."""

    # Training

    def stages(self) -> Sequence[Stage]:
        """The pre-training unless it has no steps, then the adversarial training."""
        c = self.config
        if c.pretrain_steps == 0:
            return super().stages()
        first = replace(c, batch_size=c.pretrain_batch_size, steps=c.pretrain_steps)
        return [first.stage(PRE_TRAINING, self.published[PRE_TRAINING]), *super().stages()]

    def configure(self, stage: Stage, total_steps: int) -> Optimisation:
        """The optimiser of the pre-training; as a cycle mapper afterwards."""
        if stage.name == PRE_TRAINING:
            return self.configure_pretraining(stage, total_steps)
        if self.config.pretrain_steps != 0:
            self.finish_pretraining()
        return super().configure(stage, total_steps)

    def training_step(
        self, batch: MapperBatch, stage: Stage, optimisation: Optimisation
    ) -> dict[str, Tensor]:
        """One update of the pre-training, or of all networks afterwards."""
        if stage.name != PRE_TRAINING:
            return super().training_step(batch, stage, optimisation)
        losses = self.pretraining_losses(batch)
        (optimizer,) = optimisation.optimizers.values()
        descend(optimizer, sum_of(losses))
        return {name: loss.detach() for name, loss in losses.items()}
