import math

import numpy as np
import pytest
import torch
from skimage.metrics import structural_similarity
from torch import Tensor
from torchmetrics.functional.image import multiscale_structural_similarity_index_measure

from isp_models.training import losses


@pytest.fixture
def pair() -> tuple[Tensor, Tensor]:
    """Two sRGB images (2, 3, 40, 52) that resemble each other."""
    generator = torch.Generator().manual_seed(0)
    target = torch.rand(2, 3, 40, 52, generator=generator)
    noise = torch.randn(2, 3, 40, 52, generator=generator)
    return (target + 0.2 * noise).clamp(-0.1, 1.1), target


def test_mse_and_l1_are_means_of_the_error(pair: tuple[Tensor, Tensor]) -> None:
    error = (pair[0] - pair[1]).numpy()
    assert losses.mse(*pair).item() == pytest.approx(np.mean(error**2), rel=1e-5)
    assert losses.l1(*pair).item() == pytest.approx(np.mean(np.abs(error)), rel=1e-5)


def test_charbonnier_is_nearly_l1_and_smooth_at_zero(pair: tuple[Tensor, Tensor]) -> None:
    error = (pair[0] - pair[1]).double().numpy()
    assert losses.charbonnier(*pair).item() == pytest.approx(np.abs(error).mean(), rel=1e-6)
    by_hand = np.sqrt(error**2 + 0.1**2).mean()
    assert losses.charbonnier(*pair, epsilon=0.1).item() == pytest.approx(by_hand, rel=1e-6)
    assert losses.charbonnier(pair[1], pair[1]).item() == pytest.approx(1e-8)
    x = pair[1].clone().requires_grad_()
    losses.charbonnier(x, pair[1]).backward()
    assert x.grad is not None
    assert x.grad.abs().max() == 0


def test_outlier_aware_follows_its_formula(pair: tuple[Tensor, Tensor]) -> None:
    error = (pair[0] - pair[1]).double().numpy()
    total = 0.0
    for image in error:
        for channel in image:
            scale = channel.std(ddof=1) / math.sqrt(2)
            weight = 1 - np.exp(-np.abs(channel - channel.mean()) / scale)
            total += (np.abs(channel) * weight).sum()
    assert losses.outlier_aware(*pair).item() == pytest.approx(total / error.size, rel=1e-5)


@pytest.mark.parametrize("shift", [0.0, 0.25])
def test_outlier_aware_is_finite_where_all_errors_are_equal(shift: float) -> None:
    target = torch.full((1, 3, 8, 8), 0.5)
    prediction = (target + shift).requires_grad_()
    loss = losses.outlier_aware(prediction, target)
    loss.backward()
    assert loss.item() == pytest.approx(0, abs=1e-6)
    assert prediction.grad is not None
    assert prediction.grad.isfinite().all()


def test_outlier_aware_weight_is_a_constant_for_the_gradient(
    pair: tuple[Tensor, Tensor],
) -> None:
    prediction = pair[0].clone().requires_grad_()
    losses.outlier_aware(prediction, pair[1]).backward()
    assert prediction.grad is not None
    assert (prediction.grad.abs() * prediction.numel()).max() <= 1  # a weight is at most 1


def test_cosine_sees_colour_and_not_brightness() -> None:
    red = torch.tensor([0.5, 0.0, 0.0]).reshape(1, 3, 1, 1)
    green = torch.tensor([0.0, 0.5, 0.0]).reshape(1, 3, 1, 1)
    yellow = red + green
    assert losses.cosine(2 * red, red).item() == pytest.approx(0, abs=1e-6)
    assert losses.cosine(green, red).item() == pytest.approx(1)
    assert losses.cosine(yellow, red).item() == pytest.approx(1 - math.sqrt(0.5), abs=1e-6)


def test_cosine_of_black_is_one_without_gradient() -> None:
    prediction = torch.rand(1, 3, 4, 4, requires_grad=True)
    loss = losses.cosine(prediction, torch.zeros(1, 3, 4, 4))
    loss.backward()
    assert loss.item() == 1
    assert prediction.grad is not None
    assert prediction.grad.abs().max() == 0


def test_ssim_equals_that_of_scikit_image(pair: tuple[Tensor, Tensor]) -> None:
    expected = [
        structural_similarity(
            x.double().numpy(),
            y.double().numpy(),
            channel_axis=0,
            data_range=1,
            gaussian_weights=True,
            sigma=1.5,
            use_sample_covariance=False,
        )
        for x, y in zip(*pair, strict=True)
    ]
    assert losses.ssim(*pair).item() == pytest.approx(np.mean(expected), abs=1e-5)


def test_ms_ssim_is_near_that_of_torchmetrics() -> None:
    generator = torch.Generator().manual_seed(0)
    coarse = torch.rand(1, 3, 24, 24, generator=generator)
    target = torch.nn.functional.interpolate(coarse, size=(384, 384), mode="bicubic").clamp(0, 1)
    prediction = (0.9 * target + 0.05 * torch.randn(target.shape, generator=generator)).clamp(0, 1)
    expected = multiscale_structural_similarity_index_measure(prediction, target, data_range=1.0)
    # torchmetrics takes the last scale over a padded image, this one over full windows only
    assert losses.ms_ssim(prediction, target).item() == pytest.approx(float(expected), abs=0.01)


@pytest.mark.parametrize("side", [4, 8, 11, 21, 22, 64, 128, 176])
def test_ms_ssim_takes_any_size(side: int) -> None:
    generator = torch.Generator().manual_seed(1)
    target = torch.rand(2, 3, side, side, generator=generator)
    assert losses.ms_ssim(target, target).item() == pytest.approx(1, abs=1e-5)
    other = torch.rand(2, 3, side, side, generator=generator)
    assert 0 < losses.ms_ssim(other, target).item() < 0.9


def test_ms_ssim_of_a_batch_is_the_product_of_its_means() -> None:
    generator = torch.Generator().manual_seed(4)
    x, y = torch.rand(2, 2, 3, 22, 22, generator=generator)
    x[0] = 0.7 * y[0] + 0.3 * x[0]  # the first pair is much more alike than the second
    halves = (torch.nn.functional.avg_pool2d(image, 2) for image in (x, y))
    coarse = losses.ssim(*halves)  # two scales: SSIM of the coarse, contrast of the fine
    fine = _contrast(x, y).mean()
    weights = losses.MS_SSIM_WEIGHTS[:2]
    expected = fine ** (weights[0] / sum(weights)) * coarse ** (weights[1] / sum(weights))
    assert losses.ms_ssim(x, y).item() == pytest.approx(expected.item(), rel=1e-5)
    alone = torch.stack([losses.ms_ssim(x[i : i + 1], y[i : i + 1]) for i in range(2)])
    assert abs(losses.ms_ssim(x, y) - alone.mean()) > 0.01


def _contrast(x: Tensor, y: Tensor) -> Tensor:
    """The contrast-structure factor of every full window, (N, C, H - 10, W - 10)."""
    offset = torch.arange(11) - 5.0
    line = torch.exp(-(offset**2) / (2 * 1.5**2))
    kernel = (line[:, None] * line / line.sum() ** 2).expand(3, 1, 11, 11)

    def mean(image: Tensor) -> Tensor:
        return torch.nn.functional.conv2d(image, kernel, groups=3)

    covariance = mean(x * y) - mean(x) * mean(y)
    variances = mean(x * x) - mean(x) ** 2 + mean(y * y) - mean(y) ** 2
    return (2 * covariance + 0.03**2) / (variances + 0.03**2)


def test_ms_ssim_of_small_images_drops_coarse_scales() -> None:
    generator = torch.Generator().manual_seed(2)
    x, y = torch.rand(2, 1, 3, 16, 16, generator=generator)
    assert losses.ms_ssim(x, y).item() == pytest.approx(max(losses.ssim(x, y).item(), 1e-4))


@pytest.mark.parametrize("loss", [losses.ssim, losses.ms_ssim])
def test_similarity_of_opposites_has_a_finite_gradient(loss) -> None:
    target = torch.rand(1, 3, 48, 48, generator=torch.Generator().manual_seed(3))
    prediction = (1 - target).requires_grad_()  # every contrast term is negative
    value = loss(prediction, target)
    value.backward()
    assert value.isfinite()
    assert prediction.grad is not None
    assert prediction.grad.isfinite().all()


def test_similarity_is_computed_in_float32_under_autocast(pair: tuple[Tensor, Tensor]) -> None:
    expected = losses.ssim(*pair)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert losses.ssim(*pair).item() == pytest.approx(expected.item(), abs=1e-6)
