"""A plug-in that never changes: its bytes are part of the keys in this folder."""

from dataclasses import dataclass

import torch

from mappers.base import Mapper, MapperConfig, register_mapper


@dataclass(frozen=True)
class FrozenConfig(MapperConfig):
    strength: float = 1.0
    broken: bool = False


@register_mapper("frozen", title="Gains that were never learnt", supervision="unpaired")
class Frozen(Mapper):
    Config = FrozenConfig
    test_time = ("strength",)

    def __init__(self, config=None):
        super().__init__(config)
        self.register_buffer("gains", torch.tensor([0.5, 0.75, 0.75, 1.0]))

    def map(self, raw, direction):
        if self.config.broken:
            raise RuntimeError("broken on purpose")
        gains = 1 + self.config.strength * (self.gains[:, None, None] - 1)
        return raw * gains if direction == "a2b" else raw / gains
