"""Global calibration with one linear matrix.

Nguyen, Prasad, Brown, "Raw-to-Raw: Mapping between Image Sensor Color Responses", CVPR 2014;
Eq. 2 of Xie et al., ACM MM 2024.
"""

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from mappers.base import Direction, Mapper, MapperConfig, MapperData, register_mapper
from mappers.least_squares import fit_both, solve

_GREENS_TO_ONE = torch.tensor([[1, 0, 0, 0], [0, 0.5, 0.5, 0], [0, 0, 0, 1]])  # (3, 4)
_ONE_TO_GREENS = torch.tensor([[1.0, 0, 0], [0, 1, 0], [0, 1, 0], [0, 0, 1]])  # (4, 3)


@dataclass(frozen=True)
class Global3x3Config(MapperConfig):
    """Settings.

    Attributes:
        channels: 3: the two greens are averaged, mapped as one and both written; 4: a 4x4 matrix
            on r, gr, gb, b.
    """

    channels: Literal[3, 4] = 3


@register_mapper(
    "global3x3",
    title="Raw-to-Raw: Mapping between Image Sensor Color Responses (one global 3x3 matrix)",
    authors="Nguyen, Prasad, Brown",
    year=2014,
    link="https://openaccess.thecvf.com/content_cvpr_2014/html/"
    "Nguyen_Raw-to-Raw_Mapping_between_2014_CVPR_paper.html",
    supervision="anchors",
    deviations="Fitted on the pixels of the aligned pairs, not on colour charts.",
)
class Global3x3(Mapper):
    """y = M x, fitted on the un-clipped pixels of the aligned pairs; the 3x3 is kept in a 4x4."""

    Config = Global3x3Config
    config: Global3x3Config

    def __init__(self, config: Global3x3Config | None = None) -> None:
        super().__init__(config)
        for direction in ("a2b", "b2a"):
            self.register_buffer(direction, torch.eye(4))

    def fit(self, data: MapperData) -> None:
        """Least squares, both directions."""
        solver = solve if self.config.channels == 4 else _solve_with_one_green
        for direction, matrix in fit_both(data.anchors, solver).items():
            self.get_buffer(direction).copy_(matrix)

    def map(self, raw: Tensor, direction: Direction) -> Tensor:
        """(N, 4, H, W), each pixel times the matrix."""
        return torch.einsum("oc,nchw->nohw", self.get_buffer(direction), raw)


def _solve_with_one_green(source: Tensor, target: Tensor) -> Tensor:
    merge = _GREENS_TO_ONE.double()
    matrix = solve(source @ merge.T, target @ merge.T)  # (3, 3)
    return _ONE_TO_GREENS @ matrix @ _GREENS_TO_ONE
