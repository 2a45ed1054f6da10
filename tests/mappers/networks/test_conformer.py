import pytest
import torch

from mappers.networks.conformer import Conformer


def _count(module) -> int:
    return sum(p.numel() for p in module.parameters())


def test_published_counts_block_by_block():
    network = Conformer()
    assert _count(network.stem) == 12_544 + 128
    assert _count(network.first_convolution) == 8_768
    assert _count(network.patches) == 262_400
    assert _count(network.first_transformer) == 788_992
    counts = [_count(block) for block in network.blocks]
    assert counts == [807_088, 848_224, 841_824, 988_608, 1_029_568]
    assert _count(network) == 5_668_840 - 65_792 - 14_392


def test_tokens_are_on_the_grid_of_patches():
    network = Conformer(width=8, dim=32, heads=2).eval()
    raw = torch.rand(2, 4, 64, 96)
    with torch.no_grad():
        tokens = network(raw)
    assert tokens.shape == (2, 4, 6, 32)


def test_the_unused_layers_are_those_of_the_last_block():
    network = Conformer()
    network(torch.rand(2, 4, 32, 32)).sum().backward()
    idle = {name for name, p in network.named_parameters() if p.grad is None}
    assert all(name.startswith("blocks.4.") for name in idle)
    assert sum(network.get_parameter(name).numel() for name in idle) == 169_920


def test_norms_have_the_published_epsilon():
    network = Conformer(width=8, dim=32, heads=2)
    assert network.stem[1].eps == network.norm.eps == 1e-5
    for name in ("fusion.widen_norm", "to_tokens.norm"):
        assert network.blocks[0].get_submodule(name).eps == 1e-6


@pytest.mark.parametrize("changed", [(0, 0), (40, 70)])
def test_every_token_sees_the_whole_picture(changed):
    network = Conformer(width=8, dim=32, heads=2).eval()
    raw = torch.rand(1, 4, 64, 96)
    other = raw.clone()
    other[:, :, changed[0], changed[1]] += 1
    with torch.no_grad():
        difference = (network(raw) - network(other)).abs().amax(dim=3)
    assert (difference > 0).all()
