"""A mapper of your own: scales each channel to the other camera's mean, learned unpaired."""

import torch

from mappers.base import Mapper, register_mapper, source_of, target_of


@register_mapper("mean-match", title="Match the channel means", supervision="unpaired")
class MeanMatch(Mapper):
    def __init__(self, config=None):
        super().__init__(config)
        for camera in "ab":
            self.register_buffer(camera, torch.ones(1, 4, 1, 1))

    def fit(self, data):
        for camera, raws in (("a", data.unpaired_a), ("b", data.unpaired_b)):
            getattr(self, camera)[0, :, 0, 0] = torch.stack([r.mean((1, 2)) for r in raws]).mean(0)

    def map(self, raw, direction):
        return raw * getattr(self, target_of(direction)) / getattr(self, source_of(direction))
