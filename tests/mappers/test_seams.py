"""Pictures larger than a tile show no seams, whichever mapper tiles them."""

from typing import Any

import pytest
import torch

import mappers
from tests.mappers.tiny import scene

TILE, SIDE = 64, 160
BORDERS = {47, 63, 95, 111}  # 160 pixels in three tiles of 64, 48 apart
CONFIGS: dict[str, dict[str, Any]] = {
    "afifi": {"tile": TILE, "widths": (8, 16)},
    "cmkan": {"crop_size": TILE},
    "cut": {"tile": TILE, "width": 8, "blocks": 5, "feature_width": 8},
    "cyclegan": {"tile": TILE, "width": 8, "blocks": 2},
    "rawformer": {"crop_size": TILE, "widths": (8, 16, 16, 16), "blocks": 1, "heads": 2},
    "swin-unit": {"tile": TILE, "width": 8, "blocks": 2},
    "uvcgan": {"crop_size": TILE, "widths": (8, 16, 16, 16), "blocks": 1, "heads": 2},
    "uvcgan-cstpp": {"crop_size": TILE, "widths": (8, 16, 16, 16), "blocks": 1, "heads": 2},
}


@pytest.mark.parametrize("name", CONFIGS)
@torch.no_grad()
def test_no_seams(name):
    torch.manual_seed(0)
    mapper = mappers.create(name, **CONFIGS[name]).eval()
    y = mapper.map(scene(1, SIDE, torch.Generator().manual_seed(0)), "a2b")
    jumps = y.diff(dim=3).abs().amax(dim=(0, 1, 2))  # between column k and k + 1
    elsewhere = torch.stack([j for k, j in enumerate(jumps) if k not in BORDERS])
    assert elsewhere.max() > 0
    assert jumps[sorted(BORDERS)].max() < 1.1 * elsewhere.max()
    assert jumps[sorted(BORDERS)].mean() < 1.3 * elsewhere.mean()
