import copy

import torch
from torch import nn

from mappers.networks.twin import twin


def _pair():
    first = nn.Sequential(nn.Conv2d(4, 4, 1), nn.BatchNorm2d(4), nn.Sequential(nn.Conv2d(4, 4, 1)))
    return nn.ModuleList([first, twin(first, (nn.Conv2d,), own=first[2])])


def test_only_the_named_kinds_are_common():
    first, second = _pair()
    assert second[0] is first[0]
    assert second[1] is not first[1]
    assert second[2][0] is not first[2][0]


def test_sharing_survives_a_copy_and_shared_weights_count_once():
    first, second = copy.deepcopy(_pair())
    assert second[0] is first[0]
    assert sum(p.numel() for p in _pair().parameters()) == 20 + 2 * (8 + 20)


def test_without_a_part_of_its_own_everything_of_the_kind_is_common():
    first = nn.Sequential(nn.Linear(2, 2), nn.Sequential(nn.Linear(2, 2)))
    second = twin(first, (nn.Linear,))
    assert second is not first
    assert second.get_submodule("1.0") is first.get_submodule("1.0")
    torch.testing.assert_close(first(torch.ones(1, 2)), second(torch.ones(1, 2)))
