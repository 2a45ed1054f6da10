"""Aligned pairs of a known colour transform, for the mappers in closed form."""

from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import Tensor

from mappers.base import AnchorPair


@dataclass
class Pictures:
    """Training data as `Mapper.fit` takes them."""

    unpaired_a: list[Tensor] = field(default_factory=list)
    unpaired_b: list[Tensor] = field(default_factory=list)
    anchors: list[AnchorPair] = field(default_factory=list)


def pairs_of(transform: Callable[[Tensor], Tensor], count: int = 3, clip: bool = True) -> Pictures:
    """Random pictures of A in [0, 1] and their transforms; B is clipped to [0, 1] if wanted."""
    generator = torch.Generator().manual_seed(0)
    anchors = []
    for _ in range(count):
        a = torch.rand(4, 40, 50, generator=generator)
        b = transform(a[None])[0]
        anchors.append(AnchorPair(a, b.clamp(0, 1) if clip else b))
    return Pictures(anchors=anchors)
