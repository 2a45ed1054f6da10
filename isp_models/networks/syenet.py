"""The network of SYENet in its two forms: over-parameterised for training, slim for use.

In the training form every convolution is a `RepConv`: parallel convolutions of several shapes,
each once plain and once with batch norm, merged by a 1x1 convolution. All of that is linear, given
the statistics of the batch norms, so `RepConv.merged` makes one convolution of it.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from isp_models.networks.strips import in_strips

Kernel = tuple[int, int]
SHAPES: dict[int, Sequence[Kernel]] = {  # side of a convolution: shapes of its branches
    5: ((5, 5), (1, 1), (3, 3), (3, 1), (1, 3)),
    3: ((3, 3), (1, 1), (3, 1), (1, 3)),
    1: ((1, 1),),
}
BODY_CHANNELS = 12  # what PixelShuffle needs for RGB; `channels` does not change it
PRODUCT_SCALE = 0.1  # on the product of the two branches in the training form


class RepConv(nn.Module):
    """A convolution spread over branches, zero-padded to keep the size.

    Args:
        before: channels in.
        after: channels out.
        side: side of the one convolution that it stands for.
        scale: every branch has `scale` · `after` channels.
    """

    def __init__(self, before: int, after: int, side: int, scale: int) -> None:
        super().__init__()
        self.side = side
        wide = scale * after
        self.plain = nn.ModuleList(_conv(before, wide, shape) for shape in SHAPES[side])
        self.normed = nn.ModuleList(
            nn.Sequential(_conv(before, wide, shape), nn.BatchNorm2d(wide))
            for shape in SHAPES[side]
        )
        self.merge = nn.Conv2d(2 * len(SHAPES[side]) * wide, after, 1)

    def forward(self, x: Tensor) -> Tensor:
        """(N, before, H, W) to (N, after, H, W); in training by one convolution.

        A branch is linear but for the statistics of its batch norm, and these follow from the mean
        and covariance of the patches that a kernel sees: wᵀ·mean and wᵀ·covariance·w.
        """
        if not self.training:  # the published computation, which the slim form is checked against
            return self.branches(x)
        with in_full_precision(x.device):  # a variance is a small difference of large numbers
            state = self.merged(statistics=PatchStatistics.of(x, self.side))
        return F.conv2d(x, state["weight"], state["bias"], padding=self.side // 2)

    def branches(self, x: Tensor) -> Tensor:
        """The same, branch by branch."""
        return self.merge(torch.cat([branch(x) for branch in (*self.plain, *self.normed)], dim=1))

    def merged(
        self, factor: float = 1.0, statistics: "PatchStatistics | None" = None
    ) -> dict[str, Tensor]:
        """The same map as the state of one convolution.

        Args:
            factor: multiplies the output.
            statistics: of the patches of a batch, for the batch norms, which remember them; their
                running statistics if None.
        """
        parts = [_as_convolution(branch, self.side, None) for branch in self.plain]
        parts += [_as_convolution(branch, self.side, statistics) for branch in self.normed]
        weight = torch.cat([part[0] for part in parts])
        bias = torch.cat([part[1] for part in parts])  # (branches · wide)
        assert self.merge.bias is not None
        merge = factor * self.merge.weight[:, :, 0, 0]  # (after, branches · wide)
        return {
            "weight": torch.einsum("om,mikl->oikl", merge, weight),  # (after, before, side, side)
            "bias": merge @ bias + factor * self.merge.bias,
        }


class PatchStatistics(NamedTuple):
    """What the kernels of a convolution see of a batch, zero padding included.

    Attributes:
        mean: (K,), K = channels · side², of each place in a patch.
        covariance: (K, K), biased.
        patches: how many.
    """

    mean: Tensor
    covariance: Tensor
    patches: int

    @classmethod
    def of(cls, x: Tensor, side: int) -> "PatchStatistics":
        """Those of all patches of side² pixels around the pixels of (N, C, H, W)."""
        dtype = torch.promote_types(x.dtype, torch.float32)
        patches = F.unfold(x.to(dtype), side, padding=side // 2)  # (N, K, H · W)
        count = patches.shape[0] * patches.shape[2]
        mean = patches.mean(dim=(0, 2))
        gram = Gram.apply(patches - mean[:, None])
        return cls(mean, gram / count, count)


class Gram(torch.autograd.Function):
    """Sum over n of X_n · X_nᵀ for (N, K, L), with one product in the backward pass, not two."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        """(N, K, L) to (K, K)."""
        ctx.save_for_backward(x)
        return torch.bmm(x, x.transpose(1, 2)).sum(dim=0)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        """(K, K) to (N, K, L)."""
        (x,) = ctx.saved_tensors
        (gradient,) = gradients
        return torch.matmul(gradient + gradient.T, x)


def in_full_precision(device: torch.device) -> torch.autocast:
    """A context without autocast, on any device."""
    kind = "cpu" if device.type == "meta" else device.type  # the meta device knows no autocast
    return torch.autocast(kind, enabled=False)


def _conv(before: int, after: int, shape: Kernel) -> nn.Conv2d:
    return nn.Conv2d(before, after, shape, padding=(shape[0] // 2, shape[1] // 2))


def _as_convolution(
    branch: nn.Module, side: int, statistics: PatchStatistics | None
) -> tuple[Tensor, Tensor]:
    """Weight (after, before, side, side) and bias of a convolution, alone or with a batch norm."""
    conv, norm = (branch, None) if isinstance(branch, nn.Conv2d) else branch.children()
    assert isinstance(conv, nn.Conv2d) and conv.bias is not None
    weight = _padded(conv.weight, side)
    if norm is None:
        return weight, conv.bias
    assert isinstance(norm, nn.BatchNorm2d)
    assert norm.running_mean is not None and norm.running_var is not None
    if statistics is None:
        mean, variance = norm.running_mean, norm.running_var
    else:
        rows = weight.flatten(1)  # (after, K)
        mean = rows @ statistics.mean + conv.bias
        variance = ((rows @ statistics.covariance) * rows).sum(dim=1)
        _remember(norm, mean.detach(), variance.detach(), statistics.patches)
    gain = norm.weight / (variance + norm.eps).sqrt()
    return weight * gain[:, None, None, None], (conv.bias - mean) * gain + norm.bias


def _remember(norm: nn.BatchNorm2d, mean: Tensor, variance: Tensor, count: int) -> None:
    """Moves the running statistics towards those of a batch, as the norm itself would."""
    assert norm.running_mean is not None and norm.running_var is not None
    assert norm.num_batches_tracked is not None and norm.momentum is not None
    norm.num_batches_tracked += 1
    norm.running_mean.lerp_(mean, norm.momentum)
    norm.running_var.lerp_(variance * count / (count - 1), norm.momentum)


def _padded(weight: Tensor, side: int) -> Tensor:
    """A smaller kernel in the middle of a square one."""
    rows, columns = (side - weight.shape[2]) // 2, (side - weight.shape[3]) // 2
    return F.pad(weight, (columns, columns, rows, rows))


class QuadraticUnit(nn.Module):
    """QCU: scale · first(x) · second(x) + offset, the product taken element by element."""

    def __init__(self, first: nn.Module, second: nn.Module, channels: int, scale: float) -> None:
        super().__init__()
        self.first, self.second, self.scale = first, second, scale
        self.offset = nn.Parameter(torch.randn(1, channels, 1, 1))  # drawn from N(0, 1), published

    def forward(self, x: Tensor) -> Tensor:
        """(N, in, H, W) to (N, channels, H, W)."""
        return self.scale * self.first(x) * self.second(x) + self.offset


class SYENetNetwork(nn.Module):
    """Packed raw to sRGB: two quadratic units, channel attention, pixel shuffle, 3x3 tail.

    Args:
        channels: features of the first unit.
        scale: width of the rep-convs; None makes the slim form.
    """

    def __init__(self, channels: int = 12, scale: int | None = 4) -> None:
        super().__init__()
        self.channels, self.scale = channels, scale
        body = BODY_CHANNELS
        factor = 1.0 if scale is None else PRODUCT_SCALE
        self.head = QuadraticUnit(
            nn.Sequential(
                self._conv(4, channels, 5), nn.PReLU(channels), self._conv(channels, channels, 3)
            ),
            self._conv(4, channels, 5),
            channels,
            factor,
        )
        self.body = QuadraticUnit(
            self._conv(channels, body, 3), self._conv(channels, body, 1), body, factor
        )
        self.attention = nn.Sequential(
            self._conv(body, body, 1), nn.PReLU(body), self._conv(body, body, 1)
        )
        self.tail = self._conv(3, 3, 3)
        self.warmup_tail = None if scale is None else self._conv(body, 4, 3)

    def _conv(self, before: int, after: int, side: int) -> nn.Module:
        if self.scale is None:
            return _conv(before, after, (side, side))
        return RepConv(before, after, side, self.scale)

    def forward(self, raw: Tensor) -> Tensor:
        """(N, 4, H, W) in [0, 1], planes R, Gr, Gb, B, to (N, 3, 2H, 2W), sRGB, not clamped."""
        x = in_strips(lambda raw: self.body(self.head(raw)), raw, reach=4)  # (N, 12, H, W)
        attention = self.attention(x.mean(dim=(2, 3), keepdim=True)).sigmoid()  # (N, 12, 1, 1)
        return in_strips(
            lambda x: self.tail(F.pixel_shuffle(x * attention, 2)), x, reach=1, scale=2
        )

    def warm_up(self, raw: Tensor) -> tuple[Tensor, Tensor]:
        """Without attention: the sRGB, and the raw (N, 4, H, W) restored from a masked one."""
        assert self.warmup_tail is not None, "only the training form warms up"
        x = self.body(self.head(raw))
        return self.tail(F.pixel_shuffle(x, 2)), self.warmup_tail(x)

    @torch.no_grad()
    def to_slim(self) -> "SYENetNetwork":
        """The slim form, equal to the training form in eval mode up to rounding."""
        with torch.device("meta"):  # draws no random numbers
            slim = SYENetNetwork(self.channels, scale=None)
        with in_full_precision(self.body.offset.device):
            slim.load_state_dict(_slim_state(self), assign=True)
        return slim.eval().requires_grad_(False)


def _slim_state(network: SYENetNetwork) -> dict[str, Tensor]:
    """Tensors of the slim form of a network in training form."""
    state: dict[str, Tensor] = {}
    for name, part in network.named_modules():
        if isinstance(part, RepConv) and name != "warmup_tail":
            folded = name in ("head.second", "body.second")  # they take the scale of the product
            one = part.merged(PRODUCT_SCALE if folded else 1.0)
            state |= {f"{name}.{key}": tensor for key, tensor in one.items()}
        elif isinstance(part, nn.PReLU):
            state[f"{name}.weight"] = part.weight.clone()
        elif isinstance(part, QuadraticUnit):
            state[f"{name}.offset"] = part.offset.clone()
    return state
