"""The pool of earlier fakes shown to a discriminator (Shrivastava et al. 2017; CycleGAN)."""

import torch
from torch import Tensor


class ReplayPool:
    """Keeps fakes; gives for each new one, with probability 1/2, an old one in exchange.

    Draws from torch's global generator, so that a resumed run draws the same.

    Args:
        size: pictures kept; 0 gives every fake straight back.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self._kept: list[Tensor] = []

    def exchange(self, fakes: Tensor) -> Tensor:
        """New or old fakes, (N, C, H, W) like the input and detached."""
        if self.size == 0:
            return fakes.detach()
        return torch.stack([self._exchange_one(fake) for fake in fakes.detach()])

    def _exchange_one(self, fake: Tensor) -> Tensor:
        if len(self._kept) < self.size:
            self._kept.append(fake.clone())
            return fake
        if torch.rand(()) < 0.5:
            return fake
        index = int(torch.randint(len(self._kept), ()))
        old, self._kept[index] = self._kept[index], fake.clone()
        return old.to(fake)

    def state(self) -> list[Tensor]:
        """The kept fakes, each (C, H, W), for a checkpoint."""
        return list(self._kept)

    def load_state(self, state: list[Tensor]) -> None:
        """Restores what `state` returned."""
        self._kept = list(state)
