"""What this machine does at best: the rates that floors are made of."""

from collections.abc import Iterator

import torch
import torch.nn.functional as F

from tests.speed.case import Case, Floor, Work

CHANNELS, PICTURES, SIDE = 64, 4, 128
ORDER = 2048
COPIED = 2**28  # bytes


def cases() -> Iterator[Case]:
    """A convolution, forward and backward; a matrix product; a large copy."""
    forward = 2 * 9 * CHANNELS**2 * PICTURES * SIDE**2
    yield Case("convolution", convolution, floor=Floor(flop=3 * forward))
    yield Case("matrix product", product, floor=Floor(flop=2 * ORDER**3))
    yield Case("copy", copy, floor=Floor(bytes=2 * COPIED))


def convolution() -> Work:
    """64 to 64 channels, 3x3, on 4 pictures of 128x128, with the gradients of both inputs."""
    x = torch.randn(PICTURES, CHANNELS, SIDE, SIDE, requires_grad=True)
    weight = torch.randn(CHANNELS, CHANNELS, 3, 3, requires_grad=True)
    gradient = torch.randn(PICTURES, CHANNELS, SIDE, SIDE)

    def work() -> object:
        return torch.autograd.grad(F.conv2d(x, weight, padding=1), (x, weight), gradient)

    return work


def product() -> Work:
    """Two square matrices."""
    a, b = torch.randn(ORDER, ORDER), torch.randn(ORDER, ORDER)
    return lambda: a @ b


def copy() -> Work:
    """More bytes than the caches hold, read and written."""
    source, target = torch.randn(COPIED // 4), torch.empty(COPIED // 4)
    return lambda: target.copy_(source)
