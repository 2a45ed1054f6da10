import torch

import mappers


def test_gives_back_its_input():
    raw = torch.rand(2, 4, 33, 47)
    for direction in ("a2b", "b2a"):
        assert torch.equal(mappers.create("identity")(raw, direction), raw)
