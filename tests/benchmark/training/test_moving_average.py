"""The average is torch's own, number for number."""

import pytest
import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from benchmark.training.moving_average import MovingAverage


def network() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2))


def moved(model: nn.Module) -> None:
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter))
    model(torch.randn(2, 1, 4, 4))


def test_weights_and_statistics_are_those_of_torch():
    model = network()
    ours = MovingAverage(model, 0.9)
    theirs = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(0.9), use_buffers=True)
    for _ in range(4):
        moved(model)
        ours.update()
        theirs.update_parameters(model)
    expected = theirs.module.state_dict()
    for name, tensor in ours.network.state_dict().items():
        if tensor.is_floating_point():
            assert torch.equal(tensor, expected[name]), name
    assert ours.network.get_buffer("1.num_batches_tracked") == 4


@pytest.mark.parametrize("before", [0, 3])
def test_it_goes_on_from_its_state(before):
    model = network()
    ours = MovingAverage(model, 0.9)
    for _ in range(before):
        moved(model)
        ours.update()
    restored = MovingAverage(model, 0.9)
    restored.load(ours.state())
    moved(model)
    for average in (ours, restored):
        average.update()
    for one, other in zip(ours.network.parameters(), restored.network.parameters(), strict=True):
        assert torch.equal(one, other)
