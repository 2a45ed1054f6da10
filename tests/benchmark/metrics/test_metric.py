import dataclasses

import pytest

from benchmark.metrics.metric import METRICS


def test_every_metric_is_fully_described() -> None:
    for key, metric in METRICS.items():
        assert metric.key == key
        assert metric.title and metric.source
        assert metric.per in ("image", "set")


def test_units_are_those_that_the_functions_give() -> None:
    units = {key: metric.unit for key, metric in METRICS.items() if metric.unit}
    assert units == {"psnr": "dB", "angular": "°", "kl": "nat"}


def test_direction_of_better() -> None:
    assert METRICS["psnr"].is_better(30.0, 20.0)
    assert METRICS["fid"].is_better(20.0, 30.0)
    assert not METRICS["kl"].is_better(0.4, 0.4)


def test_show_scales_and_rounds() -> None:
    assert METRICS["psnr"].show(31.456) == "31.46"
    assert METRICS["kid"].show(0.01234) == "12.34"
    assert METRICS["mae"].show(None) == METRICS["mae"].show(float("nan")) == "–"


def test_a_metric_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        METRICS["fid"].title = "other"  # type: ignore[misc]
