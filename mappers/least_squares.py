"""Pooled least squares over the pixels of aligned pairs, for the mappers in closed form."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from benchmark.errors import BenchError
from mappers.base import AnchorPair, Direction

SATURATED = 0.99  # demosaicing and resizing leave clipped values slightly below 1
PIXELS_PER_PAIR = 20_000
RIDGE = 1e-6  # relative to each regressor's mean square; gr and gb are nearly the same


def pixels(pairs: Sequence[AnchorPair], direction: Direction) -> tuple[Tensor, Tensor]:
    """Evenly spaced pixels that neither camera clips, pooled over pairs.

    Args:
        pairs: aligned pictures, each (4, H, W) in [0, 1].
        direction: "a2b" or "b2a".

    Returns:
        Source and target, (P, 4) float64 each, at most 20,000 pixels of each pair.

    Raises:
        BenchError: there are no pairs, or every pixel is clipped.
    """
    if not pairs:
        raise BenchError("This mapper is fitted on aligned pairs, and the data set has none.")
    pooled = torch.cat([_unclipped(pair) for pair in pairs])  # (P, 8)
    if not len(pooled):
        raise BenchError("All pixels of all aligned pairs are 0 or saturated; nothing to fit.")
    a, b = pooled.double().chunk(2, dim=1)
    return (a, b) if direction == "a2b" else (b, a)


def solve(regressors: Tensor, target: Tensor) -> Tensor:
    """The matrix M that minimises |M·x - y|² with a small ridge.

    Args:
        regressors: (P, T) float64, x of each pixel.
        target: (P, C) float64, y of each pixel.

    Returns:
        (C, T) float32.
    """
    gram = regressors.T @ regressors
    gram.diagonal().mul_(1 + RIDGE)
    return torch.linalg.solve(gram, regressors.T @ target).T.float()


def fit_both(
    pairs: Sequence[AnchorPair], solver: Callable[[Tensor, Tensor], Tensor]
) -> dict[Direction, Tensor]:
    """`solver(source, target)`, (P, 4) float64 each, of both directions."""
    return {"a2b": solver(*pixels(pairs, "a2b")), "b2a": solver(*pixels(pairs, "b2a"))}


def _unclipped(pair: AnchorPair) -> Tensor:
    """(P, 8): channels of A, then of B, where all eight are neither 0 nor saturated."""
    both = torch.cat([pair.a, pair.b]).flatten(1).T  # (H·W, 8)
    both = both[((both > 0) & (both < SATURATED)).all(dim=1)]
    chosen = torch.linspace(0, len(both) - 1, min(len(both), PIXELS_PER_PAIR)).long()
    return both[chosen]
