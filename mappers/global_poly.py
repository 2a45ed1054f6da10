"""Global calibration with one polynomial.

Nguyen, Prasad, Brown, "Raw-to-Raw: Mapping between Image Sensor Color Responses", CVPR 2014;
Eq. 3 of Xie et al., ACM MM 2024, for four channels.
"""

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from mappers.base import Direction, Mapper, MapperConfig, MapperData, register_mapper
from mappers.least_squares import fit_both, solve
from mappers.networks import polynomial

BASES = {14: polynomial.PAPER, 16: polynomial.DATA_KERNEL}


@dataclass(frozen=True)
class GlobalPolyConfig(MapperConfig):
    """Settings.

    Attributes:
        terms: 14: quadratic without a constant (CSTPP paper); 16: with r·gr·gb·b and a constant,
            the kernel that made the test pairs of raw2raw.
    """

    terms: Literal[14, 16] = 14


@register_mapper(
    "global-poly",
    title="Raw-to-Raw: Mapping between Image Sensor Color Responses (one global polynomial)",
    authors="Nguyen, Prasad, Brown",
    year=2014,
    link="https://openaccess.thecvf.com/content_cvpr_2014/html/"
    "Nguyen_Raw-to-Raw_Mapping_between_2014_CVPR_paper.html",
    supervision="anchors",
    deviations="Fitted on the pixels of the aligned pairs, not on colour charts; four channels.",
)
class GlobalPoly(Mapper):
    """y = M basis(x), fitted on the un-clipped pixels of the aligned pairs."""

    Config = GlobalPolyConfig
    config: GlobalPolyConfig

    def __init__(self, config: GlobalPolyConfig | None = None) -> None:
        super().__init__(config)
        self.basis = BASES[self.config.terms]
        same = torch.zeros(4, len(self.basis))
        for channel in range(4):
            same[channel, self.basis.index((channel,))] = 1
        for direction in ("a2b", "b2a"):
            self.register_buffer(direction, same.clone())

    def fit(self, data: MapperData) -> None:
        """Least squares, both directions."""
        for direction, matrix in fit_both(data.anchors, self._solve).items():
            self.get_buffer(direction).copy_(matrix)

    def _solve(self, source: Tensor, target: Tensor) -> Tensor:
        pictures = source.T[None, :, :, None]  # (1, 4, P, 1)
        regressors = polynomial.expand(pictures, self.basis)[0, :, :, 0].T  # (P, T)
        return solve(regressors, target)

    def map(self, raw: Tensor, direction: Direction) -> Tensor:
        """(N, 4, H, W), the polynomial at each pixel."""
        return polynomial.transform(raw, self.get_buffer(direction), self.basis)
