import pytest
import torch
from torch.optim import SGD

from isp_models.training.plateau import FLOOR, Plateau


def optimizer(rate: float = 1.0) -> SGD:
    return SGD([torch.nn.Parameter(torch.zeros(1))], lr=rate)


def watch(plateau: Plateau, sgd: SGD, values: list[float], patience: int | None) -> list[float]:
    """The rate after each value."""
    rates = []
    for value in values:
        plateau.watch(torch.tensor(value), sgd, patience)
        rates.append(sgd.param_groups[0]["lr"])
    return rates


def test_a_growing_metric_keeps_the_rate() -> None:
    plateau = Plateau(epoch_steps=1)
    assert watch(plateau, optimizer(), [0.1, 0.2, 0.3, 0.4], patience=1) == [1.0] * 4
    assert plateau.epochs_without_best == 0


def test_a_metric_that_stagnates_halves_the_rate_each_time_patience_ends() -> None:
    plateau = Plateau(epoch_steps=1)
    rates = watch(plateau, optimizer(), [0.5] * 7, patience=3)
    assert rates == [1.0, 1.0, 1.0, 0.5, 0.5, 0.5, 0.25]
    assert plateau.epochs_without_best == 6


def test_small_growth_lowers_the_rate_and_does_not_end_the_stage() -> None:
    plateau = Plateau(epoch_steps=1)
    rates = watch(plateau, optimizer(), [0.5, 0.50005, 0.50009, 0.50009], patience=2)
    assert rates == [1.0, 1.0, 0.5, 0.5]
    assert plateau.epochs_without_best == 1


def test_epochs_are_compared_by_their_mean() -> None:
    rates = watch(Plateau(epoch_steps=2), optimizer(), [0.0, 1.0, 0.9, 0.0], patience=1)
    assert rates == [1.0, 1.0, 1.0, 0.5]  # 0.45 after 0.5


def test_the_rate_has_a_floor_and_no_patience_leaves_it() -> None:
    assert watch(Plateau(1), optimizer(1.5e-6), [0.5] * 4, patience=1)[-1] == FLOOR
    assert watch(Plateau(1), optimizer(), [0.5] * 4, patience=None)[-1] == 1.0


@pytest.mark.parametrize("cut", range(1, 9))
def test_resumes_at_any_step(cut: int, tmp_path) -> None:
    values = [0.1, 0.3, 0.2, 0.2, 0.1, 0.1, 0.4, 0.4, 0.3, 0.3]
    whole = watch(Plateau(2), optimizer(), values, patience=1)
    first, sgd = Plateau(2), optimizer()
    watch(first, sgd, values[:cut], patience=1)
    torch.save(first.state(), tmp_path / "state.pt")
    second = Plateau(2)
    second.load(torch.load(tmp_path / "state.pt", weights_only=True))
    assert watch(second, sgd, values[cut:], patience=1) == whole[cut:]
