import torch

import mappers
from tests.mappers.pairs import pairs_of

GAIN = torch.tensor([0.5, 0.9, 1.1, 1.6])[:, None, None]


def test_recovers_the_gains_in_both_directions_past_clipping():
    mapper = mappers.create("global-gain")
    mapper.fit(pairs_of(lambda raw: raw * GAIN))
    raw = torch.rand(2, 4, 33, 47)
    torch.testing.assert_close(mapper.map(raw, "a2b"), raw * GAIN)
    torch.testing.assert_close(mapper.map(raw, "b2a"), raw / GAIN)


def test_before_the_fit_it_is_the_identity():
    raw = torch.rand(1, 4, 32, 32)
    assert torch.equal(mappers.create("global-gain")(raw, "a2b"), raw)
