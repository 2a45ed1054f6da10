"""Small networks of every method, none of whose weights is where it began."""

import torch

from benchmark.deployment.pipeline import Pipeline
from benchmark.planning.preset import load_preset
from benchmark.registry import ISPS, MAPPERS
from mappers.base import DIRECTIONS
from tests.mappers.pairs import Pictures

SMOKE = load_preset("smoke")


def pipeline(name: str) -> Pipeline:
    """A mapper, A to B, or an ISP in its smallest size, all weights moved: zeros hide faults."""
    torch.manual_seed(0)
    if name in ISPS:
        return Pipeline(isp=_moved(ISPS.create(name, **_small(ISPS, "isp", name)))).eval()
    mapper = MAPPERS.create(name, **_small(MAPPERS, "mapper", name))
    if mapper.info.name == "fda":
        mapper.fit(Pictures([torch.rand(4, 300, 240)], [torch.rand(4, 300, 240) ** 2]))
    for direction in DIRECTIONS:
        matrix = dict(mapper.named_buffers()).get(direction)  # of the mappers in closed form
        if matrix is not None:
            matrix += 0.1 * torch.rand_like(matrix)
    return Pipeline(_moved(mapper)).eval()


def _small(registry, kind, name):
    return SMOKE.values(kind, name, registry.get(name).Config)


def _moved(network):
    for weight in network.parameters():
        weight.data += 0.02 * torch.randn_like(weight)
    return network.eval().requires_grad_(False)
