"""The contract between a method and the training loop: stages, and how each is optimised."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, ClassVar, Generic, TypeVar

import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR, LRScheduler

from benchmark.errors import ContractError
from benchmark.registry import Registered

Batch = TypeVar("Batch")


@dataclass(frozen=True)
class Published:
    """How long a stage of training is in its source.

    Attributes:
        steps: optimisation steps.
        batch_size: crops per step (per camera for a mapper).
        crop_size: side of the square crops in packed pixels.
        source: where these are from, and what an epoch is there.
    """

    steps: int
    batch_size: int
    crop_size: int
    source: str

    @property
    def crops(self) -> int:
        """Crops seen (of each camera for a mapper)."""
        return self.steps * self.batch_size

    def steps_of(self, batch_size: int, share: float = 1.0) -> int:
        """Steps that see a share of the published crops in batches of `batch_size`.

        >>> Published(steps=100, batch_size=4, crop_size=256, source="").steps_of(8, share=0.5)
        25
        """
        return max(1, round(share * self.crops / batch_size))


@dataclass(frozen=True)
class Stage:
    """One phase of training with a batch size, a crop size and a length of its own.

    Attributes:
        name: unique within the method, e.g. "level 5".
        batch_size: crops per step (per camera for a mapper).
        crop_size: side of the square training crops in packed pixels.
        epochs: length in passes over all non-overlapping training crops of the data set.
        steps: length in optimisation steps; if given it replaces `epochs`.
        augment: random flips and quarter turns, drawn for each crop.
        published: the length in the source; None for a method without one.
    """

    name: str
    batch_size: int
    crop_size: int
    epochs: float = 1
    steps: int | None = None
    augment: bool = False
    published: Published | None = None

    def total_steps(self, crops: int) -> int:
        """Optimisation steps of the stage when there are `crops` training crops.

        >>> Stage("only", batch_size=4, crop_size=64, epochs=2).total_steps(crops=100)
        50
        >>> Stage("only", batch_size=4, crop_size=64, epochs=2, steps=7).total_steps(crops=100)
        7
        """
        if self.steps is not None:
            return self.steps
        return max(1, int(self.epochs * (crops // self.batch_size)))


@dataclass(frozen=True)
class Validation:
    """Looks at validation pictures during a stage, which then ends with the best weights.

    Attributes:
        every: optimisation steps from one look to the next.
        patience: looks in a row without a lower loss after which the stage ends; None for never.
    """

    every: int
    patience: int | None = None


@dataclass
class Optimisation:
    """Everything that changes during a stage besides the weights.

    Attributes:
        optimizers: by name; the method itself calls `step()` on them in its `training_step`.
        schedulers: the training loop steps each once per training step.
        ema: decay per step of the exponential moving average of the weights that is used for
            inference; 0 for none.
        validation: only for ISPs that declare it, see `DeepISP.validates`.
    """

    optimizers: dict[str, Optimizer]
    schedulers: Sequence[LRScheduler] = field(default_factory=list)
    ema: float = 0.0
    validation: Validation | None = None


class Trainable(nn.Module, Registered, Generic[Batch]):
    """What mappers and deep ISPs have in common: settings, and training in stages.

    The training loop calls, for each of the :meth:`stages` in order, :meth:`configure` once and
    :meth:`training_step` for every batch. The defaults of `Config` are the published values.

    Attributes:
        published: the length of each stage in the source, by the stage's name.
    """

    published: ClassVar[Mapping[str, Published]] = MappingProxyType({})

    def __init__(self, config: Any = None) -> None:
        nn.Module.__init__(self)
        Registered.__init__(self, config)

    def stages(self) -> Sequence[Stage]:
        """Training stages in order. Default: none, for methods that do not train."""
        return ()

    def configure(self, stage: Stage, total_steps: int) -> Optimisation:
        """Optimisers and schedules of a stage that lasts `total_steps` steps."""
        raise NotImplementedError(f"{type(self).__name__} has stages but no configure().")

    def training_step(
        self, batch: Batch, stage: Stage, optimisation: Optimisation
    ) -> dict[str, Tensor]:
        """Does one update of the weights and returns the losses, detached, by name."""
        raise NotImplementedError(f"{type(self).__name__} has stages but no training_step().")

    def validation_loss(self, batch: Batch, stage: Stage) -> Tensor:
        """The mean loss of validation crops, the lower the better; called in eval mode."""
        raise NotImplementedError(f"{type(self).__name__} validates but has no validation_loss().")

    def finished(self) -> bool:
        """Whether the current stage may end before its last step (early stopping). Default: no.

        Asked after every step; the answer must follow from what `training_state` keeps.
        """
        return False

    def training_state(self) -> dict[str, Any]:
        """State beyond weights and optimisers (a replay pool): tensors, numbers, lists, dicts."""
        return {}

    def load_training_state(self, state: dict[str, Any]) -> None:
        """Restores what `training_state` returned."""


def check_output(where: str, output: object, shape: Sequence[int], dtype: torch.dtype) -> None:
    """Checks what a method returned.

    Args:
        where: the method's function, for the error.
        output: what it returned.
        shape: what its shape must be.
        dtype: what its type must be, unless torch's autocast chooses the type.

    Raises:
        ContractError: it is no tensor, or one of another shape or type.
    """
    if not isinstance(output, Tensor):
        raise ContractError(f"{where} returned {type(output).__name__}, not a tensor.")
    if output.shape != tuple(shape):
        raise ContractError(
            f"{where} returned a tensor of shape {tuple(output.shape)}; it must be {tuple(shape)}."
        )
    if output.dtype != dtype and not torch.is_autocast_enabled(output.device.type):
        raise ContractError(f"{where} returned {output.dtype}; it must be {dtype}.")


def linear_decay(optimizer: Optimizer, total_steps: int, start: float) -> LambdaLR:
    """Constant rate until the fraction `start` of the steps, then a straight line to 0.

    >>> optimizer = torch.optim.SGD([nn.Parameter(torch.ones(1))], lr=1.0)
    >>> decay = linear_decay(optimizer, total_steps=100, start=0.5).lr_lambdas[0]
    >>> decay(0), decay(50), decay(75), decay(100)
    (1.0, 1.0, 0.5, 0.0)
    """
    begin = start * total_steps
    length = max(1.0, total_steps - begin)  # a stage may have no steps at all

    def factor(step: int) -> float:
        return 1.0 if step < begin else max(0.0, (total_steps - step) / length)

    return LambdaLR(optimizer, factor)


def linear_decays(
    optimizers: Iterable[Optimizer], total_steps: int, start: float
) -> list[LRScheduler]:
    """A `linear_decay` for each optimiser; none where `start` is 1 or more: a constant rate."""
    if start >= 1:
        return []
    return [linear_decay(optimizer, total_steps, start) for optimizer in optimizers]


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
