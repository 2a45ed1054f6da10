"""Swin blocks: attention inside windows that are shifted from block to block.

Liu et al., "Swin Transformer: Hierarchical Vision Transformer using Shifted Windows", ICCV 2021.
All maps here are (N, H, W, dim) with H and W multiples of the window.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

WINDOWS = 256  # attended to at a time in whole pictures


class WindowAttention(nn.Module):
    """Multi-head attention inside windows, with a learned bias for each relative position.

    Args:
        dim: channels.
        heads: attention heads.
        window: side of the windows in pixels.
        cross: queries come from another map than keys and values, and the three projections are
            separate layers; otherwise one packed projection.
    """

    relative: Tensor

    def __init__(self, dim: int, heads: int, window: int, cross: bool) -> None:
        super().__init__()
        self.heads, self.window, self.cross = heads, window, cross
        if cross:
            self.q, self.k, self.v = (nn.Linear(dim, dim, bias=False) for _ in range(3))
        else:
            self.qkv = nn.Linear(dim, 3 * dim, bias=False)
        self.out = nn.Linear(dim, dim)
        self.table = nn.Parameter(torch.zeros((2 * window - 1) ** 2, heads))
        nn.init.trunc_normal_(self.table, std=0.02)
        self.register_buffer("relative", _relative_index(window), persistent=False)

    def forward(self, x: Tensor, context: Tensor, shift: int) -> Tensor:
        """Attention of `x` to `context` in windows that begin `shift` pixels further on.

        Args:
            x: (N, H, W, dim), queries.
            context: (N, H, W, dim), keys and values; the map `x` itself unless `cross`.
            shift: in pixels, down and right.

        Returns:
            (N, H, W, dim).
        """
        height, width = x.shape[1:3]
        x = _windows(x, self.window, shift)
        if self.cross:
            context = _windows(context, self.window, shift)
            q, k, v = self.q(x), self.k(context), self.v(context)
        else:
            q, k, v = self.qkv(x).chunk(3, dim=3)
        bias = self.table[self.relative].permute(2, 0, 1)  # (heads, tokens, tokens)
        regions = _regions(height, width, self.window, shift, x) if shift else None
        # All windows at once only where gradients are wanted: weights and masks would be large.
        most = x.shape[1] if torch.is_grad_enabled() else WINDOWS
        done = []
        for first in range(0, x.shape[1], most):
            some = slice(first, first + most)
            mask = bias if regions is None else bias - 100 * regions[some, None]
            query, key, value = (self._split(part[:, some]) for part in (q, k, v))
            done.append(F.scaled_dot_product_attention(query, key, value, attn_mask=mask))
        mixed = torch.cat(done, dim=1).transpose(2, 3).flatten(3)  # (N, windows, tokens, dim)
        return _picture(self.out(mixed), height, width, self.window, shift)

    def _split(self, x: Tensor) -> Tensor:
        """(N, windows, tokens, dim) to (N, windows, heads, tokens, dim / heads)."""
        return x.unflatten(3, (self.heads, -1)).transpose(2, 3)


class DropPath(nn.Module):
    """Leaves a residual branch out for a random part of the pictures, in training only."""

    def __init__(self, probability: float) -> None:
        super().__init__()
        self.probability = probability

    def forward(self, branch: Tensor) -> Tensor:
        """(N, ...) to the same shape."""
        if not self.training or self.probability == 0:
            return branch
        keep = torch.rand(branch.shape[0], 1, 1, 1, device=branch.device) >= self.probability
        return branch * keep / (1 - self.probability)


class SwinBlock(nn.Module):
    """Pre-norm window attention and MLP, each with a residual.

    Args:
        dim: channels.
        heads: attention heads.
        window: side of the windows.
        shift: 0, or half a window in every second block.
        cross: see :class:`WindowAttention`.
        drop_path: probability of leaving out a residual branch.
    """

    def __init__(
        self,
        dim: int,
        heads: int,
        window: int,
        shift: int,
        cross: bool = False,
        drop_path: float = 0.0,
    ) -> None:
        super().__init__()
        self.shift = shift
        self.attention_norm = nn.LayerNorm(dim)
        self.attention = WindowAttention(dim, heads, window, cross)
        self.mlp_norm = nn.LayerNorm(dim)
        self.mlp = nn.Sequential(nn.Linear(dim, 4 * dim), nn.GELU(), nn.Linear(4 * dim, dim))
        self.drop_path = DropPath(drop_path)

    def forward(self, x: Tensor, context: Tensor | None = None) -> Tensor:
        """(N, H, W, dim), attending to itself or to `context` of the same shape."""
        normed = self.attention_norm(x)
        context = normed if context is None else self.attention_norm(context)
        x = x + self.drop_path(self.attention(normed, context, self.shift))
        return x + self.drop_path(self.mlp(self.mlp_norm(x)))


def _windows(x: Tensor, window: int, shift: int) -> Tensor:
    """(N, H, W, C), rolled by the shift, to (N, windows, window * window, C)."""
    if shift:
        x = x.roll((-shift, -shift), dims=(1, 2))
    x = x.unflatten(2, (-1, window)).unflatten(1, (-1, window))
    return x.transpose(2, 3).flatten(3, 4).flatten(1, 2)


def _picture(x: Tensor, height: int, width: int, window: int, shift: int) -> Tensor:
    """The way back of `_windows`: (N, windows, window * window, C) to (N, H, W, C)."""
    x = x.unflatten(1, (height // window, width // window)).unflatten(3, (window, window))
    x = x.transpose(2, 3).flatten(3, 4).flatten(1, 2)
    return x.roll((shift, shift), dims=(1, 2)) if shift else x


def _regions(height: int, width: int, window: int, shift: int, like: Tensor) -> Tensor:
    """(windows, tokens, tokens): 1 where two tokens of a rolled window are not neighbours."""

    def parts(side: int) -> Tensor:
        position = torch.arange(side, device=like.device)
        return (position >= side - window).to(like) + (position >= side - shift).to(like)

    labels = 3 * parts(height)[:, None] + parts(width)  # (H, W)
    labels = _windows(labels[None, :, :, None], window, 0)[0, :, :, 0]  # (windows, tokens)
    return (labels[:, :, None] != labels[:, None, :]).to(like)


def _relative_index(window: int) -> Tensor:
    """(tokens, tokens): row of the table for the position of the query relative to the key."""
    rows, columns = torch.meshgrid(torch.arange(window), torch.arange(window), indexing="ij")
    rows, columns = rows.flatten(), columns.flatten()
    down = rows[:, None] - rows + window - 1
    right = columns[:, None] - columns + window - 1
    return down * (2 * window - 1) + right
