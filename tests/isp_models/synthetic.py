"""Tiny raw and sRGB pairs with a known rendering, for tests that training learns."""

import json
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from benchmark.progress import Progress
from benchmark.stage import Stage
from benchmark.training.trainer import Trainer
from isp_models.base import DeepISP, ISPBatch

COLOUR_MATRIX = ((1.7, -0.5, -0.2), (-0.3, 1.6, -0.3), (0.0, -0.6, 1.6))  # camera to sRGB
WHITE_BALANCE = (1.9, 1.0, 1.5)


def pairs(count: int, side: int, seed: int = 0) -> ISPBatch:
    """`count` smooth random scenes: packed raw (count, 4, side, side) and the sRGB of each."""
    generator = torch.Generator().manual_seed(seed)
    coarse = torch.rand(count, 3, 6, 6, generator=generator)
    full = (2 * side, 2 * side)
    scene = F.interpolate(coarse, full, mode="bicubic", align_corners=True).clamp(0, 1)
    camera = scene / torch.tensor(WHITE_BALANCE).reshape(1, 3, 1, 1)
    red, green, blue = camera.unbind(1)
    raw = torch.stack(
        [red[:, ::2, ::2], green[:, ::2, 1::2], green[:, 1::2, ::2], blue[:, 1::2, 1::2]], dim=1
    )
    linear = torch.einsum("ij,njhw->nihw", torch.tensor(COLOUR_MATRIX), scene).clamp(0, 1)
    return ISPBatch(raw, linear.pow(1 / 2.2))


class Crops:
    """Batches of one stage: other pairs at each step."""

    def __init__(self, data: ISPBatch, stage: Stage) -> None:
        self._data = data
        self._size = stage.batch_size
        self.crops = len(data.raw)

    def batch(self, step: int) -> ISPBatch:
        index = (torch.arange(self._size) + step * self._size) % self.crops
        return ISPBatch(self._data.raw[index], self._data.srgb[index])


def train(isp: DeepISP, data: ISPBatch, seed: int = 0) -> dict[str, list[dict[str, float]]]:
    """Trains all stages in the real training loop; returns the losses of every step by stage."""
    with TemporaryDirectory() as folder:
        Trainer(
            isp,
            partial(Crops, data),
            Path(folder),
            seed=seed,
            device=torch.device("cpu"),
            progress=Progress(quiet=True),
            title="synthetic",
        ).train()
        lines = [json.loads(line) for line in (Path(folder) / "log.jsonl").read_text().splitlines()]
    return {
        stage.name: [
            {name: value for name, value in line.items() if name != "stage"}
            for line in lines
            if line["stage"] == stage.name
        ]
        for stage in isp.stages()
    }


def error(isp: DeepISP, data: ISPBatch) -> float:
    """Mean squared error of the developed pictures."""
    with torch.no_grad():
        return F.mse_loss(isp(data.raw), data.srgb).item()


def gradient_count(network: nn.Module) -> int:
    """Parameters that received a gradient."""
    return sum(p.numel() for p in network.parameters() if p.grad is not None)


def parameter_count(network: nn.Module) -> int:
    return sum(p.numel() for p in network.parameters())


def stage_named(isp: DeepISP, name: str) -> Stage:
    return next(stage for stage in isp.stages() if stage.name == name)


def image(height: int, width: int, seed: int = 0) -> Tensor:
    """(1, 4, height, width) noise in [0, 1]."""
    return torch.rand(1, 4, height, width, generator=torch.Generator().manual_seed(seed))
