"""Tiny raw and sRGB pairs with a known rendering, for tests that training learns."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from benchmark.stage import Stage
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


def batch_of(data: ISPBatch, size: int, step: int) -> ISPBatch:
    """`size` of the pairs, other ones at each step."""
    index = (torch.arange(size) + step * size) % data.raw.shape[0]
    return ISPBatch(data.raw[index], data.srgb[index])


def train(isp: DeepISP, data: ISPBatch, seed: int = 0) -> dict[str, list[dict[str, float]]]:
    """Trains all stages as the benchmark's loop does; returns the losses by stage."""
    log: dict[str, list[dict[str, float]]] = {}
    isp.train()
    for stage in isp.stages():
        total = stage.total_steps(data.raw.shape[0])
        optimisation = isp.configure(stage, total)
        log[stage.name] = []
        for step in range(total):
            torch.manual_seed(1000 * seed + step)
            losses = isp.training_step(batch_of(data, stage.batch_size, step), stage, optimisation)
            for scheduler in optimisation.schedulers:
                scheduler.step()
            log[stage.name].append({name: float(value) for name, value in losses.items()})
    isp.eval()
    return log


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
