"""CSTPP's colour transform: whole pictures, and training crops with their gradients."""

from collections.abc import Callable, Iterator
from functools import partial

import torch
from torch import Tensor

from mappers.networks.patchwise import transform_patchwise
from mappers.networks.patchwise import transform_plainly as plain
from mappers.networks.polynomial import PAPER
from tests.speed.case import Case, Floor, Work

Transform = Callable[..., Tensor]
HEIGHT, WIDTH = 1512, 2016  # 12 megapixels of sensor, packed
PER_PIXEL = 10 + 2 * 2 * 4 * len(PAPER) + 4 * 3  # products, two patches' matrices, their blend
FLOAT = 4  # bytes


def cases() -> Iterator[Case]:
    """Grids of M = 1, 4, 16, and the crops of a training step."""
    pixels = HEIGHT * WIDTH
    for shrunk in (1, 4, 16):
        multiple = 32 * shrunk
        covered = (HEIGHT + -HEIGHT % multiple, WIDTH + -WIDTH % multiple)
        for threads in (1, None):
            yield Case(
                f"12 megapixels, M = {shrunk}, {'1 thread' if threads else 'all cores'}",
                partial(whole, transform_patchwise, covered, 16 * shrunk),
                partial(whole, plain, covered, 16 * shrunk),
                Floor(flop=PER_PIXEL * pixels, bytes=2 * 4 * FLOAT * pixels),
                threads,
            )
    for pictures, side in ((4, 64), (8, 64), (1, 256)):
        yield Case(
            f"{pictures} x {side}², forward and backward",
            partial(step, transform_patchwise, pictures, side),
            partial(step, plain, pictures, side),
            Floor(flop=3 * PER_PIXEL * pictures * side**2),
            threads=1,
        )


def whole(transform: Transform, covered: tuple[int, int], patch: int) -> Work:
    """A full sensor, in inference."""
    raw = torch.rand(1, 4, HEIGHT, WIDTH)
    grid = torch.randn(1, 4 * len(PAPER), covered[0] // patch, covered[1] // patch)

    @torch.inference_mode()
    def work() -> Tensor:
        return transform(raw, grid, PAPER, covered)

    return work


def step(transform: Transform, pictures: int, side: int) -> Work:
    """Crops with a patch per 16 pixels, and the gradients of both inputs."""
    raw = torch.rand(pictures, 4, side, side, requires_grad=True)
    shape = (pictures, 4 * len(PAPER), side // 16, side // 16)
    grid = torch.randn(shape, requires_grad=True)
    gradient = torch.randn(pictures, 4, side, side)

    def work() -> object:
        return torch.autograd.grad(transform(raw, grid, PAPER), (raw, grid), gradient)

    return work
