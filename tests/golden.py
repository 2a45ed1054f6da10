"""Index-fill golden tests: every parameter is a function of its own flat index only.

A faithful re-implementation of a network reproduces the stored numbers whatever its modules are
called and in whatever order they are created. The hash and the rules are those of the two tables
of golden values (one for the mappers' networks, one for the deep ISPs).
"""

import math
from collections.abc import Sequence
from typing import TypeVar

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _NormBase
from torch.nn.modules.conv import _ConvNd, _ConvTransposeNd

Module = TypeVar("Module", bound=nn.Module)
NORMS = (_NormBase, nn.LayerNorm, nn.GroupNorm)


def residue(count: int) -> np.ndarray:
    """r(k) for k = 0 … count - 1: float64 in [-1/2, 1/2)."""
    k = np.arange(count, dtype=np.uint64)
    low = (np.uint64(40503) * k * k + np.uint64(2654435761) * k) & np.uint64(0xFFFFFFFF)
    return low / 2.0**32 - 0.5


def golden_input(n: int, c: int, h: int, w: int) -> Tensor:
    """(n, c, h, w) float32 in [0, 1): r + 1/2 over the whole tensor in row-major order."""
    return torch.from_numpy(residue(n * c * h * w) + 0.5).float().reshape(n, c, h, w)


@torch.no_grad()
def fill(module: Module, gain: float = 1.0) -> Module:
    """Sets every parameter and running statistic by the rules, in place, and goes to eval mode.

    Args:
        module: the network.
        gain: g, the factor on convolution and linear weights.

    Returns:
        The same module.
    """
    for part in module.modules():
        for name, tensor in part.named_parameters(recurse=False):
            offset, scale = _rule(part, name, tensor, gain)
            _set(tensor, offset, scale)
        if isinstance(part, _NormBase) and part.running_mean is not None:
            assert part.running_var is not None
            _set(part.running_mean, 0.0, 0.2)
            _set(part.running_var, 1.0, 0.5)
    return module.eval()


def assert_golden(
    y: Tensor,
    mean: float,
    std: float,
    corner: Sequence[float] | None = None,
    centre: Sequence[float] | None = None,
    *,
    value_atol: float = 1e-4,
    moment_atol: float = 2e-5,
) -> None:
    """Compares an output (1, C, H, W) with its row of the table.

    Args:
        y: what the filled network gives for the golden input.
        mean: over all elements.
        std: sample standard deviation over all elements.
        corner: y[0, :, 0, 0].
        centre: y[0, :, H // 2, W // 2 + 1].
        value_atol: tolerance of the single values.
        moment_atol: tolerance of mean and std.
    """
    assert y.double().mean().item() == pytest.approx(mean, abs=moment_atol)
    assert y.double().std().item() == pytest.approx(std, abs=moment_atol)
    if corner is not None:
        assert y[0, :, 0, 0].tolist() == pytest.approx(list(corner), abs=value_atol)
    if centre is not None:
        row, column = y.shape[2] // 2, y.shape[3] // 2 + 1
        assert y[0, :, row, column].tolist() == pytest.approx(list(centre), abs=value_atol)


def _rule(part: nn.Module, name: str, tensor: Tensor, gain: float) -> tuple[float, float]:
    """(offset, scale) of one parameter: its value is offset + scale · r."""
    if isinstance(part, NORMS):
        return (1.0, 0.2) if name == "weight" else (0.0, 0.2)
    if isinstance(part, nn.PReLU):
        return 0.25, 0.1
    if isinstance(part, (_ConvNd, nn.Linear, nn.MultiheadAttention)) or "in_proj" in name:
        if "bias" in name or name in ("bias_k", "bias_v"):
            return 0.0, 0.1
        return 0.0, math.sqrt(12) * gain / math.sqrt(_fan_in(part, tensor))
    return 0.0, 0.2


def _fan_in(part: nn.Module, weight: Tensor) -> int:
    if isinstance(part, _ConvTransposeNd):  # stored (in, out, kh, kw)
        return part.in_channels * math.prod(part.kernel_size)
    return math.prod(weight.shape[1:])


def _set(tensor: Tensor, offset: float, scale: float) -> None:
    values = torch.from_numpy(offset + scale * residue(tensor.numel()))
    tensor.copy_(values.reshape(tensor.shape))
