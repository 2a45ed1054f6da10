import numpy as np
import pytest

from benchmark.errors import BenchError
from benchmark.metrics.kid import Features, kernel_distance, kernel_leave_one_out


def feature_sets(n: int, dims: int) -> tuple[Features, Features]:
    rng = np.random.default_rng(3)
    scenes = rng.normal(size=(n, dims))
    return scenes + 0.2 * rng.normal(size=(n, dims)) + 0.1, scenes


def brute_force(x: Features, y: Features) -> float:
    def kernel(u: Features, v: Features) -> float:
        return float((u @ v / len(u) + 1) ** 3)

    n = len(x)
    total = 0.0
    for i in range(n):
        for j in range(n):
            if i != j:
                total += kernel(x[i], x[j]) + kernel(y[i], y[j]) - 2 * kernel(x[i], y[j])
    return total / (n * (n - 1))


@pytest.mark.parametrize(("n", "dims"), [(2, 5), (9, 30), (20, 4)])
def test_agrees_with_the_double_sum(n: int, dims: int) -> None:
    x, y = feature_sets(n, dims)
    assert kernel_distance(x, y) == pytest.approx(brute_force(x, y), rel=1e-10)


def test_leave_one_out_is_the_distance_of_the_rest() -> None:
    x, y = feature_sets(11, 6)
    values = kernel_leave_one_out(x, y)
    expected = [brute_force(np.delete(x, i, 0), np.delete(y, i, 0)) for i in range(11)]
    assert values == pytest.approx(expected, rel=1e-9)


def test_equal_sets_are_at_zero() -> None:
    x, _ = feature_sets(12, 7)
    assert kernel_distance(x, x) == pytest.approx(0, abs=1e-12)


def test_unbiased_for_shared_scenes_where_the_usual_estimate_is_not() -> None:
    """Two renderings with independent noise of one size have the same distribution: truth 0."""
    rng = np.random.default_rng(5)
    ours, usual = [], []
    for _ in range(200):
        scenes = rng.normal(size=(20, 8))
        x, y = (scenes + 0.3 * rng.normal(size=scenes.shape) for _ in "xy")
        ours.append(kernel_distance(x, y))
        diagonal = np.mean((np.sum(x * y, axis=1) / 8 + 1) ** 3)
        cross = np.mean((x @ y.T / 8 + 1) ** 3)
        usual.append(ours[-1] + 2 * ((cross * 20 - diagonal) / 19 - cross))
    standard_error = np.std(ours) / np.sqrt(len(ours))
    assert abs(np.mean(ours)) < 4 * standard_error
    assert np.mean(usual) < -20 * standard_error


def test_wrong_input_is_explained() -> None:
    x, y = feature_sets(5, 4)
    with pytest.raises(BenchError, match="same scenes"):
        kernel_distance(x[:4], y)
    with pytest.raises(BenchError, match="at least 3"):
        kernel_leave_one_out(x[:2], y[:2])
    with pytest.raises(BenchError, match="NaN"):
        kernel_distance(x * np.inf, y)
