import pytest
import torch

from mappers.networks.swin_unit_generator import AverageGrid, SwinUnitGenerator
from tests.golden import assert_golden, fill, golden_input

GOLDEN = {  # channels: parameters, then mean, std, corner, centre of output and low output
    3: (
        3_354_105,
        (-0.021819, 0.436314, (-0.72357, 0.11904, 0.32244), (0.92619, -0.35069, -0.05152)),
        (-0.019419, 0.311156, (0.04528, 0.27500, -0.09891), (0.06964, 0.45013, -0.07021)),
    ),
    4: (
        3_360_108,
        (
            0.002275,
            0.475519,
            (-0.50649, 0.28875, -0.63665, 0.52974),
            (0.05207, -0.30191, -0.44355, 0.72723),
        ),
        (
            0.025744,
            0.310646,
            (0.07667, 0.09194, 0.42124, 0.43391),
            (0.05722, 0.09779, 0.22237, 0.18062),
        ),
    ),
}


def parameters(network):
    return sum(p.numel() for p in network.parameters())


@pytest.mark.parametrize("channels", GOLDEN)
@torch.no_grad()
def test_golden_values(channels):
    count, full, low = GOLDEN[channels]
    network = fill(SwinUnitGenerator(channels), 0.6)
    assert parameters(network) == count
    output = network(golden_input(1, 4, 128, 128)[:, :channels])
    assert_golden(output.full, *full)
    assert_golden(output.low, *low)


def test_parts_have_the_published_sizes():
    network = SwinUnitGenerator(3)
    assert parameters(network.low_branch) == 3_245_787
    assert parameters(network.refinement) == 108_318
    assert parameters(network.low_branch.blocks) + parameters(network.low_branch.norm) == 2_682_312


def test_unused_parts_are_those_of_the_released_code():
    network = SwinUnitGenerator(3)
    network(torch.rand(1, 3, 64, 64)).full.sum().backward()
    assert sum(p.numel() for p in network.parameters() if p.grad is None) == 37_386


@torch.no_grad()
def test_every_swin_block_has_weights_of_its_own():
    # Equal filling makes blocks that share weights look right in the golden values.
    network = fill(SwinUnitGenerator(4, width=16), 0.6)
    x = golden_input(1, 4, 64, 64)
    outputs = []
    for block in network.low_branch.blocks:
        weight = block.get_parameter("mlp.0.weight")
        weight[0] += 1
        outputs.append(network(x).low)
        weight[0] -= 1
    for k in range(6):
        for other in outputs[:k]:
            assert (outputs[k] - other).abs().max() > 1e-5


@pytest.mark.parametrize("size", [(8, 16), (18, 18), (24, 40), (200, 256)])
def test_an_exported_graph_averages_at_any_size(size):
    sides, grid = torch.export.Dim.DYNAMIC(min=8, max=999), AverageGrid(18)
    example = (torch.rand(1, 3, 32, 56),)
    program = torch.export.export(grid, example, dynamic_shapes=({2: sides, 3: sides},))
    x = torch.rand(1, 3, *size)
    torch.testing.assert_close(program.module()(x), grid(x))
