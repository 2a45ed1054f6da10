"""What a method tells the training loop: its stages, and how each is optimised.

A leaf module: methods import it, it imports nothing of the benchmark.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR, LRScheduler


@dataclass(frozen=True)
class Stage:
    """One phase of training with a batch size, a crop size and a length of its own.

    Attributes:
        name: unique within the method, e.g. "level 5".
        batch_size: crops per step (per camera for a mapper).
        crop_size: side of the square training crops in packed pixels.
        epochs: published length, in passes over all non-overlapping training crops.
        steps: length in optimisation steps; if given it replaces `epochs`.
        augment: random flips and quarter turns, drawn for each crop.
    """

    name: str
    batch_size: int
    crop_size: int
    epochs: float = 1
    steps: int | None = None
    augment: bool = False

    def total_steps(self, crops: int) -> int:
        """Optimisation steps of the stage when there are `crops` training crops."""
        if self.steps is not None:
            return self.steps
        return max(1, int(self.epochs * (crops // self.batch_size)))


@dataclass
class Optimisation:
    """Everything that changes during a stage besides the weights.

    Attributes:
        optimizers: by name; the method itself calls `step()` on them in its `training_step`.
        schedulers: the training loop steps each once per training step.
        ema: decay per step of the exponential moving average of the weights that is used for
            inference; 0 for none.
    """

    optimizers: dict[str, Optimizer]
    schedulers: Sequence[LRScheduler] = field(default_factory=list)
    ema: float = 0.0


def linear_decay(optimizer: Optimizer, total_steps: int, start: float) -> LambdaLR:
    """Constant rate until the fraction `start` of the steps, then a straight line to 0."""
    begin = start * total_steps
    length = max(1.0, total_steps - begin)  # a stage may be of no steps at all

    def factor(step: int) -> float:
        return 1.0 if step < begin else max(0.0, (total_steps - step) / length)

    return LambdaLR(optimizer, factor)


def descend(
    optimizer: Optimizer,
    loss: Tensor,
    parameters: Iterable[nn.Parameter] = (),
    clip_norm: float | None = None,
) -> None:
    """One optimiser step down `loss`; gradients of `parameters` are clipped to a global norm."""
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    if clip_norm is not None:
        torch.nn.utils.clip_grad_norm_(list(parameters), clip_norm)
    optimizer.step()
