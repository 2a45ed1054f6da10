"""The weights of a stage with the lowest loss on validation crops."""

import math
from typing import Any

from torch import Tensor, nn

from benchmark.stage import Validation


class BestWeights:
    """Compares the weights at every look at the validation crops, and keeps the best.

    Args:
        rule: how often there is a look, and how long a stage goes on without a better one.
    """

    def __init__(self, rule: Validation) -> None:
        self._rule = rule
        self._least = math.inf
        self._weights: dict[str, Tensor] = {}
        self._looks_since = 0

    def due(self, step: int, total_steps: int) -> bool:
        """Whether there is a look after `step` steps; there is always one at the very end."""
        return step % self._rule.every == 0 or step == total_steps

    def offer(self, network: nn.Module, loss: float) -> None:
        """Takes in the loss of one look; keeps the weights if it is the lowest so far."""
        if loss >= self._least:
            self._looks_since += 1
            return
        self._least, self._looks_since = loss, 0
        self._weights = {name: value.clone() for name, value in network.state_dict().items()}

    @property
    def enough(self) -> bool:
        """Whether the stage ends, because there was no better look for long."""
        patience = self._rule.patience
        return patience is not None and self._looks_since >= patience

    def give(self, network: nn.Module) -> None:
        """Sets the network to the best weights, unless there was no look at all."""
        if self._weights:
            network.load_state_dict(self._weights)

    def state(self) -> dict[str, Any]:
        """Everything but the rule."""
        return {"least": self._least, "weights": self._weights, "looks_since": self._looks_since}

    def load(self, state: dict[str, Any]) -> None:
        """Restores what `state` returned."""
        self._least, self._weights = state["least"], state["weights"]
        self._looks_since = state["looks_since"]
