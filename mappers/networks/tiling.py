"""Whole pictures through a network that takes one size only, or small ones: blended tiles."""

from collections.abc import Callable
from typing import cast

import torch
from torch import Tensor

from benchmark.errors import BenchError
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

    Raises:
        BenchError: tiles that the network does not need, in a graph that is being exported.
    """
    overlap = tile // 4 if overlap is None else overlap
    height, width = x.shape[2:]
    if fixed:
        x = pad_to(x, max(height, tile), max(width, tile))
    if torch.compiler.is_exporting():
        if not fixed:
            raise BenchError("A graph maps pictures whole; leave the setting `tile` at 0.")
        return _at_once(network, x, tile, overlap)[:, :, :height, :width]
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


def _at_once(network: Callable[[Tensor], Tensor], x: Tensor, tile: int, overlap: int) -> Tensor:
    """`map_tiles` with all tiles in one batch: a graph whose size does not depend on the picture's.

    Args:
        network: as for `map_tiles`.
        x: (N, C, H, W), sides at least `tile`.
        tile: as for `map_tiles`.
        overlap: as for `map_tiles`.
    """
    rows, columns = (_places(side, tile, overlap, x.device) for side in x.shape[2:])
    tiles = x[:, :, rows][..., columns]  # (N, C, rows, tile, columns, tile)
    mapped = network(tiles.permute(0, 2, 4, 1, 3, 5).flatten(0, 2))
    mapped = mapped.unflatten(0, (len(x), rows.shape[0], columns.shape[0])).permute(
        0, 3, 1, 4, 2, 5
    )
    ramp = _ramp(tile, overlap, x)
    blended = _summed(mapped * ramp, columns, x.shape[3])  # (N, C', rows, tile, W)
    blended = _summed(blended.movedim(4, 2) * ramp, rows, x.shape[2])  # (N, C', W, H)
    total = [
        _summed(ramp.expand(places.shape), places, side)
        for places, side in ((rows, x.shape[2]), (columns, x.shape[3]))
    ]
    return blended.mT / (total[0][:, None] * total[1])


def _places(side: int, tile: int, overlap: int, device: torch.device) -> Tensor:
    """(tiles, tile): the pixels of each tile along a side, as `_starts` has them."""
    steps = -(-(side - tile) // (tile - overlap))
    gaps = cast(int, torch.sym_max(steps, 1))  # stays a symbol, unlike max(steps, 1)
    starts = (torch.arange(steps + 1, device=device) * (side - tile) / gaps).round().long()
    return starts[:, None] + torch.arange(tile, device=device)


def _summed(tiles: Tensor, places: Tensor, side: int) -> Tensor:
    """(..., tiles, tile) to (..., side): what lies on the same pixel is added."""
    line = tiles.new_zeros((*tiles.shape[:-2], side))
    return line.index_add(-1, places.flatten(), tiles.flatten(-2))


def _starts(side: int, tile: int, overlap: int) -> list[int]:
    """First pixels of the fewest tiles that cover `side`, evenly spread."""
    steps = -(-(side - tile) // (tile - overlap))
    return [round(k * (side - tile) / max(steps, 1)) for k in range(steps + 1)]


def _ramp(tile: int, overlap: int, like: Tensor) -> Tensor:
    """(tile,) in (0, 1]: 1 in the middle, falling linearly over `overlap` pixels at both ends."""
    distance = torch.arange(tile, device=like.device, dtype=like.dtype) + 0.5
    distance = torch.minimum(distance, tile - distance)
    return (distance / max(overlap, 1)).clamp(max=1)
