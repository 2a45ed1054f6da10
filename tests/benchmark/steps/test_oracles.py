"""The oracles are optimal in their family, and the families hold each other."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import lsq_linear

from benchmark.steps.oracles import ORACLES, best_gain, best_linear, samples, transformed


def pair(seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    source = rng.random((300, 4))
    mixed = source @ (np.eye(4) + rng.normal(0, 0.2, (4, 4)))
    return source, mixed + rng.normal(0, 0.05, mixed.shape)


def squared_error(matrix: np.ndarray, source: np.ndarray, target: np.ndarray) -> float:
    return float(((source @ matrix.T - target) ** 2).mean())


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_identity_gain_and_linear_are_in_this_order(seed: int) -> None:
    source, target = pair(seed)
    gain = squared_error(best_gain(source, target), source, target)
    linear = squared_error(best_linear(source, target), source, target)
    assert linear <= gain + 1e-12
    assert gain <= squared_error(np.eye(4), source, target) + 1e-12
    rng = np.random.default_rng(seed)
    other = best_linear(source, target) + rng.normal(0, 0.01, (4, 4))
    assert linear <= squared_error(other, source, target)


def test_linear_agrees_with_scipy() -> None:
    source, target = pair(0)
    expected = [lsq_linear(source, channel).x for channel in target.T]
    assert best_linear(source, target) == pytest.approx(np.stack(expected), abs=1e-6)


def test_a_true_gain_is_found_by_both() -> None:
    source, gains = pair(0)[0], np.array([0.5, 1.0, 1.2, 2.0])
    for oracle in ORACLES.values():
        assert oracle(source, source * gains) == pytest.approx(np.diag(gains), abs=1e-9)


def test_black_pictures_break_nothing() -> None:
    source, target = np.zeros((20, 4)), np.full((20, 4), 0.5)
    assert best_gain(source, target) == pytest.approx(np.eye(4))
    assert np.isfinite(best_linear(source, target)).all()


def test_transformed_is_clipped_and_keeps_pixels_in_place() -> None:
    raw = np.random.default_rng(0).random((4, 5, 7), dtype=np.float32)
    mapped = transformed(raw, np.diag([2.0, 1, 1, 1]))
    assert mapped.dtype == np.float32
    assert mapped[0] == pytest.approx(np.minimum(2 * raw[0], 1))
    assert np.array_equal(mapped[1:], raw[1:])
    assert samples(raw)[8] == pytest.approx(raw[:, 1, 1])
