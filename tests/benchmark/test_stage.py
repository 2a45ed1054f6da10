"""Lengths of stages, schedules and clipped steps."""

import pytest
import torch
from torch import nn
from torch.optim import SGD

from benchmark.errors import ContractError
from benchmark.stage import (
    Stage,
    Trainable,
    check_output,
    descend,
    linear_decay,
    linear_decays,
)


def test_a_stage_lasts_its_epochs_or_its_steps():
    assert Stage("s", batch_size=4, crop_size=64, epochs=2).total_steps(crops=41) == 20
    assert Stage("s", batch_size=4, crop_size=64, epochs=0.01).total_steps(crops=41) == 1
    assert Stage("s", batch_size=4, crop_size=64, epochs=2, steps=7).total_steps(crops=41) == 7
    assert Stage("s", batch_size=4, crop_size=64, steps=0).total_steps(crops=41) == 0


@pytest.mark.parametrize("start", [0.0, 0.5, 1.0])
def test_the_rate_falls_in_a_straight_line_to_zero(start):
    optimizer = SGD([nn.Parameter(torch.zeros(1))], lr=2.0)
    scheduler = linear_decay(optimizer, 10, start)
    rates = []
    for _ in range(10):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    begin = int(10 * start)
    assert rates[:begin] == [2.0] * begin
    expected = [2.0 * (10 - i) / (10 - begin) for i in range(begin, 10)]
    assert rates[begin:] == pytest.approx(expected)
    assert start == 1.0 or optimizer.param_groups[0]["lr"] == 0


def test_a_schedule_of_no_steps_is_not_an_error():
    linear_decay(SGD([nn.Parameter(torch.zeros(1))], lr=1.0), 0, 0.5)


def test_steps_are_clipped_to_the_global_norm():
    weights = nn.Parameter(torch.zeros(2))
    optimizer = SGD([weights], lr=1.0)
    descend(optimizer, weights @ torch.tensor([3.0, 4.0]), [weights], clip_norm=1.0)
    assert weights.detach().tolist() == pytest.approx([-0.6, -0.8], rel=1e-4)
    descend(optimizer, weights @ torch.tensor([3.0, 4.0]))
    assert weights.detach().tolist() == pytest.approx([-3.6, -4.8], rel=1e-4)


def test_a_rate_that_never_falls_has_no_schedule():
    optimizers = [SGD([nn.Parameter(torch.zeros(1))], lr=1.0) for _ in range(2)]
    assert linear_decays(optimizers, 10, 1.0) == []
    assert [s.optimizer for s in linear_decays(optimizers, 10, 0.5)] == optimizers


def test_a_method_without_training_has_no_stages_and_never_ends_one_early():
    class Plain(Trainable[None]):
        Config = dict

    method = Plain()
    assert method.config == {}
    assert list(method.stages()) == []
    assert not method.finished()
    assert method.training_state() == {}
    with pytest.raises(NotImplementedError, match="Plain has stages but no configure"):
        method.configure(Stage("s", 1, 32), 1)


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        (None, "M.map returned NoneType, not a tensor"),
        (torch.zeros(2, 3), r"shape \(2, 3\); it must be \(3, 2\)"),
        (torch.zeros(3, 2).half(), "returned torch.float16; it must be torch.float32"),
    ],
)
def test_a_wrong_output_is_reported(output, reason):
    check_output("M.map", torch.zeros(3, 2), (3, 2), torch.float32)
    with pytest.raises(ContractError, match=reason):
        check_output("M.map", output, (3, 2), torch.float32)


def test_autocast_chooses_the_type():
    with torch.autocast("cpu", torch.bfloat16):
        check_output("M.map", torch.zeros(3, 2).bfloat16(), (3, 2), torch.float32)
