"""Bringing a picture to a size that a network takes."""

from collections.abc import Callable

import torch.nn.functional as F
from torch import Tensor


def pad_to(x: Tensor, height: int, width: int) -> Tensor:
    """Adds rows below and columns on the right: mirrored, or the edge repeated where too few.

    Args:
        x: (N, C, H, W).
        height: wanted, at least H.
        width: wanted, at least W.

    Returns:
        (N, C, height, width).
    """
    down, right = height - x.shape[2], width - x.shape[3]
    x = F.pad(x, (0, right, 0, 0), mode="reflect" if right < x.shape[3] else "replicate")
    return F.pad(x, (0, 0, 0, down), mode="reflect" if down < x.shape[2] else "replicate")


def pad_to_multiple(x: Tensor, multiple: int) -> Tensor:
    """`pad_to` the next multiples of `multiple`: (N, C, H, W) to (N, C, H', W')."""
    height, width = (-(-side // multiple) * multiple for side in x.shape[2:])
    return pad_to(x, height, width)


def at_multiple(network: Callable[[Tensor], Tensor], x: Tensor, multiple: int) -> Tensor:
    """`network(x)` for a network that keeps the size but takes only multiples of `multiple`.

    Args:
        network: (N, C, H, W) to (N, C', H, W).
        x: (N, C, H, W), any H and W.
        multiple: of height and width, in pixels.

    Returns:
        (N, C', H, W).
    """
    return network(pad_to_multiple(x, multiple))[:, :, : x.shape[2], : x.shape[3]]
