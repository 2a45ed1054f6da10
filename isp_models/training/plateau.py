"""Halving of the learning rate when a training metric stops growing, resumable at any step."""

from typing import Any

import torch
from torch import Tensor
from torch.optim import Optimizer

FACTOR = 0.5
FLOOR = 1e-6  # of the learning rate
MARGIN = 1e-4  # for the rate a metric must beat the best by more than this, as in Keras


class Plateau:
    """Watches the mean of a metric over epochs of equal length.

    Attributes:
        epochs_without_best: finished epochs since the last one that was better than all before,
            by however little: Keras' early stopping knows no margin.
    """

    def __init__(self, epoch_steps: int) -> None:
        self.epochs_without_best = 0
        self._epoch_steps = epoch_steps
        self._greatest = -float("inf")
        self._best = -float("inf")  # the greatest that beat the one before by the margin
        self._waited = 0  # epochs since that one or the last lowering
        self._steps = 0
        self._sum = torch.zeros(())

    def watch(self, value: Tensor, optimizer: Optimizer, patience: int | None) -> None:
        """Takes the metric of one step; lowers the rate after `patience` epochs without a best."""
        self._sum = self._sum.to(value.device) + value
        self._steps += 1
        if self._steps < self._epoch_steps:
            return
        mean = self._sum.item() / self._steps
        self._sum, self._steps = torch.zeros_like(self._sum), 0
        self.epochs_without_best = 0 if mean > self._greatest else self.epochs_without_best + 1
        self._greatest = max(mean, self._greatest)
        if mean > self._best + MARGIN:
            self._best, self._waited = mean, 0
            return
        self._waited += 1
        if patience is not None and self._waited >= patience:
            self._waited = 0
            for group in optimizer.param_groups:
                group["lr"] = max(FLOOR, FACTOR * group["lr"])

    def state(self) -> dict[str, Any]:
        """Everything but the length of an epoch."""
        return {
            "epochs_without_best": self.epochs_without_best,
            "greatest": self._greatest,
            "best": self._best,
            "waited": self._waited,
            "steps": self._steps,
            "sum": self._sum,
        }

    def load(self, state: dict[str, Any]) -> None:
        """Restores what `state` returned."""
        self.epochs_without_best = state["epochs_without_best"]
        self._greatest = state["greatest"]
        self._best, self._waited = state["best"], state["waited"]
        self._steps, self._sum = state["steps"], state["sum"]
