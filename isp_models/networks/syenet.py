"""The network of SYENet in its two forms: over-parameterised for training, slim for use.

In the training form every convolution is a `RepConv`: parallel convolutions of several shapes,
each once plain and once with batch norm, merged by a 1x1 convolution. All of that is linear in
inference, so `RepConv.merged` makes one convolution of it.
"""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

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
        """(N, before, H, W) to (N, after, H, W)."""
        return self.merge(torch.cat([branch(x) for branch in (*self.plain, *self.normed)], dim=1))

    def merged(self, factor: float = 1.0) -> dict[str, Tensor]:
        """The same map as the state of one convolution, batch norms by their running statistics.

        Args:
            factor: multiplies the output.
        """
        parts = [_in_inference(branch) for branch in (*self.plain, *self.normed)]
        weight = torch.cat([_padded(part["weight"], self.side) for part in parts])
        bias = torch.cat([part["bias"] for part in parts])  # (branches · wide)
        state = _in_inference(self.merge)
        merge = factor * state["weight"][:, :, 0, 0]  # (after, branches · wide)
        return {
            "weight": torch.einsum("om,mikl->oikl", merge, weight),  # (after, before, side, side)
            "bias": merge @ bias + factor * state["bias"],
        }


def _conv(before: int, after: int, shape: Kernel) -> nn.Conv2d:
    return nn.Conv2d(before, after, shape, padding=(shape[0] // 2, shape[1] // 2))


def _in_inference(branch: nn.Module) -> dict[str, Tensor]:
    """Weight and bias of a convolution, or of one with a batch norm after it."""
    if isinstance(branch, nn.Conv2d):
        assert branch.bias is not None
        return {"weight": branch.weight, "bias": branch.bias}
    conv, norm = branch.children()
    assert isinstance(norm, nn.BatchNorm2d)
    assert norm.running_mean is not None and norm.running_var is not None
    plain = _in_inference(conv)
    gain = norm.weight / (norm.running_var + norm.eps).sqrt()
    return {
        "weight": plain["weight"] * gain[:, None, None, None],
        "bias": (plain["bias"] - norm.running_mean) * gain + norm.bias,
    }


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
        x = self.body(self.head(raw))  # (N, 12, H, W)
        attention = self.attention(x.mean(dim=(2, 3), keepdim=True)).sigmoid()  # (N, 12, 1, 1)
        return self.tail(F.pixel_shuffle(x * attention, 2))

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
        device = self.body.offset.device.type
        with torch.autocast("cpu" if device == "meta" else device, enabled=False):  # meta has none
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
