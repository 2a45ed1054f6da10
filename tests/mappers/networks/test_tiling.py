import pytest
import torch

from benchmark.errors import BenchError
from mappers.networks.tiling import map_tiles


@pytest.mark.parametrize("size", [(32, 32), (33, 70), (17, 20), (100, 32), (95, 129)])
def test_a_pixelwise_network_is_not_changed_by_tiling(size):
    x = torch.rand(2, 4, *size)
    torch.testing.assert_close(map_tiles(torch.square, x, 32), x**2)


def test_the_network_sees_only_tiles_of_its_size():
    def network(x):
        assert x.shape[2:] == (32, 32)
        return x[:, :2]

    assert map_tiles(network, torch.rand(1, 4, 75, 50), 32).shape == (1, 2, 75, 50)


def test_a_picture_of_the_size_of_a_tile_goes_through_once():
    calls = []

    def network(tile):
        calls.append(tile)
        return tile

    x = torch.rand(1, 4, 32, 32)
    y = map_tiles(network, x, 32)
    assert len(calls) == 1 and torch.equal(x, y)


def test_no_seams_where_tiles_disagree():
    # A network whose level depends on the tile: the worst case for borders.
    level = iter([0.0, 1.0] * 50)
    x = torch.zeros(1, 1, 150, 150)
    y = map_tiles(lambda t: t + next(level), x, 64, overlap=16)
    jumps = torch.cat([y.diff(dim=2).abs().flatten(), y.diff(dim=3).abs().flatten()])
    assert y.max() - y.min() > 0.5  # the tiles do disagree
    assert jumps.max() < 1.5 / 16  # spread over the overlap: no step anywhere


def test_gradients_pass():
    x = torch.rand(1, 4, 50, 50, requires_grad=True)
    map_tiles(torch.square, x, 32).sum().backward()
    torch.testing.assert_close(x.grad, 2 * x.detach())


@pytest.mark.parametrize("size", [(20, 20), (20, 100), (64, 33)])
def test_tiles_can_be_as_short_as_the_picture(size):
    seen = []

    def network(tile):
        seen.append(tuple(tile.shape[2:]))
        return tile**2

    x = torch.rand(1, 4, *size)
    y = map_tiles(network, x, 32, fixed=False)
    torch.testing.assert_close(y, x**2)
    assert set(seen) == {(min(size[0], 32), min(size[1], 32))}


def test_an_exported_graph_takes_no_tiles_that_only_spare_memory():
    class Spared(torch.nn.Module):
        def forward(self, x):
            return map_tiles(torch.square, x, 32, fixed=False)

    with pytest.raises(BenchError, match="leave the setting `tile` at 0"):
        torch.export.export(Spared(), (torch.rand(1, 4, 75, 51),))
