"""The training loop: plain torch, one file, part of the protocol.

For each stage of a method: batches in a fixed order, one `training_step` each, schedules, moving
average, log lines, and checkpoints at intervals of time. The generators of torch are re-seeded
before every step from (seed, stage, step) and batches are functions of the same, so a run that
is interrupted anywhere and continued ends in the same weights, bit for bit on a CPU.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from benchmark.errors import BenchError, ContractError
from benchmark.interrupt import CHECKPOINT, stop_requested
from benchmark.progress import Progress, Task
from benchmark.seeds import seed_of
from benchmark.stage import Optimisation, Stage, Trainable
from benchmark.training.batches import Batches, PairedBatches, Prefetch
from benchmark.training.best_weights import BestWeights
from benchmark.training.checkpoint import read_checkpoint, write_checkpoint
from benchmark.training.log import LOG, TrainingLog
from benchmark.training.moving_average import MovingAverage

CHECKPOINT_SECONDS = 60.0
LOG_LINES = 200  # per stage
CHECK_EVERY = 10  # steps between two checks of the losses; each has to wait for the GPU
DIVERGED = 1e8  # an absolute loss beyond this counts as diverged


class TrainingError(BenchError):
    """The losses became NaN or diverged."""


@dataclass
class _Position:
    """The progress of a training: the current stage, its finished steps, and earlier stages."""

    stage: int = 0
    step: int = 0
    seconds: float = 0.0
    waited: float = 0.0
    before: dict[str, int] = field(default_factory=dict)  # steps of the stages that are over


@dataclass(frozen=True)
class Trained:
    """What a training did.

    Attributes:
        steps: optimisation steps by stage name.
        seconds: time spent in the loop, summed over interruptions.
        waited: the part of it in which the next batch was not there yet.
    """

    steps: dict[str, int]
    seconds: float
    waited: float


class Trainer:
    """Trains one method.

    Args:
        model: a mapper or an ISP; its weights change in place and end as the ones for inference.
        batches: makes the batches of a stage.
        folder: where the checkpoint and the log go.
        seed: decides everything random.
        device: where the model trains.
        progress: shows a bar per stage.
        title: names the training in the bar.
        checkpoint_seconds: time between two checkpoints.
        bfloat16: whether training steps run under torch's autocast; weights stay float32.
        validation: makes the validation crops of a stage; None where the model declares no need.
    """

    def __init__(
        self,
        model: Trainable[Any],
        batches: Callable[[Stage], Batches],
        folder: Path,
        *,
        seed: int,
        device: torch.device,
        progress: Progress,
        title: str,
        checkpoint_seconds: float = CHECKPOINT_SECONDS,
        bfloat16: bool = False,
        validation: Callable[[Stage], PairedBatches] | None = None,
    ) -> None:
        self.model = model.to(device)
        self._batches = batches
        self._checkpoint = folder / CHECKPOINT
        self._folder = folder
        self._bfloat16 = bfloat16
        self._seed = seed
        self._device = device
        self._progress = progress
        self._title = title
        self._checkpoint_seconds = checkpoint_seconds
        self._validation = validation
        self._average: MovingAverage | None = None
        self._best: BestWeights | None = None

    def train(self) -> Trained:
        """Trains from the start or from the checkpoint, to the end.

        Raises:
            TrainingError: a loss became NaN or diverged; the checkpoint is removed.
            KeyboardInterrupt: a stop was requested; the checkpoint is written.
        """
        saved = self._load()
        if saved is None:
            (self._folder / LOG).unlink(missing_ok=True)
        position = _Position(**saved["position"]) if saved else _Position()
        with torch.random.fork_rng():
            for index, stage in enumerate(self.model.stages()):
                if index < position.stage:
                    continue
                batches = self._batches(stage)
                total = stage.total_steps(batches.crops)
                optimisation = self.model.configure(stage, total)
                self._begin(optimisation)
                if saved is not None:
                    self._restore(saved, optimisation)
                    saved = None
                try:
                    self._run(stage, optimisation, batches, total, position)
                except TrainingError:
                    self._checkpoint.unlink(missing_ok=True)
                    raise
                self._end()
                before = {**position.before, stage.name: position.step}
                position = _Position(index + 1, 0, position.seconds, position.waited, before)
        self.model.eval()
        self._checkpoint.unlink(missing_ok=True)
        return Trained(position.before, position.seconds, position.waited)

    def _run(
        self,
        stage: Stage,
        optimisation: Optimisation,
        batches: Batches,
        total: int,
        position: _Position,
    ) -> None:
        self.model.train()
        last_saved = time.monotonic()
        log_every = max(1, total // LOG_LINES)
        title = f"{self._title}: {stage.name}"
        last = stage.name == self.model.stages()[-1].name
        with (
            self._progress.task(title, total, last=last) as task,
            Prefetch(batches, position.step, total) as prefetch,
            TrainingLog(self._folder, sum(position.before.values())) as log,
        ):
            task.begin_at(position.step)
            while position.step < total and not self._finished():
                start = time.monotonic()
                batch = prefetch.take(position.step)
                position.waited += time.monotonic() - start
                torch.manual_seed(seed_of("step", self._seed, stage.name, position.step))
                batch = _to(batch, self._device)
                with torch.autocast(self._device.type, torch.bfloat16, self._bfloat16):
                    losses = self.model.training_step(batch, stage, optimisation)
                for scheduler in optimisation.schedulers:
                    scheduler.step()
                if self._average is not None:
                    self._average.update()
                position.step += 1
                looked = position.step % CHECK_EVERY == 0 or position.step == total
                if looked or position.step % log_every == 0:
                    values = _checked(losses, f"{title}, step {position.step}")
                    if looked:
                        _show(task, position.step, values)
                    if position.step % log_every == 0:
                        log.write(stage.name, position.step, values)
                if self._best is not None and self._best.due(position.step, total):
                    loss = {"validation": self._validation_loss(stage)}
                    values = _checked(loss, f"{title}, step {position.step}")
                    log.write(stage.name, position.step, values)
                    self._best.offer(self._inferring, values["validation"])
                position.seconds += time.monotonic() - start
                stop = stop_requested()
                if stop or time.monotonic() - last_saved > self._checkpoint_seconds:
                    _checked(losses, f"{title}, step {position.step}")
                    self._save(position, optimisation)
                    last_saved = time.monotonic()
                if stop:
                    raise KeyboardInterrupt

    def _begin(self, optimisation: Optimisation) -> None:
        if optimisation.ema:
            self._average = MovingAverage(self.model, optimisation.ema)
        if optimisation.validation is not None:
            if self._validation is None:
                raise ContractError(
                    f"{self._title}: `configure` asks for validation pictures that `validates` "
                    "does not declare."
                )
            self._best = BestWeights(optimisation.validation)

    def _end(self) -> None:
        if self._average is not None:
            self.model.load_state_dict(self._average.network.state_dict())
            self._average = None
        if self._best is not None:
            self._best.give(self.model)
            self._best = None

    def _finished(self) -> bool:
        return self.model.finished() or (self._best is not None and self._best.enough)

    @property
    def _inferring(self) -> Trainable[Any]:
        """The network with the weights that are used for inference."""
        if self._average is None:
            return self.model
        average = self._average.network
        assert isinstance(average, Trainable)
        return average

    @torch.no_grad()
    def _validation_loss(self, stage: Stage) -> Tensor:
        """Mean over all validation crops."""
        assert self._validation is not None
        network = self._inferring.eval()
        total, crops = torch.zeros((), device=self._device), 0
        for batch in self._validation(stage).once():
            loss = network.validation_loss(_to(batch, self._device), stage)
            total += loss * len(batch.raw)
            crops += len(batch.raw)
        network.train()
        return total / crops

    def _save(self, position: _Position, optimisation: Optimisation) -> None:
        state = {
            "position": {f.name: getattr(position, f.name) for f in fields(position)},
            "model": self.model.state_dict(),
            "optimizers": {n: o.state_dict() for n, o in optimisation.optimizers.items()},
            "schedulers": [s.state_dict() for s in optimisation.schedulers],
            "average": self._average.state() if self._average is not None else None,
            "best": self._best.state() if self._best is not None else None,
            "method": self.model.training_state(),
        }
        write_checkpoint(self._checkpoint, state)

    def _load(self) -> dict[str, Any] | None:
        if not self._checkpoint.is_file():
            return None
        try:
            state = read_checkpoint(self._checkpoint, self._device)
        except BenchError as error:
            self._progress.say(f"{error} {self._title} starts from the beginning.")
            self._checkpoint.unlink()
            return None
        self._progress.say(f"{self._title}: continues from its checkpoint.")
        return state

    def _restore(self, saved: dict[str, Any], optimisation: Optimisation) -> None:
        self.model.load_state_dict(saved["model"])
        for name, optimizer in optimisation.optimizers.items():
            optimizer.load_state_dict(saved["optimizers"][name])
        for scheduler, state in zip(optimisation.schedulers, saved["schedulers"], strict=True):
            scheduler.load_state_dict(state)
        if self._average is not None:
            self._average.load(saved["average"])
        if self._best is not None:
            self._best.load(saved["best"])
        self.model.load_training_state(saved["method"])


def _to(batch: Any, device: torch.device) -> Any:
    """The batch with every tensor on the device."""
    tensors = {
        f.name: getattr(batch, f.name).to(device, non_blocking=True)
        for f in fields(batch)
        if isinstance(getattr(batch, f.name), Tensor)
    }
    return replace(batch, **tensors)


def _checked(losses: dict[str, Tensor], where: str) -> dict[str, float]:
    values = {name: float(value) for name, value in losses.items()}
    for name, value in values.items():
        if not math.isfinite(value) or abs(value) > DIVERGED:
            raise TrainingError(
                f"{where}: the loss '{name}' is {value}. The training was stopped; of it only the "
                "losses are kept (log.jsonl), because it would diverge again from its checkpoint. "
                "A lower learning rate is the usual cure."
            )
    return values


def _show(task: Task, step: int, values: dict[str, float]) -> None:
    note = "  ".join(f"{name} {value:.3g}" for name, value in list(values.items())[:3])
    task.advance(step - task.done, note)


def parameter_count(module: nn.Module) -> int:
    """Trainable parameters; shared ones are counted once."""
    return sum(p.numel() for p in module.parameters() if p.requires_grad)
