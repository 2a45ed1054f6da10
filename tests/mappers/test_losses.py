import pytest
import torch
from skimage.metrics import structural_similarity

from mappers.losses import l1, l1_ssim, lsgan, ssim


def test_lsgan_is_the_mean_square_distance_to_one_or_zero():
    verdict = torch.tensor([[0.5, 1.0], [2.0, 0.0]])
    assert lsgan(verdict, real=True).item() == pytest.approx((0.25 + 0 + 1 + 1) / 4)
    assert lsgan(verdict, real=False).item() == pytest.approx((0.25 + 1 + 4 + 0) / 4)


def test_l1_is_the_mean_absolute_difference():
    assert l1(torch.tensor([1.0, -1.0]), torch.tensor([0.0, 2.0])).item() == 2


@pytest.mark.parametrize("noise", [0.0, 0.02, 0.5])
def test_ssim_agrees_with_another_implementation(noise):
    generator = torch.Generator().manual_seed(0)
    reference = torch.rand(2, 4, 24, 30, generator=generator)
    image = (reference + noise * torch.randn(reference.shape, generator=generator)).clamp(0, 1)
    form = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}
    expected = sum(
        structural_similarity(x, y, channel_axis=0, data_range=1.0, **form) / len(image)
        for x, y in zip(image.numpy(), reference.numpy(), strict=True)
    )
    assert ssim(image, reference).item() == pytest.approx(expected, abs=1e-5)


def test_picture_loss_is_l1_and_a_share_of_dissimilarity():
    reference, image = torch.rand(1, 4, 16, 16), torch.rand(1, 4, 16, 16)
    assert l1_ssim(reference, reference).item() == pytest.approx(0, abs=1e-6)
    expected = l1(image, reference) + 0.15 * (1 - ssim(image, reference))
    torch.testing.assert_close(l1_ssim(image, reference), expected)
    beyond = l1_ssim(torch.full_like(reference, 3.0), reference)
    within = l1_ssim(torch.ones_like(reference), reference)
    assert beyond - within == pytest.approx(2, rel=1e-5)  # what is out of range counts in L1 only
