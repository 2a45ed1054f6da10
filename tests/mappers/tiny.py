"""A tiny two-camera world, to see that a mapper learns something in the real training loop."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
import torch.nn.functional as F
from torch import Tensor

from benchmark.progress import Progress
from benchmark.stage import Stage
from benchmark.training.trainer import Trainer
from mappers.base import Mapper, MapperBatch

MIX = torch.tensor(  # raw of A to raw of B, rows and columns r, gr, gb, b
    [[0.45, 0.05, 0.05, 0.0], [0.0, 0.4, 0.4, 0.0], [0.0, 0.4, 0.4, 0.0], [0.0, 0.15, 0.15, 1.1]]
)


@dataclass(frozen=True)
class Learned:
    """What a training did.

    Attributes:
        losses: per step, by name.
        gain: mapped PSNR minus that of the unmapped raw, in dB, both directions averaged.
    """

    losses: list[dict[str, float]]
    gain: float

    def mean_of(self, names: Callable[[str], bool], steps: slice) -> float:
        """Sum of the losses whose "stage: name" is chosen, mean over the chosen steps."""
        chosen = self.losses[steps]
        return sum(v for step in chosen for k, v in step.items() if names(k)) / len(chosen)


def scene(n: int, size: int, generator: torch.Generator) -> Tensor:
    """(n, 4, size, size) in [0, 1]: smooth coloured patches, the two greens nearly equal."""
    coarse = torch.rand(n, 3, max(size // 8, 2), max(size // 8, 2), generator=generator)
    rgb = F.interpolate(coarse, size=(size, size), mode="bilinear", align_corners=False)
    rgb = rgb * torch.tensor([0.7, 1.0, 0.5])[:, None, None]
    fine = 0.02 * torch.rand(n, 4, size, size, generator=generator)
    return (0.9 * rgb[:, [0, 1, 1, 2]] + fine).clamp(0, 1)


def as_b(raw: Tensor) -> Tensor:
    """Raw of A as camera B sees it, (N, 4, H, W)."""
    return torch.einsum("ij,njhw->nihw", MIX, raw).clamp(0, 1)


def batch(n: int, size: int, generator: torch.Generator, anchors: bool = False) -> MapperBatch:
    """Crops of A, of other scenes by B, and, if wanted, of the same scenes by both."""
    a, b = scene(n, size, generator), as_b(scene(n, size, generator))
    if not anchors:
        return MapperBatch(a, b)
    pair = scene(n, size, generator)
    return MapperBatch(a, b, pair, as_b(pair))


class Crops:
    """Batches of the tiny world for one stage, asked for in the order of the steps."""

    crops = 100

    def __init__(self, stage: Stage, generator: torch.Generator, anchors: bool) -> None:
        self._draw = partial(batch, stage.batch_size, stage.crop_size, generator, anchors)

    def batch(self, step: int) -> MapperBatch:
        return self._draw()


def train(mapper: Mapper, anchors: bool = False) -> list[dict[str, float]]:
    """Trains all stages and returns the losses of every step, by "stage: name"."""
    generator = torch.Generator().manual_seed(0)
    with TemporaryDirectory() as folder:
        Trainer(
            mapper,
            lambda stage: Crops(stage, generator, anchors),
            Path(folder),
            seed=0,
            device=torch.device("cpu"),
            progress=Progress(quiet=True),
            title="tiny",
        ).train()
        lines = [json.loads(line) for line in (Path(folder) / "log.jsonl").read_text().splitlines()]
    return [
        {f"{line['stage']}: {k}": v for k, v in line.items() if k not in ("stage", "step")}
        for line in lines
    ]


def learn(mapper: Mapper, anchors: bool = False, size: int = 64) -> Learned:
    """Trains, then measures on pairs that were not seen."""
    losses = train(mapper, anchors)
    a = scene(4, size, torch.Generator().manual_seed(1))
    b = as_b(a)
    with torch.no_grad():
        gain_b = psnr(mapper(a, "a2b"), b) - psnr(a, b)
        gain_a = psnr(mapper(b, "b2a"), a) - psnr(b, a)
    return Learned(losses, (gain_a + gain_b) / 2)


def weights_after(make: Callable[[], Mapper], anchors: bool = False) -> dict[str, Tensor]:
    """All weights after a training that starts from seed 0."""
    torch.manual_seed(0)
    mapper = make()
    train(mapper, anchors)
    return mapper.state_dict()


def psnr(image: Tensor, reference: Tensor) -> float:
    """In dB, mean over pictures."""
    errors = ((image - reference) ** 2).mean(dim=(1, 2, 3))
    return float((-10 * errors.log10()).mean())
