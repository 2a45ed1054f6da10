"""The moving average of a network's weights, which some recipes use for inference.

The numbers are those of torch's `AveragedModel` with `get_ema_multi_avg_fn`; that one sorts all
tensors anew and averages the counters of batch norms one by one in every step, which took a tenth
of the time of a training at small widths.
"""

import copy
from typing import Any

import torch
from torch import Tensor, nn

PREFIX = "module."  # of the weights in a state, as AveragedModel names them


class MovingAverage:
    """A second network that follows the first: w ← decay · w + (1 - decay) · new w.

    Attributes:
        network: the average; its first update makes it equal to the model, and whole numbers, e.g.
            the counters of batch norms, always are.

    Args:
        model: the network that is trained; its tensors must stay the same objects.
        decay: share of the average that an update keeps, in (0, 1).
    """

    def __init__(self, model: nn.Module, decay: float) -> None:
        self.network = copy.deepcopy(model)
        self._decay = decay
        self._updates = 0
        ours, theirs = _tensors(self.network), _tensors(model)
        floats = [tensor.is_floating_point() for tensor in ours]
        self._averaged = [t for t, is_float in zip(ours, floats, strict=True) if is_float]
        self._news = [t for t, is_float in zip(theirs, floats, strict=True) if is_float]
        self._copied = [t for t, is_float in zip(ours, floats, strict=True) if not is_float]
        self._originals = [t for t, is_float in zip(theirs, floats, strict=True) if not is_float]

    @torch.no_grad()
    def update(self) -> None:
        """Takes in the model's present weights."""
        if self._updates == 0:
            torch._foreach_copy_(self._averaged, self._news)
        else:
            torch._foreach_lerp_(self._averaged, self._news, 1 - self._decay)
        if self._copied:
            torch._foreach_copy_(self._copied, self._originals)
        self._updates += 1

    def state(self) -> dict[str, Any]:
        """For a checkpoint."""
        weights = {f"{PREFIX}{name}": t for name, t in self.network.state_dict().items()}
        return {"n_averaged": torch.tensor(self._updates), **weights}

    def load(self, state: dict[str, Any]) -> None:
        """Restores what `state` returned."""
        self._updates = int(state["n_averaged"])
        weights = {k.removeprefix(PREFIX): t for k, t in state.items() if k.startswith(PREFIX)}
        self.network.load_state_dict(weights)


def _tensors(network: nn.Module) -> list[Tensor]:
    """Parameters and buffers, without their gradients."""
    return [tensor.detach() for tensor in (*network.parameters(), *network.buffers())]
