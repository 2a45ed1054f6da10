import pytest
import torch

from mappers.losses import l1, lsgan


def test_lsgan_is_the_mean_square_distance_to_one_or_zero():
    verdict = torch.tensor([[0.5, 1.0], [2.0, 0.0]])
    assert lsgan(verdict, real=True).item() == pytest.approx((0.25 + 0 + 1 + 1) / 4)
    assert lsgan(verdict, real=False).item() == pytest.approx((0.25 + 1 + 4 + 0) / 4)


def test_l1_is_the_mean_absolute_difference():
    assert l1(torch.tensor([1.0, -1.0]), torch.tensor([0.0, 2.0])).item() == 2
