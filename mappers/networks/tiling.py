"""Whole pictures through a network that takes one size only, or small ones: blended tiles."""

from collections.abc import Callable

import torch
from torch import Tensor

from mappers.networks.padding import pad_to


def map_tiles(
    network: Callable[[Tensor], Tensor],
    x: Tensor,
    tile: int,
    overlap: int | None = None,
    fixed: bool = True,
) -> Tensor:
    """Maps a picture of any size tile by tile and blends the tiles without a seam.

    Tiles are spread evenly. Each is weighted by a ramp that rises linearly from its border over
    `overlap` pixels, rows times columns, and the sum is divided by the sum of the weights. One
    tile is in the network at a time, so the memory needed does not grow with the picture.

    Args:
        network: (N, C, tile, tile) to (N, C', tile, tile).
        x: (N, C, H, W).
        tile: side of the tiles in pixels.
        overlap: fewest pixels shared by neighbours; a quarter of a tile if None.
        fixed: the network takes no other size, so that a side shorter than a tile is padded,
            mirrored where that reaches; if False, tiles are as short as the picture instead.

    Returns:
        (N, C', H, W).
    """
    overlap = tile // 4 if overlap is None else overlap
    height, width = x.shape[2:]
    if fixed:
        x = pad_to(x, max(height, tile), max(width, tile))
    rows, columns = min(tile, x.shape[2]), min(tile, x.shape[3])
    if tuple(x.shape[2:]) == (rows, columns):
        return network(x)[:, :, :height, :width]

    weight = _ramp(rows, overlap, x)[:, None] * _ramp(columns, overlap, x)  # (rows, columns)
    total = x.new_zeros(x.shape[2:])
    blended: Tensor | None = None
    for top in _starts(x.shape[2], rows, overlap):
        for left in _starts(x.shape[3], columns, overlap):
            window = (..., slice(top, top + rows), slice(left, left + columns))
            mapped = network(x[window])
            if blended is None:
                blended = mapped.new_zeros(*mapped.shape[:2], *x.shape[2:])
            blended[window] += weight * mapped
            total[window] += weight
    assert blended is not None
    return (blended / total)[:, :, :height, :width]


def _starts(side: int, tile: int, overlap: int) -> list[int]:
    """First pixels of the fewest tiles that cover `side`, evenly spread."""
    steps = -(-(side - tile) // (tile - overlap))
    return [round(k * (side - tile) / max(steps, 1)) for k in range(steps + 1)]


def _ramp(tile: int, overlap: int, like: Tensor) -> Tensor:
    """(tile,) in (0, 1]: 1 in the middle, falling linearly over `overlap` pixels at both ends."""
    distance = torch.arange(tile, device=like.device, dtype=like.dtype) + 0.5
    distance = torch.minimum(distance, tile - distance)
    return (distance / max(overlap, 1)).clamp(max=1)
