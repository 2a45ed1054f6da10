import pytest
import torch

from mappers.networks.padding import at_multiple, pad_to


def test_pad_to_mirrors_where_it_can_and_repeats_the_edge_where_it_cannot():
    x = torch.arange(6.0).reshape(1, 1, 2, 3)
    assert pad_to(x, 2, 5)[0, 0, 0].tolist() == [0, 1, 2, 1, 0]
    assert pad_to(x, 2, 7)[0, 0, 0].tolist() == [0, 1, 2, 2, 2, 2, 2]
    assert pad_to(x, 3, 3)[0, 0, :, 0].tolist() == [0, 3, 0]


@pytest.mark.parametrize("size", [(32, 32), (33, 47), (64, 35)])
def test_at_multiple_shows_the_network_multiples_and_gives_back_the_size(size):
    seen = []

    def network(x):
        seen.append(tuple(x.shape[2:]))
        return 2 * x

    x = torch.rand(2, 4, *size)
    torch.testing.assert_close(at_multiple(network, x, 16), 2 * x)
    assert all(side % 16 == 0 for side in seen[0])
