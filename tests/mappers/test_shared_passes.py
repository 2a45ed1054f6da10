"""Passes that share a call of a network give what single calls give."""

from typing import Any

import pytest
import torch

from benchmark.registry import MAPPERS
from mappers.base import CAMERAS
from mappers.cycle import CycleMapper, sum_of
from tests.speed.plain import cycle as plain

SMALL: dict[str, dict[str, Any]] = {
    "chai": {"width": 4},
    "cmkan": {"atoms": 8},
    "cstpp": {"width": 8, "dim": 16, "heads": 2},
    "cyclegan": {"width": 4, "blocks": 1},
    "rawformer": {"widths": [4, 8], "blocks": 1, "heads": 2},
    "swin-unit": {"width": 8, "blocks": 1},
    "uvcgan": {"widths": [4, 8], "blocks": 1, "heads": 2},
    "uvcgan-cstpp": {"widths": [4, 8, 8, 8], "blocks": 1, "heads": 2},
}
NORMAL = {"crop_size": 64, "discriminator_width": 4}


def made(name: str, **config: Any) -> CycleMapper:
    torch.manual_seed(0)
    mapper = MAPPERS.create(name, **NORMAL, **SMALL[name], **config)
    assert isinstance(mapper, CycleMapper)
    return mapper.double().train()


def test_every_cycle_mapper_is_looked_at():
    names = {n for n in MAPPERS.names() if issubclass(MAPPERS.get(n), CycleMapper)}
    assert set(SMALL) <= names
    assert {n for n in names if MAPPERS.get(n).__module__.startswith("mappers.")} == set(SMALL)


@pytest.mark.parametrize("config", [{}, {"identity_weight": 0.0}, {"cycle_weight": 0.0}], ids=str)
@pytest.mark.parametrize("name", SMALL)
def test_losses_gradients_and_statistics_are_those_of_single_calls(name, config):
    if name == "swin-unit" and "cycle_weight" in config:
        pytest.skip("it always has the cycle term")
    ours, theirs = made(name, **config), made(name, **config)
    torch.manual_seed(1)
    real = {camera: torch.rand(2, 4, 64, 64, dtype=torch.float64) for camera in CAMERAS}
    losses, fake = ours.generator_losses(real)
    wanted, wanted_fake = plain.generator_losses(theirs, real)
    assert losses.keys() == wanted.keys()
    torch.testing.assert_close(losses, {name: wanted[name] for name in losses})
    torch.testing.assert_close(fake, wanted_fake)

    sum_of(losses).backward()
    sum_of(wanted).backward()
    expected = dict(theirs.named_parameters())
    scale = max(p.grad.abs().max() for p in expected.values() if p.grad is not None)
    for weight, parameter in ours.named_parameters():
        gradient, other = parameter.grad, expected[weight].grad
        assert (gradient is None) == (other is None), weight
        if gradient is not None and other is not None:
            assert (gradient - other).abs().max() <= 1e-10 * scale, weight
    torch.testing.assert_close(dict(ours.named_buffers()), dict(theirs.named_buffers()))
