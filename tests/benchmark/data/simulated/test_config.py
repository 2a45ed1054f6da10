import pytest

from benchmark.errors import BenchError
from benchmark.registry import DATASETS


def test_defaults_are_sensible():
    assert DATASETS.create("simulated").config.mixed == 0.25
    assert DATASETS.create("simulated-multi").config.mixed == 1.0


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"size": 31}, "size = 31 is too small; at least 32"),
        ({"width": 8}, "width = 8 is too small"),
        ({"unpaired": 0}, "unpaired = 0 is too small; at least 1"),
        ({"scenes": -1}, "scenes = -1 is too small"),
        ({"exposure_sd": -0.1}, "exposure_sd = -0.1"),
        ({"exposure_sd": float("nan")}, "exposure_sd = nan"),
        ({"mixed": 1.5}, "mixed = 1.5 must be between 0 and 1"),
        ({"lights": ()}, "lights = none"),
        ({"lights": ("A",)}, "lights = A must be different names, at least two"),
        ({"lights": ("A", "A")}, "lights = A, A"),
        ({"seed": -1}, "seed = -1"),
        ({"sise": 64}, "Unknown config key 'sise'.*Did you mean 'size'"),
        ({"size": "big"}, "size = 'big' is not valid"),
    ],
)
def test_bad_config(changes, message):
    with pytest.raises(BenchError, match=message):
        DATASETS.create("simulated", **changes)


def test_multi_needs_room_for_charts():
    with pytest.raises(BenchError, match="size = 32 is too small; at least 64"):
        DATASETS.create("simulated-multi", size=32)
