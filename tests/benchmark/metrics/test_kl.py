import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import entropy

from benchmark.errors import BenchError
from benchmark.metrics.kl import BINS, EPS, eight_bit, kl_divergence


def picture(seed: int, channels: int, height: int, width: int) -> NDArray[np.uint8]:
    rng = np.random.default_rng(seed)
    values = rng.normal(90 + 20 * rng.random((channels, 1, 1)), 30, (channels, height, width))
    return np.clip(values, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("channels", [3, 4])
def test_agrees_with_scipy(channels: int) -> None:
    prediction, reference = picture(1, channels, 40, 56), picture(2, channels, 33, 20)
    expected = []
    for one, other in zip(prediction, reference, strict=True):
        p = np.histogram(one, bins=np.arange(BINS + 1))[0] / one.size
        q = np.histogram(other, bins=np.arange(BINS + 1))[0] / other.size
        # entropy() normalises p + eps and q + eps, each of sum 1 + 256 eps; the weights' own eps
        # cancels between the two directions.
        both = entropy(p + EPS, q + EPS) + entropy(q + EPS, p + EPS)
        expected.append(both * (1 + BINS * EPS))
    assert kl_divergence(prediction, reference) == pytest.approx(np.mean(expected), rel=1e-10)


def test_agrees_with_equation_14_as_printed() -> None:
    prediction, reference = picture(3, 3, 17, 19), picture(4, 3, 25, 11)
    total = 0.0
    for one, other in zip(prediction, reference, strict=True):
        for value in range(BINS):
            p, q = float(np.mean(one == value)), float(np.mean(other == value))
            total += p * np.log((p + EPS) / (q + EPS)) + q * np.log((q + EPS) / (p + EPS))
    assert kl_divergence(prediction, reference) == pytest.approx(total / 3, rel=1e-10)


def test_closed_form_of_two_values() -> None:
    """p = (3/4, 1/4) and q = (1/4, 3/4) on two values: (p - q) ln(p / q) = ln 3 in all."""
    prediction = np.array([[[10, 10, 10, 200]]], np.uint8)
    reference = np.array([[[10, 200, 200, 200]]], np.uint8)
    assert kl_divergence(prediction, reference) == pytest.approx(np.log(3), abs=1e-5)


def test_disjoint_values_give_the_largest_value() -> None:
    dark, bright = np.zeros((3, 4, 4), np.uint8), np.full((3, 4, 4), 255, np.uint8)
    assert kl_divergence(dark, bright) == pytest.approx(2 * np.log(1 / EPS), rel=1e-6)


def test_is_symmetric_blind_to_place_and_zero_for_equal_distributions() -> None:
    one, other = picture(5, 3, 24, 24), picture(6, 3, 24, 24)
    assert kl_divergence(one, other) == pytest.approx(kl_divergence(other, one))
    assert kl_divergence(one, one[:, ::-1, ::-1]) == 0
    assert kl_divergence(one, np.tile(one, (1, 2, 3))) == pytest.approx(0, abs=1e-12)


def test_eight_bit_clips_and_rounds_to_nearest() -> None:
    values = np.array([-0.5, 0.0, 0.49 / 255, 0.51 / 255, 1.0, 1.5], np.float32)
    assert eight_bit(values).tolist() == [0, 0, 0, 1, 255, 255]
    every = np.arange(256, dtype=np.uint8)
    assert (eight_bit(every.astype(np.float32) / 255) == every).all()


def test_wrong_input_is_explained() -> None:
    good = picture(7, 3, 8, 8)
    with pytest.raises(BenchError, match="eight_bit"):
        kl_divergence(good / 255, good)  # type: ignore[arg-type]
    with pytest.raises(BenchError, match="4 channels"):
        kl_divergence(picture(8, 4, 8, 8), good)
    with pytest.raises(BenchError, match="NaN"):
        eight_bit(np.array([0.5, np.nan]))
