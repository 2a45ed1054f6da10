"""Whole pictures of 12 megapixels: mapped with `cstpp`, developed with the ISPs.

The plain way to map has the plain colour transform. The plain way to develop is the same network
with gradients enabled but none asked for: then nothing is done in strips.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any
from unittest import mock

import torch
from torch import Tensor, nn

from benchmark.registry import ISPS, MAPPERS
from mappers.networks.patchwise import transform_plainly
from tests.speed.case import Case, Growth, Work

SENSOR = (1512, 2016)  # packed pixels: 12 megapixels


def cases() -> Iterator[Case]:
    """Every downsampling of Table 4 of CSTPP, chai, and the ISPs but PyNET (ten minutes)."""
    for shrunk in (1, 2, 4, 8, 16):
        yield Case(
            f"map, cstpp, M = {shrunk}",
            partial(mapping, "cstpp", downsample=shrunk),
            partial(mapping_plainly, "cstpp", downsample=shrunk),
        )
    yield Case("map, chai", partial(mapping, "chai"))
    for name in ("microisp", "syenet", "pynet-v2"):
        yield Case(
            f"render, {name}",
            partial(developing, name, strips=True),
            partial(developing, name, strips=False),
        )
    for side in (256, 512, 1024, 2048):
        growth = Growth("packed pixels", side**2)
        map_square = partial(mapping, "cstpp", size=(side, side), downsample=4)
        yield Case("map a square, cstpp, M = 4", map_square, growth=growth)
        render_square = partial(developing, "syenet", strips=True, size=(side, side))
        yield Case("render a square, syenet", render_square, growth=growth)


def mapping(name: str, size: tuple[int, int] = SENSOR, **config: Any) -> Work:
    """A mapper with random weights."""
    mapper = MAPPERS.create(name, **config).eval()
    raw = torch.rand(1, 4, *size)

    @torch.inference_mode()
    def work() -> Tensor:
        output: Tensor = mapper(raw, "a2b")
        return output

    return work


def mapping_plainly(name: str, **config: Any) -> Work:
    """With the plain colour transform, in this process."""
    mock.patch("mappers.cstpp.transform_patchwise", transform_plainly).start()
    return mapping(name, **config)


def developing(name: str, strips: bool, size: tuple[int, int] = SENSOR) -> Work:
    """An ISP with random weights."""
    isp: nn.Module = ISPS.create(name).eval().requires_grad_(False)
    raw = torch.rand(1, 4, *size)

    def work() -> Tensor:
        with torch.set_grad_enabled(not strips):
            output: Tensor = isp(raw)
        return output

    return work
