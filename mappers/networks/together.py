"""Twin networks, run in one pass.

Twins (:mod:`mappers.networks.twin`) have their large layers in common and differ in norms and
heads. Called by turns, each common layer runs once per call; together, it runs once on the pictures
of all calls, and only norms and heads see each call apart. The numbers are the same up to rounding,
and layers of few channels on small crops cost more to start than to compute.
"""

import copy

import torch
from torch import Tensor, nn


def together(there: nn.Module, back: nn.Module, calls: int) -> nn.Module:
    """A network that does several calls of each twin in one pass, `there` and `back` by turns.

    Its weights and running statistics are those of the twins themselves.

    Args:
        there: the first network.
        back: its twin.
        calls: of each.

    Returns:
        A module that takes and gives the pictures of all calls in one batch, call after call, each
        with the same number of pictures.
    """
    known: dict[int, nn.Module] = {}
    for first, second in zip(there.modules(), back.modules(), strict=True):
        if first is second:
            known[id(first)] = first
        elif any(True for _ in first.parameters(recurse=False)):
            known[id(first)] = _ByTurns(first, second, calls)
    return copy.deepcopy(there, known)  # what is in the memo is taken, not copied


class _ByTurns(nn.Module):
    """A layer that the twins do not share: each on the pictures of its calls."""

    def __init__(self, there: nn.Module, back: nn.Module, calls: int) -> None:
        super().__init__()
        self.turns = nn.ModuleList([there, back] * calls)

    def forward(self, x: Tensor) -> Tensor:
        """(calls · 2 · N, ...) to as many pictures."""
        parts = x.chunk(len(self.turns))
        return torch.cat([layer(part) for layer, part in zip(self.turns, parts, strict=True)])
