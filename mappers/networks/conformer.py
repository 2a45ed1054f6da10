"""The shrunken Conformer: a convolution branch and a transformer branch that inform each other.

Peng et al., "Conformer: Local Features Coupling Global Representations for Visual Recognition",
ICCV 2021, in the size of Xie et al. (CSTPP, ACM MM 2024, Sec. 3.3). Against the original: no class
token, 2x2 pooling in the stem, four input channels, no bias in the q, k, v projection.

Maps are (N, C, H, W), tokens are (N, L, D) in row-major order; one token stands for 16x16 pixels.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mappers.networks import initialise

PATCH = 16  # pixels per token
EPS = 1e-6  # of the norms inside the blocks, as in the original


class Bottleneck(nn.Module):
    """1x1, 3x3, 1x1 convolutions with batch norm around a residual; the inner width is out / 4."""

    def __init__(self, inputs: int, outputs: int, stride: int = 1, project: bool = False) -> None:
        super().__init__()
        inner = outputs // 4
        self.reduce = nn.Conv2d(inputs, inner, 1, bias=False)
        self.reduce_norm = nn.BatchNorm2d(inner, eps=EPS)
        self.spatial = nn.Conv2d(inner, inner, 3, stride, padding=1, bias=False)
        self.spatial_norm = nn.BatchNorm2d(inner, eps=EPS)
        self.widen = nn.Conv2d(inner, outputs, 1, bias=False)
        self.widen_norm = nn.BatchNorm2d(outputs, eps=EPS)
        self.shortcut = nn.Sequential()
        if project:
            self.shortcut.append(nn.Conv2d(inputs, outputs, 1, stride, bias=False))
            self.shortcut.append(nn.BatchNorm2d(outputs, eps=EPS))

    def inner(self, x: Tensor, added: Tensor | None = None) -> Tensor:
        """(N, inputs, H, W) to (N, outputs/4, H/stride, W/stride), the side output.

        Args:
            x: the map.
            added: a map from the tokens, (N, outputs/4, H, W), added before the 3x3 convolution.
        """
        x = F.relu(self.reduce_norm(self.reduce(x)))
        if added is not None:
            x = x + added
        return F.relu(self.spatial_norm(self.spatial(x)))

    def outer(self, inner: Tensor, x: Tensor) -> Tensor:
        """The block's output, (N, outputs, H/stride, W/stride), from its side output and input."""
        return F.relu(self.widen_norm(self.widen(inner)) + self.shortcut(x))

    def forward(self, x: Tensor, added: Tensor | None = None) -> Tensor:
        """(N, inputs, H, W) to (N, outputs, H/stride, W/stride)."""
        return self.outer(self.inner(x, added), x)


class Attention(nn.Module):
    """Multi-head self-attention over all tokens; q, k, v without bias."""

    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(dim, 3 * dim, bias=False)
        self.project = nn.Linear(dim, dim)

    def forward(self, tokens: Tensor) -> Tensor:
        """(N, L, D) to (N, L, D)."""
        qkv = self.qkv(tokens).unflatten(2, (3, self.heads, -1))  # (N, L, 3, heads, D/heads)
        q, k, v = qkv.permute(2, 0, 3, 1, 4)  # each (N, heads, L, D/heads)
        mixed = F.scaled_dot_product_attention(q, k, v)
        return self.project(mixed.transpose(1, 2).flatten(2))


class TransformerBlock(nn.Module):
    """Attention, then a two-layer perceptron, each after a layer norm and with a residual."""

    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        self.attention_norm = nn.LayerNorm(dim, eps=EPS)
        self.attention = Attention(dim, heads)
        self.mlp_norm = nn.LayerNorm(dim, eps=EPS)
        self.mlp = nn.Sequential(nn.Linear(dim, 4 * dim), nn.GELU(), nn.Linear(4 * dim, dim))

    def forward(self, tokens: Tensor) -> Tensor:
        """(N, L, D) to (N, L, D)."""
        tokens = tokens + self.attention(self.attention_norm(tokens))
        return tokens + self.mlp(self.mlp_norm(tokens))


class TokensFromMap(nn.Module):
    """Feature coupling unit downwards: 1x1 convolution, average pooling, layer norm, GELU."""

    def __init__(self, channels: int, dim: int, stride: int) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(channels, dim, 1)
        self.pool = nn.AvgPool2d(stride)
        self.norm = nn.LayerNorm(dim, eps=EPS)

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) to (N, L, D), L = H·W / stride²."""
        x = self.pool(self.convolution(x))
        return F.gelu(self.norm(x.flatten(2).transpose(1, 2)))


class MapFromTokens(nn.Module):
    """Feature coupling unit upwards: 1x1 convolution, batch norm, ReLU, nearest enlargement."""

    def __init__(self, dim: int, channels: int) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(dim, channels, 1)
        self.norm = nn.BatchNorm2d(channels, eps=EPS)

    def forward(self, tokens: Tensor, like: Tensor, stride: int) -> Tensor:
        """(N, L, D) to (N, C, H, W) with the H and W of `like`."""
        height, width = like.shape[2:]
        grid = tokens.transpose(1, 2).unflatten(2, (height // stride, width // stride))
        return F.interpolate(F.relu(self.norm(self.convolution(grid))), size=(height, width))


class ConvTransBlock(nn.Module):
    """One block of each branch with the two coupling units between them.

    Args:
        inputs: channels of the map that comes in.
        outputs: channels of the map that goes out.
        dim: of the tokens.
        heads: of the attention.
        coupling: map pixels per token side.
        halve: the convolution block has stride 2 and a projected residual.
        last: the map that goes out is used by nobody and not computed. The layers that would make
            it exist, as in the released code, so that the published count holds.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        dim: int,
        heads: int,
        coupling: int,
        halve: bool = False,
        last: bool = False,
    ) -> None:
        super().__init__()
        self.coupling, self.last = coupling, last
        self.convolution = Bottleneck(inputs, outputs, 2 if halve else 1, project=halve)
        self.to_tokens = TokensFromMap(outputs // 4, dim, coupling)
        self.transformer = TransformerBlock(dim, heads)
        self.to_map = MapFromTokens(dim, outputs // 4)
        self.fusion = Bottleneck(outputs, outputs, 2 if last else 1, project=last)

    def forward(self, x: Tensor, tokens: Tensor) -> tuple[Tensor, Tensor]:
        """Map (N, inputs, H, W) and tokens (N, L, D) to the next map and tokens."""
        side = self.convolution.inner(x)
        tokens = self.transformer(tokens + self.to_tokens(side))
        if self.last:
            return x, tokens
        x = self.convolution.outer(side, x)
        return self.fusion(x, self.to_map(tokens, x, self.coupling)), tokens


class Conformer(nn.Module):
    """The backbone: packed raw in, one token per 16x16 patch out.

    Args:
        channels: of the picture.
        width: channels of the stem and the first stage; the stages have 1, 2 and 4 times as many.
        dim: of the tokens.
        heads: of the attention.
    """

    MULTIPLE = 2 * PATCH  # of height and width

    def __init__(self, channels: int = 4, width: int = 64, dim: int = 256, heads: int = 4) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(channels, width, 7, stride=2, padding=3, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(),
            nn.MaxPool2d(2),
        )
        self.first_convolution = Bottleneck(width, width, project=True)
        self.patches = nn.Conv2d(width, dim, PATCH // 4, stride=PATCH // 4)
        self.first_transformer = TransformerBlock(dim, heads)
        self.blocks = nn.ModuleList(
            [
                ConvTransBlock(width, width, dim, heads, coupling=4),
                ConvTransBlock(width, 2 * width, dim, heads, coupling=2, halve=True),
                ConvTransBlock(2 * width, 2 * width, dim, heads, coupling=2),
                ConvTransBlock(2 * width, 4 * width, dim, heads, coupling=1, halve=True),
                ConvTransBlock(4 * width, 4 * width, dim, heads, coupling=1, last=True),
            ]
        )
        self.norm = nn.LayerNorm(dim)
        self.apply(initialise.conformer)

    def forward(self, image: Tensor) -> Tensor:
        """The tokens on their grid.

        Args:
            image: (N, C, H, W), H and W multiples of 32.

        Returns:
            (N, H/16, W/16, D).
        """
        # Channels last: what oneDNN and cuDNN work in, and tokens need no transposing.
        image = image.contiguous(memory_format=torch.channels_last)
        stem = self.stem(image)  # (N, width, H/4, W/4)
        x = self.first_convolution(stem)
        patches = self.patches(stem)  # (N, D, H/16, W/16)
        tokens = self.first_transformer(patches.flatten(2).transpose(1, 2))
        for block in self.blocks:
            x, tokens = block(x, tokens)
        return self.norm(tokens).unflatten(1, patches.shape[2:])
