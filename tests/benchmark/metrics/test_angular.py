import numpy as np
import pytest
import torch
from torchmetrics.functional.image import spectral_angle_mapper

from benchmark.errors import BenchError
from benchmark.metrics.angular import angular_error, rgb


@pytest.fixture
def pair() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    reference = rng.random((4, 33, 18), dtype=np.float32) + 0.01
    return rng.random((4, 33, 18), dtype=np.float32) + 0.01, reference


def test_agrees_with_torchmetrics(pair) -> None:
    prediction, reference = (torch.from_numpy(rgb(x))[None] for x in pair)
    expected = np.degrees(float(spectral_angle_mapper(prediction, reference)))
    assert angular_error(*pair) == pytest.approx(expected, rel=1e-9)


def test_known_angles() -> None:
    red, green, yellow = (np.zeros((4, 2, 2)) for _ in range(3))
    red[0] = 0.3
    green[1:3] = 0.7
    yellow[:3] = 0.5
    assert angular_error(red, green) == pytest.approx(90)
    assert angular_error(yellow, green) == pytest.approx(45)


def test_is_blind_to_exposure_and_exact_near_zero(pair) -> None:
    _, reference = pair
    assert angular_error(0.25 * reference, reference) == pytest.approx(0, abs=1e-6)
    tiny = np.full((4, 2, 2), 0.5)
    turned = tiny.copy()
    turned[0] += 1e-7  # an arc cosine in double precision would give 0 or 1e-6 degrees
    expected = np.degrees(np.sqrt(2 / 3) * 1e-7 / (0.5 * np.sqrt(3)))
    assert angular_error(turned, tiny) == pytest.approx(expected, rel=1e-4)


def test_black_pixels() -> None:
    reference = np.full((4, 2, 2), 0.5)
    prediction = reference.copy()
    prediction[:, 0] = 0  # half of the picture lost
    assert angular_error(prediction, reference) == pytest.approx(45)
    assert angular_error(reference, prediction) == pytest.approx(0, abs=1e-9), "no colour to miss"
    assert np.isnan(angular_error(reference, np.zeros((4, 2, 2))))


def test_other_shapes_are_refused(pair) -> None:
    with pytest.raises(BenchError, match="packed raws of one shape"):
        angular_error(pair[0][:3], pair[1][:3])
    with pytest.raises(BenchError, match="packed raws of one shape"):
        angular_error(pair[0][:, 1:], pair[1])
