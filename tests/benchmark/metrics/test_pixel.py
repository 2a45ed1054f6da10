import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from skimage.metrics import peak_signal_noise_ratio, structural_similarity
from torchmetrics.functional.image import (
    peak_signal_noise_ratio as torch_psnr,
)
from torchmetrics.functional.image import (
    structural_similarity_index_measure as torch_ssim,
)

from benchmark.errors import BenchError
from benchmark.metrics.pixel import Image, mae, psnr, ssim

Pair = tuple[NDArray[np.float32], NDArray[np.float32]]


@pytest.fixture(params=[(3, 40, 57), (4, 64, 31), (1, 11, 11)], ids=str)
def pair(request: pytest.FixtureRequest) -> Pair:
    rng = np.random.default_rng(0)
    reference = rng.random(request.param, dtype=np.float32)
    reference[:, : request.param[1] // 2] *= 0.1  # a dark half, where SSIM's constants matter
    noise = rng.normal(0, 0.05, request.param).astype(np.float32)
    return np.clip(reference * 0.9 + noise, 0, 1), reference


def test_psnr_agrees_with_two_libraries(pair: Pair) -> None:
    prediction, reference = pair
    expected = peak_signal_noise_ratio(reference, prediction, data_range=1)
    assert psnr(prediction, reference) == pytest.approx(expected, rel=1e-6)
    one, two = (torch.from_numpy(x)[None] for x in pair)
    other = torch_psnr(one, two, data_range=1.0)
    assert psnr(prediction, reference) == pytest.approx(float(other), rel=1e-5)


def test_ssim_agrees_with_two_libraries(pair: Pair) -> None:
    prediction, reference = pair
    expected = structural_similarity(
        prediction.astype(np.float64),
        reference.astype(np.float64),
        data_range=1,
        channel_axis=0,
        gaussian_weights=True,
        sigma=1.5,
        use_sample_covariance=False,
    )
    assert ssim(prediction, reference) == pytest.approx(expected, abs=1e-9)
    one, two = (torch.from_numpy(x)[None].double() for x in pair)
    _, windows = torch_ssim(one, two, data_range=1.0, return_full_image=True)
    # torchmetrics' mean includes windows that reach over the border into a mirrored picture.
    assert ssim(prediction, reference) == pytest.approx(float(windows[..., 5:-5, 5:-5].mean()))


def test_closed_forms_of_a_constant_difference() -> None:
    dark, bright = np.full((4, 16, 16), 0.2), np.full((4, 16, 16), 0.3)
    assert psnr(dark, bright) == pytest.approx(20.0)
    assert mae(dark, bright) == pytest.approx(0.1)
    assert ssim(dark, bright) == pytest.approx((2 * 0.06 + 1e-4) / (0.04 + 0.09 + 1e-4))


@pytest.mark.parametrize(("metric", "best"), [(psnr, float("inf")), (mae, 0.0), (ssim, 1.0)])
def test_equal_pictures(metric, best: float) -> None:
    picture: Image = np.random.default_rng(1).random((3, 20, 20), dtype=np.float32)
    assert metric(picture, picture) == pytest.approx(best)


@pytest.mark.parametrize("metric", [psnr, mae, ssim])
def test_wrong_input_is_explained(metric) -> None:
    good = np.zeros((3, 16, 16), np.float32)
    with pytest.raises(BenchError, match=r"\(3, 16, 17\)"):
        metric(good, np.zeros((3, 16, 17), np.float32))
    with pytest.raises(BenchError, match="Divide"):
        metric(good.astype(np.uint8), good)


def test_ssim_needs_one_window() -> None:
    small = np.zeros((3, 10, 40), np.float32)
    with pytest.raises(BenchError, match="11 x 11"):
        ssim(small, small)
