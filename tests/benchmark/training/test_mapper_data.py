"""A mapper sees what it declared, and no test picture ever."""

from typing import Any

import pytest

from benchmark.data.base import CameraPair
from benchmark.plugin import load_plugin
from benchmark.progress import Progress
from benchmark.registry import DATASETS
from benchmark.training.mapper_data import DeclaredData, SupervisionError
from tests.conftest import TOY


class Forbidden:
    def __getattr__(self, name):
        raise AssertionError(f"test data was touched: {name}")

    def __len__(self):
        raise AssertionError("test data was touched")


@pytest.fixture
def data(tmp_path):
    load_plugin(TOY)
    pair = DATASETS.create("toy").prepare(tmp_path / "toy", Progress(quiet=True))
    forbidden: Any = Forbidden()
    return CameraPair(
        pair.camera_a, pair.camera_b, pair.train, forbidden, anchors=pair.anchors,
        aligned=forbidden, scenes=forbidden,
    )  # fmt: skip


def test_unpaired_cannot_reach_anchors(data):
    declared = DeclaredData(data, "m", "unpaired")
    assert len(declared.unpaired_a) == 6
    assert declared.unpaired_b[-1].shape == (4, 32, 32)
    assert declared.anchor_set() is None
    with pytest.raises(SupervisionError, match="declares supervision 'unpaired'"):
        _ = declared.anchors


def test_none_reaches_nothing(data):
    declared = DeclaredData(data, "m", "none")
    for field in ("unpaired_a", "unpaired_b", "anchors"):
        with pytest.raises(SupervisionError, match=field):
            getattr(declared, field)


def test_anchors_come_with_the_unpaired_pictures(data):
    declared = DeclaredData(data, "m", "anchors")
    assert len(declared.anchors) == 4
    assert declared.anchors[0].a.shape == declared.anchors[0].b.shape
    assert len(declared.unpaired_a[1:3]) == 2


def test_no_test_data_hides_in_the_object(data):
    held = vars(DeclaredData(data, "m", "anchors"))
    assert not any(isinstance(value, CameraPair | Forbidden) for value in held.values())
