import math

import pytest
import torch
import torch.nn.functional as F

from mappers.networks.patch_nce import PatchFeatures, patch_nce, random_positions


def test_loss_is_log_of_the_patches_when_features_are_uninformative():
    same = torch.ones(2, 50, 8) / math.sqrt(8)
    assert patch_nce(same, same, 0.07).item() == pytest.approx(math.log(50), abs=1e-5)


def test_loss_follows_its_equation():
    generator = torch.Generator().manual_seed(0)
    q, k = (F.normalize(torch.randn(2, 5, 8, generator=generator), dim=2) for _ in "qk")
    total = 0.0
    for n in range(2):
        for i in range(5):
            scores = [math.exp(float(q[n, i] @ k[n, j]) / 0.07) for j in range(5)]
            total -= math.log(scores[i] / sum(scores)) / 10
    assert patch_nce(q, k, 0.07).item() == pytest.approx(total, rel=1e-4)


def test_negatives_come_from_the_same_picture_only():
    q = F.normalize(torch.randn(2, 5, 8), dim=2)
    k = F.normalize(torch.randn(2, 5, 8), dim=2)
    alone = [patch_nce(q[n : n + 1], k[n : n + 1], 0.07) for n in range(2)]
    torch.testing.assert_close(patch_nce(q, k, 0.07), torch.stack(alone).mean())


def test_features_are_unit_vectors_of_the_chosen_pixels():
    network = PatchFeatures((4, 128, 256, 256, 256))
    assert sum(p.numel() for p in network.parameters()) == 560_640
    taps = [torch.rand(2, c, 6, 5) for c in (4, 128, 256, 256, 256)]
    positions = random_positions(taps, 7)
    assert all(len(p) == 7 == len(set(p.tolist())) for p in positions)
    features = network(taps, positions)
    for feature in features:
        torch.testing.assert_close(feature.norm(dim=2), torch.ones(2, 7))
    place = int(positions[1][3])
    pixel = taps[1][1, :, place // 5, place % 5]
    torch.testing.assert_close(features[1][1, 3], F.normalize(network.mlps[1](pixel), dim=0))
    assert len(random_positions(taps, 1000)[0]) == 30
