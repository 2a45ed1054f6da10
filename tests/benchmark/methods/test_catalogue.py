import pytest

from benchmark.methods.catalogue import measure
from benchmark.registry import ISPS, MAPPERS


@pytest.mark.parametrize(
    ("name", "trained", "used", "gflop"),
    [
        # Forward and backward were published as 298 and 11.5 GFLOP: three times the forward pass.
        ("cyclegan", 28_300_426, 11_384_452, 298 / 3),
        ("cstpp", 11_296_898, 5_668_840 - 169_920, 11.5 / 3),
    ],
)
def test_costs_of_mappers_are_the_known_ones(name, trained, used, gflop):
    cost = measure(MAPPERS, name)
    assert cost is not None
    assert (cost.trained, cost.used) == (trained, used)
    assert cost.gflop == pytest.approx(gflop, rel=0.04)


def test_what_does_not_train_has_no_cost():
    assert measure(MAPPERS, "global3x3") is None


def test_an_isp_that_folds_its_weights_uses_none_of_the_trained_ones():
    microisp, syenet = measure(ISPS, "microisp"), measure(ISPS, "syenet")
    assert microisp and syenet
    assert microisp.used == 13_560
    assert syenet.used is None
