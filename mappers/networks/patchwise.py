"""One polynomial colour transform per patch, blended from patch to patch.

Two ways to the same sum: blend the coefficients of the patches around a pixel, then multiply them
with its terms; or multiply the terms with the coefficients of each patch, then blend the products.
The first, that of CSTPP's code, moves 4·T blended coefficients per pixel through memory; this is
the second. Coefficients are interpolated down the columns only, to one row of patches for each row
of pixels. A row of pixels is cut into tiles so narrow that no more than three patches surround the
pixels of one: a small matrix product per tile maps them as each of the three would, and three
weights per pixel blend the results. Bands of rows keep all of it in the cache.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import once_differentiable

from mappers.networks.polynomial import LINEAR, Terms, expand

BAND = 2**16  # pixels at a time; with their terms and products about 8 MB in float32
AROUND = 3  # patches around the pixels of a tile, at most


def transform_patchwise(
    raw: Tensor, grid: Tensor, terms: Terms, size: tuple[int, int] | None = None
) -> Tensor:
    """A polynomial for each pixel, interpolated between those of a grid of patches.

    Can be differentiated once.

    Args:
        raw: (N, 4, H, W).
        grid: (N, 4·T, h, w), the coefficients of each patch, output channel major.
        terms: the basis, T terms of one or two channels, among them `LINEAR` in its order.
        size: (rows, columns) that the grid covers, at least H and W, the rest of the picture being
            padding below and on the right; (H, W) if None.

    Returns:
        (N, 4, H, W), not clamped.
    """
    if torch.compiler.is_exporting():
        return transform_plainly(raw, grid, terms, size)
    height, width = raw.shape[2:]
    rows, columns = size or (height, width)
    dtype = torch.promote_types(raw.dtype, grid.dtype)
    grid = grid.to(dtype, memory_format=torch.channels_last)
    field = F.interpolate(grid, (rows, grid.shape[3]), mode="bilinear", align_corners=True)
    tiles = _tiles(width, columns, grid.shape[3], grid)
    count, _, side = tiles.weights.shape
    raw = raw.to(dtype)
    if count * side > width:
        raw = F.pad(raw, (0, count * side - width))
    field = field[:, :, :height].permute(0, 2, 3, 1)  # (N, H, w, 4·T)
    blended: Tensor = _Blend.apply(raw, field, tiles, terms)
    return blended[..., :width]


def transform_plainly(
    raw: Tensor, grid: Tensor, terms: Terms, size: tuple[int, int] | None = None
) -> Tensor:
    """The first way, in operators that other runtimes have, too.

    Takes and gives what `transform_patchwise` does.
    """
    height, width = raw.shape[2:]
    basis = expand(raw, terms)  # (N, T, H, W)
    channels = []
    for of_channel in grid.chunk(4, dim=1):  # one output channel at a time spares memory
        field = F.interpolate(
            of_channel, size=size or (height, width), mode="bilinear", align_corners=True
        )  # (N, T, rows, columns)
        channels.append((field[:, :, :height, :width] * basis).sum(dim=1))
    return torch.stack(channels, dim=1)


class _Tiles(NamedTuple):
    """How a row of pixels is cut: n tiles of p pixels with P patches around each.

    Attributes:
        patches: (n·P,), which patches they are, tile by tile.
        weights: (n, P, p), of the patches in each pixel; their sum is 1.
    """

    patches: Tensor
    weights: Tensor

    def around(self, field: Tensor) -> Tensor:
        """(N, R, w, 4·T) to the coefficients around each tile, (N·R·n, P·4, T)."""
        around = self.weights.shape[1]
        chosen = field.index_select(2, self.patches)  # (N, R, n·P, 4·T)
        return chosen.view(-1, around * 4, field.shape[3] // 4)


def _tiles(width: int, covered: int, patches: int, like: Tensor) -> _Tiles:
    """Cuts `width` pixels, the first ones of `covered` that `patches` span from end to end.

    Tiles are at most as wide as the distance of two patches, and of the widths from half of that
    the one that leaves the fewest pixels over; the last tile may reach beyond the picture.
    """
    gap = max(covered - 1, 1)
    widest = min(gap // (patches - 1) + 1, width) if patches > 1 else width
    side = min(range(widest // 2 + 1, widest + 1), key=lambda side: (-width % side, -side))
    count, around = -(-width // side), min(AROUND, patches)
    # Pixel x lies at x · (patches - 1) / gap, in patches. All of it in whole numbers, because
    # float32 loses what remains after the point.
    start = torch.arange(count, device=like.device) * side * (patches - 1)
    first = (start // gap).clamp(max=patches - around)
    near = first[:, None] + torch.arange(around, device=like.device)  # (n, P)
    pixel = torch.arange(count * side, device=like.device).view(count, 1, side)
    away = (pixel * (patches - 1) - near[:, :, None] * gap).abs()  # (n, P, p), times gap
    exact = torch.promote_types(like.dtype, torch.float32)
    weights = (1 - away.to(exact) / gap).clamp_min(0).to(like.dtype)
    return _Tiles(near.flatten(), weights)


class _Blend(torch.autograd.Function):
    """Terms times coefficients, blended across; terms are computed again in the backward pass.

    Matrix products go to buffers given to them, which also keeps autocast from rounding them.
    """

    @staticmethod
    def forward(ctx: Any, raw: Tensor, field: Tensor, tiles: _Tiles, terms: Terms) -> Tensor:
        """(N, 4, H, n·p) and (N, H, w, 4·T) to (N, 4, H, n·p)."""
        ctx.save_for_backward(raw, field)
        ctx.tiles, ctx.terms = tiles, terms
        count, around, side = tiles.weights.shape
        out = torch.empty_like(raw, memory_format=torch.contiguous_format)
        for band in _bands(raw):
            basis = _expanded(raw[band.planes], terms).view(len(terms), -1, side)
            near = tiles.around(field[band.rows])
            products = raw.new_empty(len(near), around * 4, side)
            torch.bmm(near, basis.transpose(0, 1), out=products)
            mapped = _tiled(out[band.planes], count)
            products = products.view(*mapped.shape[:3], around, 4, side)
            torch.mul(products[:, :, :, 0], tiles.weights[:, 0, None], out=mapped)
            for k in range(1, around):
                mapped.addcmul_(products[:, :, :, k], tiles.weights[:, k, None])
        return out

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, Tensor, None, None]:
        """The gradients of `raw`, where it is asked for, and of `field`."""
        raw, field = ctx.saved_tensors
        tiles, terms = ctx.tiles, ctx.terms
        count, around, side = tiles.weights.shape
        of_raw = torch.empty_like(raw) if ctx.needs_input_grad[0] else None
        of_field = torch.zeros_like(field, memory_format=torch.contiguous_format)
        for band in _bands(raw):
            basis = _expanded(raw[band.planes], terms).view(len(terms), -1, side)
            of_mapped = _tiled(gradient[band.planes], count)  # (N, R, n, 4, p)
            weighted = raw.new_empty(basis.shape[1], around * 4, side)
            by_patch = weighted.view(*of_mapped.shape[:3], around, 4, side)
            for k in range(around):
                torch.mul(of_mapped, tiles.weights[:, k, None], out=by_patch[:, :, :, k])
            of_near = raw.new_empty(len(weighted), around * 4, len(terms))
            torch.bmm(weighted, basis.permute(1, 2, 0), out=of_near)
            of_rows = of_field[band.rows]
            of_rows.index_add_(
                2, tiles.patches, of_near.view(*of_rows.shape[:2], -1, field.shape[3])
            )
            if of_raw is not None:
                near = tiles.around(field[band.rows])
                of_basis = raw.new_empty(len(near), len(terms), side)
                torch.bmm(near.transpose(1, 2), weighted, out=of_basis)
                of_planes = _of_planes(of_basis.transpose(0, 1), basis, terms)
                target = of_raw[band.planes].transpose(0, 1)  # (4, N, R, n·p)
                target.copy_(of_planes.view(target.shape))
        return of_raw, of_field, None, None


class _Band(NamedTuple):
    """Whole rows of pictures.

    Attributes:
        planes: where they are in (N, 4, H, W).
        rows: where they are in (N, H, ...).
    """

    planes: tuple[slice, slice, slice]
    rows: tuple[slice, slice]


def _bands(raw: Tensor) -> Iterator[_Band]:
    """Cuts (N, 4, H, W) into pieces of about `BAND` pixels: pictures, or rows of one."""
    pictures, _, height, width = raw.shape
    high = min(height, max(1, BAND // width))
    many = max(1, BAND // (width * height))
    for first in range(0, pictures, many):
        for top in range(0, height, high):
            of, rows = slice(first, first + many), slice(top, top + high)
            yield _Band((of, slice(None), rows), (of, rows))


def _tiled(planes: Tensor, count: int) -> Tensor:
    """(N, 4, R, n·p) seen as (N, R, n, 4, p)."""
    return planes.unflatten(3, (count, -1)).permute(0, 2, 3, 1, 4)


class _Run(NamedTuple):
    """Terms in a row, each channel of one being the next after that of the term before.

    Attributes:
        terms: which they are.
        factors: their channels, for each of the one or two factors.
    """

    terms: slice
    factors: tuple[slice, ...]


def _runs(terms: Terms) -> Iterator[_Run]:
    """Cuts a basis into its runs: one operation does for all terms of a run."""
    first = 0
    for end in range(1, len(terms) + 1):
        steps = zip(terms[end - 1], terms[end], strict=False) if end < len(terms) else ()
        if (
            end == len(terms)
            or len(terms[end]) != len(terms[first])
            or any(after != before + 1 for before, after in steps)
        ):
            factors = tuple(slice(channel, channel + end - first) for channel in terms[first])
            yield _Run(slice(first, end), factors)
            first = end


def _linear(terms: Terms) -> slice:
    """Where the linear terms are."""
    first = terms.index(LINEAR[0])
    return slice(first, first + len(LINEAR))


def _expanded(raw: Tensor, terms: Terms) -> Tensor:
    """The terms of (N, 4, R, W), (T, N·R, W)."""
    pictures, _, rows, width = raw.shape
    basis = raw.new_empty(len(terms), pictures, rows, width)
    planes = basis[_linear(terms)]
    planes.copy_(raw.transpose(0, 1))
    for run in _runs(terms):
        if len(run.factors) == 2:
            torch.mul(*(planes[factor] for factor in run.factors), out=basis[run.terms])
    return basis.flatten(1, 2)


def _of_planes(of_basis: Tensor, basis: Tensor, terms: Terms) -> Tensor:
    """The gradient of the channels, (4, tiles, p), from that of the terms, (T, tiles, p)."""
    planes, of_planes = basis[_linear(terms)], of_basis[_linear(terms)].contiguous()
    for run in _runs(terms):
        if len(run.factors) == 2:
            one, other = run.factors
            of_planes[one].addcmul_(of_basis[run.terms], planes[other])
            of_planes[other].addcmul_(of_basis[run.terms], planes[one])
    return of_planes
