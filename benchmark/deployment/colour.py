"""A mapper that treats every pixel alike, as a matrix or as a 3D lookup table."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from benchmark.cameras import Direction
from benchmark.errors import BenchError
from mappers.base import Mapper

SIDE = 128  # of the pictures that a mapper is tried on, packed pixels
EXACT = 1e-5  # of values in [0, 1]
MERGE = ((1.0, 0, 0, 0), (0, 0.5, 0.5, 0), (0, 0, 0, 1.0))  # R, Gr, Gb, B to R, G, B
SPREAD = ((1.0, 0, 0), (0, 1.0, 0), (0, 1.0, 0), (0, 0, 1.0))  # and back


@dataclass(frozen=True)
class Table:
    """A 3D lookup table and how far it is from the mapper.

    Attributes:
        text: the content of a .cube file.
        largest: greatest difference from the mapper at random colours of equal greens, trilinear
            interpolation, of values in [0, 1].
        typical: the root of the mean square difference.
    """

    text: str
    largest: float
    typical: float


def matrix(mapper: Mapper, direction: Direction, facts: Mapping[str, str]) -> str:
    """A linear mapper's matrices as JSON.

    `matrix_4x4` acts on R, Gr, Gb, B; `matrix_3x3` on R, G, B with G the mean of both greens, which
    is the same where the greens are equal and where the mapper treats them as one;
    `inverse_3x3` times the ColorMatrix of a DNG of the other camera is a ColorMatrix for this one.

    Raises:
        BenchError: the mapper looks at more than one pixel, or is not linear.
    """
    _check_global(mapper, direction)
    units = 0.5 * torch.eye(4)
    full = 2 * _unclamped(mapper, direction, units).T  # (4, 4), output by input
    colours = torch.rand(1000, 4, generator=_generator())
    away = (_unclamped(mapper, direction, colours) - colours @ full.T).abs().max()
    if away > EXACT:
        raise BenchError(
            f"The mapper '{mapper.info.name}' is not linear: its best matrix is off by {away:.2g}. "
            "Write a lookup table, -o NAME.cube, or a graph, -o NAME.onnx."
        )
    merged = torch.tensor(MERGE) @ full @ torch.tensor(SPREAD)
    content = {
        **facts,
        "matrix_4x4": _rounded(full),
        "matrix_3x3": _rounded(merged),
        "inverse_3x3": _rounded(torch.linalg.inv(merged.double())),
    }
    return json.dumps(content, indent=2) + "\n"


def cube(mapper: Mapper, direction: Direction, facts: Mapping[str, str], points: int) -> Table:
    """A global mapper as a table of `points`³ colours, R, G and B in [0, 1], linear raw.

    Both greens of the input are G; G of the output is the mean of both greens.

    Raises:
        BenchError: the mapper looks at more than one pixel.
    """
    _check_global(mapper, direction)
    line = torch.linspace(0, 1, points)
    blue, green, red = torch.meshgrid(line, line, line, indexing="ij")  # red changes fastest
    nodes = torch.stack([red, green, blue], dim=3).reshape(-1, 3)
    values = _three(mapper, direction, nodes)

    colours = torch.rand(50_000, 3, generator=_generator())
    colours[::2] **= 3  # raw is mostly dark
    table = values.T.reshape(1, 3, points, points, points)  # (1, RGB, blue, green, red)
    places = (2 * colours - 1).reshape(1, -1, 1, 1, 3)
    looked_up = F.grid_sample(table, places, align_corners=True)[0, :, :, 0, 0].T
    away = looked_up - _three(mapper, direction, colours)

    lines = [f"# {key}: {value}" for key, value in facts.items()]
    lines += [f'TITLE "{mapper.info.name} {direction}"', f"LUT_3D_SIZE {points}"]
    lines += ["DOMAIN_MIN 0.0 0.0 0.0", "DOMAIN_MAX 1.0 1.0 1.0"]
    lines += [" ".join(f"{number:.7f}" for number in node) for node in values.tolist()]
    largest, typical = away.abs().max().item(), away.square().mean().sqrt().item()
    return Table("\n".join(lines) + "\n", largest, typical)


def _check_global(mapper: Mapper, direction: Direction) -> None:
    """Tries whether a pixel's output depends on that pixel alone: others are moved and replaced."""
    generator = _generator()
    colours = torch.rand(SIDE**2, 4, generator=generator)
    order = torch.randperm(SIDE**2, generator=generator)
    kept = order < SIDE**2 // 2
    others = torch.rand(SIDE**2, 4, generator=generator) ** 2
    moved = torch.where(kept[:, None], colours[order], others)
    here, there = (_clamped(mapper, direction, x) for x in (colours, moved))
    if not torch.allclose(here[order][kept], there[kept], atol=EXACT):
        raise BenchError(
            f"The mapper '{mapper.info.name}' looks at more than one pixel, so no matrix or lookup "
            "table can stand for it. Write a graph, -o NAME.onnx."
        )


def _three(mapper: Mapper, direction: Direction, colours: Tensor) -> Tensor:
    """(P, 3) to (P, 3), in [0, 1]."""
    mapped = _clamped(mapper, direction, colours @ torch.tensor(SPREAD).T)
    return mapped @ torch.tensor(MERGE).T


@torch.no_grad()
def _clamped(mapper: Mapper, direction: Direction, colours: Tensor) -> Tensor:
    """(P, 4) to (P, 4) in [0, 1]: colours as a picture through the mapper."""
    picture, count = _as_picture(colours)
    return mapper(picture, direction).flatten(2)[0].T[:count]


@torch.no_grad()
def _unclamped(mapper: Mapper, direction: Direction, colours: Tensor) -> Tensor:
    picture, count = _as_picture(colours)
    return mapper.map(picture, direction).flatten(2)[0].T[:count]


def _as_picture(colours: Tensor) -> tuple[Tensor, int]:
    """(1, 4, H, SIDE) with the colours (P, 4) row by row, then zeros; and P."""
    rows = max(SIDE, -(-len(colours) // SIDE))
    picture = colours.new_zeros(rows * SIDE, 4)
    picture[: len(colours)] = colours
    return picture.T.reshape(1, 4, rows, SIDE), len(colours)


def _generator() -> torch.Generator:
    return torch.Generator().manual_seed(0)


def _rounded(values: Tensor) -> list[list[float]]:
    return [[round(value, 7) for value in row] for row in values.tolist()]
