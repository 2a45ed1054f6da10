"""One gain per channel for all pictures: what exposure and white balance alone can do."""

import torch
from torch import Tensor

from mappers.base import Direction, Mapper, MapperConfig, MapperData, register_mapper
from mappers.least_squares import fit_both


@register_mapper(
    "global-gain",
    title="One least-squares gain per channel",
    supervision="anchors",
)
class GlobalGain(Mapper):
    """y_c = gain_c · x_c, fitted on the un-clipped pixels of the aligned pairs."""

    def __init__(self, config: MapperConfig | None = None) -> None:
        super().__init__(config)
        for direction in ("a2b", "b2a"):
            self.register_buffer(direction, torch.ones(4))

    def fit(self, data: MapperData) -> None:
        """gain_c = Σ x·y / Σ x²."""
        for direction, gain in fit_both(data.anchors, _gains).items():
            self.get_buffer(direction).copy_(gain)

    def map(self, raw: Tensor, direction: Direction) -> Tensor:
        """(N, 4, H, W), each channel times its gain."""
        return raw * self.get_buffer(direction)[:, None, None]


def _gains(source: Tensor, target: Tensor) -> Tensor:
    return (source * target).sum(dim=0) / (source**2).sum(dim=0)
