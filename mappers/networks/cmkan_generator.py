"""cmKAN's generator: a network that gives each pixel a Kolmogorov-Arnold colour transform.

Nikonorov et al., "Color Matching Using Hypernetwork-Based Kolmogorov-Arnold Networks", ICCV 2025;
sizes and details are those of the released code. Widths that are plain numbers there, for three
channels are written as multiples of the channels C here: 12 = 4·C and C·(C + 1), 48 = 16·C,
63 = 21·C.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

GRID = 5  # spline intervals in [0, 1]
ORDER = 3  # cubic splines
SPLINES = GRID + ORDER  # coefficients per spline


def bspline_basis(x: Tensor) -> Tensor:
    """Values of the uniform cubic B-splines on [0, 1] with 5 intervals.

    Args:
        x: (N, C, H, W).

    Returns:
        (N, C, 8, H, W); their sum is 1 for x in [0, 1], 0 beyond [-0.6, 1.6].
    """
    knots = torch.arange(SPLINES, device=x.device, dtype=x.dtype) - 1  # centres, in intervals
    distance = (x[:, :, None] * GRID - knots[:, None, None]).abs()
    return (F.relu(2 - distance) ** 3 - 4 * F.relu(1 - distance) ** 3) / 6


def apply_kan(x: Tensor, parameters: Tensor) -> Tensor:
    """One Kolmogorov-Arnold layer with weights of its own at each pixel.

    Output o is the sum over inputs i of w_oi · spline_oi(x_i) + v_oi · silu(x_i).

    Args:
        x: (N, C, H, W).
        parameters: (N, 10·C², H, W): 8 spline coefficients for each (o, i), then w, then v.

    Returns:
        (N, C, H, W), not bounded.
    """
    n, c, height, width = x.shape
    splines, spline_weights, base_weights = parameters.split([c * c * SPLINES, c * c, c * c], dim=1)
    curves = splines.reshape(n, c, c, SPLINES, height, width)  # (N, out, in, 8, H, W)
    curves = (curves * bspline_basis(x)[:, None]).sum(dim=3)
    edges = spline_weights.reshape(curves.shape) * curves
    edges = edges + base_weights.reshape(curves.shape) * F.silu(x)[:, None]
    return edges.sum(dim=2)


def haar(x: Tensor) -> Tensor:
    """Haar wavelet transform: (N, C, H, W) to (N, 4·C, H/2, W/2), the four bands of a channel."""
    a, b, c, d = x[..., ::2, ::2], x[..., ::2, 1::2], x[..., 1::2, ::2], x[..., 1::2, 1::2]
    bands = [a + b + c + d, a + b - c - d, a - b + c - d, a - b - c + d]
    return torch.stack(bands, dim=2).flatten(1, 2) / 2


class ChannelNorm(nn.LayerNorm):
    """Layer norm over the channels of each pixel."""

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) to the same shape."""
        return super().forward(x.movedim(1, 3)).movedim(3, 1)


class FeedForward(nn.Sequential):
    """1x1 convolution, depth-wise 3x3 convolution, ReLU, 1x1 convolution."""

    def __init__(self, inputs: int, hidden: int, outputs: int) -> None:
        super().__init__(
            nn.Conv2d(inputs, hidden, 1),
            nn.Conv2d(hidden, hidden, 3, padding=1, groups=hidden),
            nn.ReLU(),
            nn.Conv2d(hidden, outputs, 1),
        )


class ColourAttention(nn.Module):
    """Attention between channels through half as many anchors, values lit by the illumination.

    The similarity of two channels is taken over all pixels of their half-size maps, so its size
    does not grow with the picture.
    """

    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query = _halving(dim, groups=dim)
        self.key = _halving(dim)
        self.value = nn.Conv2d(dim, dim, 1)
        self.anchor = nn.Sequential(_halving(dim, groups=dim), nn.Conv2d(dim, dim // 2, 1))
        self.anchor_temperature = nn.Parameter(torch.ones(heads, 1, 1))
        self.value_temperature = nn.Parameter(torch.ones(heads, 1, 1))
        self.out = nn.Conv2d(dim, dim, 1)

    def forward(self, x: Tensor, illumination: Tensor) -> Tensor:
        """(N, dim, H, W) twice to the same shape."""
        q, k, anchors = (
            F.normalize(self._split(part(x)), dim=3) for part in (self.query, self.key, self.anchor)
        )
        v = self._split(self.value(x) * illumination)  # (N, heads, dim / heads, H·W)
        gathered = (anchors @ k.mT * self.value_temperature).softmax(dim=3) @ v
        mixed = (q @ anchors.mT * self.anchor_temperature).softmax(dim=3) @ gathered
        return self.out(mixed.reshape(x.shape))

    def _split(self, x: Tensor) -> Tensor:
        return x.flatten(2).unflatten(1, (self.heads, -1))


class Block(nn.Module):
    """Attention and feed-forward, each after a norm and with a residual."""

    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        self.attention_norm, self.feed_forward_norm = ChannelNorm(dim), ChannelNorm(dim)
        self.attention = ColourAttention(dim, heads)
        self.feed_forward = FeedForward(dim, dim, dim)

    def forward(self, x: Tensor, illumination: Tensor) -> Tensor:
        """(N, dim, H, W) twice to the same shape."""
        x = x + self.attention(self.attention_norm(x), illumination)
        return x + self.feed_forward(self.feed_forward_norm(x))


class Encoder(nn.Module):
    """Illumination estimate, then two scales of wavelets and attention, joined at full size."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        c, lit = channels, channels * (channels + 1)
        self.light = nn.Sequential(
            nn.Conv2d(c + 1, lit, 1), nn.Conv2d(lit, lit, 5, padding=2, groups=c + 1)
        )
        self.light_map = nn.Conv2d(lit, c, 1)
        self.fine_light = nn.Sequential(nn.AvgPool2d(2), nn.Conv2d(lit, 4 * c, 1))
        self.coarse_light = nn.Sequential(nn.AvgPool2d(2), nn.Conv2d(4 * c, 16 * c, 1))
        self.fine, self.coarse = Block(4 * c, heads=c), Block(16 * c, heads=c)
        self.join = nn.Sequential(ChannelNorm(21 * c), FeedForward(21 * c, 21 * c, 21 * c))

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) to (N, 21·C, H, W); H and W multiples of 4."""
        light = self.light(torch.cat([x, x.mean(dim=1, keepdim=True)], dim=1))
        x = x * self.light_map(light) + x
        light = self.fine_light(light)
        fine = self.fine(haar(x), light)  # (N, 4·C, H/2, W/2)
        coarse = self.coarse(haar(fine), self.coarse_light(light))  # (N, 16·C, H/4, W/4)
        enlarged = [F.interpolate(y, size=x.shape[2:], mode="bilinear") for y in (fine, coarse)]
        return self.join(torch.cat([x, *enlarged], dim=1))


class CmKANGenerator(nn.Module):
    """The hyper-network and the Kolmogorov-Arnold layer: 76,907 parameters for three channels.

    Args:
        channels: of the picture.
        atoms: entries of the learned dictionary that the pixels' features are projected on.
    """

    MULTIPLE = 4  # of height and width

    def __init__(self, channels: int = 4, atoms: int = 128) -> None:
        super().__init__()
        dim = 21 * channels
        self.encoder = Encoder(channels)
        self.feature_norm, self.projected_norm = ChannelNorm(dim), ChannelNorm(dim)
        self.dictionary = nn.Parameter(torch.rand(1, dim, atoms))
        self.query = nn.Conv2d(dim, dim, 1)
        self.key, self.value = nn.Conv1d(dim, dim, 1), nn.Conv1d(dim, dim, 1)
        self.parameters_head = FeedForward(dim, dim, channels**2 * (SPLINES + 2))

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) in about [0, 1] to the same shape, not bounded; multiples of 4."""
        return apply_kan(x, self.parameters_head(self.projected_norm(self.project(x))))

    def project(self, x: Tensor) -> Tensor:
        """The pixels' features as positive mixtures of the dictionary's values, (N, 21·C, H, W)."""
        q = self.query(self.feature_norm(self.encoder(x)))
        q = F.normalize(q.flatten(2), dim=2).reshape(q.shape)  # over the pixels, as released
        keys = F.normalize(self.key(self.dictionary), dim=2)[0]  # (21·C, atoms)
        share = F.relu(torch.einsum("ca,nchw->nahw", keys, q))
        return torch.einsum("ca,nahw->nchw", self.value(self.dictionary)[0], share)


def _halving(dim: int, groups: int = 1) -> nn.Module:
    """3x3 convolution of stride 2, mirrored at the borders."""
    return nn.Conv2d(dim, dim, 3, stride=2, padding=1, padding_mode="reflect", groups=groups)
