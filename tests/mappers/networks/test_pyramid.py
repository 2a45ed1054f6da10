import torch

from mappers.networks.pyramid import laplacian


def test_a_constant_picture_is_all_low_band():
    bands = laplacian(torch.full((1, 4, 16, 24), 0.3))
    torch.testing.assert_close(bands.low, torch.full((1, 4, 8, 12), 0.3))
    # At the last row and column the mirrored zeros fall on other places than the samples.
    assert bands.high[:, :, :-2, :-2].abs().max() < 1e-6


def test_low_band_is_the_binomial_mean():
    x = torch.zeros(1, 1, 16, 16)
    x[0, 0, 6, 8] = 1
    low = laplacian(x).low[0, 0]
    assert low[3, 4] == 36 / 256 and low[3, 3] == 6 / 256 and low[2, 3] == 1 / 256


def test_channels_do_not_mix():
    x = torch.zeros(1, 3, 16, 16)
    x[:, 1] = torch.rand(16, 16)
    bands = laplacian(x)
    assert bands.low[:, [0, 2]].abs().max() == 0 and bands.high[:, [0, 2]].abs().max() == 0
