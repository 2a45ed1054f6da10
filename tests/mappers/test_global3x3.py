import pytest
import torch

import mappers
from benchmark.errors import BenchError
from tests.mappers.pairs import Pictures, pairs_of

RGB = torch.tensor([[0.8, 0.3, -0.1], [0.1, 0.9, 0.05], [-0.05, 0.2, 1.3]])
RGGB = torch.eye(4) + 0.1 * torch.randn(4, 4, generator=torch.Generator().manual_seed(3))


def _as_rgb(raw):
    return torch.stack([raw[:, 0], raw[:, 1:3].mean(dim=1), raw[:, 3]], dim=1)


def _by_rgb(raw, matrix=RGB):
    return torch.einsum("oc,nchw->nohw", matrix, _as_rgb(raw))[:, [0, 1, 1, 2]]


def _by_rggb(raw, matrix=RGGB):
    return torch.einsum("oc,nchw->nohw", matrix, raw)


@pytest.mark.parametrize(
    ("channels", "transform", "matrix"), [(3, _by_rgb, RGB), (4, _by_rggb, RGGB)]
)
def test_recovers_the_matrix_in_both_directions_past_clipping(channels, transform, matrix):
    mapper = mappers.create("global3x3", channels=channels)
    mapper.fit(pairs_of(transform))
    raw = torch.rand(2, 4, 33, 47)
    torch.testing.assert_close(mapper.map(raw, "a2b"), transform(raw), atol=1e-4, rtol=1e-4)
    if channels == 4:
        back = transform(raw, torch.linalg.inv(matrix))
        torch.testing.assert_close(mapper.map(raw, "b2a"), back, atol=1e-4, rtol=1e-4)


def test_three_channels_write_both_greens_alike():
    mapper = mappers.create("global3x3")
    mapper.fit(pairs_of(_by_rggb))
    for direction in ("a2b", "b2a"):
        y = mapper.map(torch.rand(1, 4, 32, 32), direction)
        torch.testing.assert_close(y[:, 1], y[:, 2])


def test_without_pairs_it_says_so():
    with pytest.raises(BenchError, match="pairs"):
        mappers.create("global3x3").fit(Pictures())
