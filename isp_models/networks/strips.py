"""Networks over pictures of a full sensor, in strips that overlap.

A network with instance norm or attention sees the whole picture in every pixel, so that cutting
the picture into tiles changes its result. What lies between two such steps sees a few pixels only:
computed strip by strip, with the rows that its kernels reach on both sides, it gives the same
numbers up to rounding, while all that it makes on the way is small enough for the cache. A norm
takes two passes: its statistics of the whole picture first, then strips again.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Literal, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

STRIP_VALUES = 2**26  # input values of a strip without its overlap: 256 MiB in float32
CACHED_VALUES = 2**19  # values that go into a strip, of all its inputs: 2 MiB in float32
FEWEST_ROWS = 16  # of a strip, for each row that it reaches beyond


def in_strips(
    local: Callable[..., Tensor],
    *inputs: Tensor,
    reach: int = 0,
    scale: float = 1,
    into: Tensor | None = None,
) -> Tensor:
    """`local(*inputs)`, of large pictures strip by strip; with gradients, at once.

    `into` saves time too: to touch new memory takes longer than most layers do.

    Args:
        local: a function of whole rows that must not change its inputs. A row of its output depends
            on no other rows of the inputs than those that it lies on and `reach` on both sides. At
            the edges of the picture, and only there, its own padding remains.
        inputs: each (N, C, H, W), of one height, a multiple of 4 if `scale` is below 1.
        reach: even if `scale` is below 1.
        scale: rows of the output per row of the input: 0.5, 1 or 2.
        into: a tensor of the output's shape that nobody needs any more: without gradients, it may
            be overwritten and returned. It may be an input, if a row of the output depends on no
            other row of this input than its own.
    """
    if torch.is_grad_enabled():
        return local(*inputs)
    whole = into
    for strip in _strips(inputs, reach):
        part = strip.kept(local(*strip.inputs), scale)
        if strip.is_all:
            return part
        if whole is None:
            shape = (*part.shape[:2], int(inputs[0].shape[2] * scale), part.shape[3])
            last = part.is_contiguous(memory_format=torch.channels_last)
            layout = torch.channels_last if last else torch.contiguous_format
            whole = torch.empty(shape, dtype=part.dtype, device=part.device, memory_format=layout)
        whole[:, :, int(strip.top * scale) : int(strip.bottom * scale)] = part
    assert whole is not None
    return whole


def steady(
    norm: nn.InstanceNorm2d, local: Callable[[Tensor], Tensor], x: Tensor, reach: int
) -> Callable[[Tensor], Tensor]:
    """An instance norm with the statistics of the whole picture, for strips of it.

    Args:
        norm: with gain and offset.
        local: what the norm is applied to, as a function of `x`; see `in_strips`.
        x: (N, C, H, W).
        reach: of `local`.

    Returns:
        The norm as a function of rows of `local(x)`; with gradients, the norm as it is.
    """
    if torch.is_grad_enabled():
        return norm
    assert norm.weight is not None and norm.bias is not None
    means, squares = [], []
    for strip in _strips((x,), reach):
        part = strip.kept(local(*strip.inputs), scale=1)
        mean = part.mean((2, 3), keepdim=True)  # (N, C, 1, 1)
        variance = (part - mean).square_().mean((2, 3), keepdim=True)
        share = (strip.bottom - strip.top) / x.shape[2]
        means.append(share * mean.double())
        squares.append(share * (variance.double() + mean.double().square()))
    mean = torch.stack(means).sum(0)
    variance = torch.stack(squares).sum(0) - mean.square()
    gain = norm.weight[:, None, None] / (variance + norm.eps).sqrt()
    offset = (norm.bias[:, None, None] - mean * gain).to(x.dtype)
    gain = gain.to(x.dtype)
    return lambda rows: torch.addcmul(offset, rows, gain)


class _Strip(NamedTuple):
    """Rows of pictures, with those that they depend on.

    Attributes:
        inputs: each (N, C, rows, W).
        top: the first row, in the picture.
        bottom: after the last row.
        above: rows in the inputs before `top`.
        is_all: whether it is the whole picture.
    """

    inputs: Sequence[Tensor]
    top: int
    bottom: int
    above: int
    is_all: bool

    def kept(self, output: Tensor, scale: float) -> Tensor:
        """The rows of an output from `top` to `bottom`."""
        rows = int((self.bottom - self.top) * scale)
        return output.narrow(2, int(self.above * scale), rows)


def _strips(inputs: Sequence[Tensor], reach: int) -> Iterator[_Strip]:
    height = inputs[0].shape[2]
    row = sum(x[:, :, 0].numel() for x in inputs)
    rows = FEWEST_ROWS * max(1, reach, CACHED_VALUES // (FEWEST_ROWS * row))
    if height <= rows + 2 * reach:
        rows = height
    for top in range(0, height, rows):
        bottom = min(top + rows, height)
        first, last = max(top - reach, 0), min(bottom + reach, height)
        cut = [x[:, :, first:last] for x in inputs]
        yield _Strip(cut, top, bottom, top - first, rows == height)


class StripConv2d(nn.Conv2d):
    """A convolution of odd kernel that keeps the size; large pictures in strips, in inference.

    Args:
        before: channels in.
        after: channels out.
        side: side of the kernel, odd.
        padding_mode: "reflect" or "zeros".
    """

    def __init__(
        self, before: int, after: int, side: int, padding_mode: Literal["reflect", "zeros"]
    ) -> None:
        super().__init__(before, after, side, padding=side // 2, padding_mode=padding_mode)

    def forward(self, x: Tensor) -> Tensor:
        """(N, before, H, W) to (N, after, H, W)."""
        height, reach = x.shape[2], self.kernel_size[0] // 2
        rows = max(reach + 1, STRIP_VALUES // (x.shape[0] * x.shape[1] * x.shape[3]))
        if torch.is_grad_enabled() or height <= rows:
            return super().forward(x)
        mode = "constant" if self.padding_mode == "zeros" else self.padding_mode
        strips = []
        for top in range(0, height, rows):
            bottom = min(top + rows, height)
            first, last = max(top - reach, 0), min(bottom + reach, height)
            beyond = (reach, reach, reach - (top - first), reach - (last - bottom))
            strip = F.pad(x[:, :, first:last], beyond, mode)
            strips.append(F.conv2d(strip, self.weight, self.bias))
        return torch.cat(strips, dim=2)
