"""Validation pictures in a plan: only for ISPs that look at them, mapped where the raw is."""

from typing import Any

import pytest

from benchmark.errors import BenchError
from benchmark.store.step import MapRaw, TrainISP
from tests.benchmark.planning.test_planner import HAS, keys, make_plan

WITH = HAS | {"validation"}
BEST: dict[str, Any] = {"isp": ("syenet",), "set": {"isp.weights": "best"}}


def test_an_isp_that_looks_at_them_gets_them_as_it_gets_its_training_pictures():
    plan = make_plan(has=WITH, protocol=("adaptation", "augmentation"), direction=("a2b",), **BEST)
    own, mapped = (
        next(s for s in plan.steps.values() if isinstance(s, TrainISP) and bool(s.raw) == is_mapped)
        for is_mapped in (False, True)
    )
    assert own.validation is None
    assert mapped.raw is not None and mapped.validation is not None
    train, kept = (plan.steps[key] for key in (mapped.raw, mapped.validation))
    assert isinstance(train, MapRaw) and isinstance(kept, MapRaw)
    assert (train.part, kept.part) == ("train", "validation")
    assert (train.mapper, train.camera, train.direction) == (
        kept.mapper, kept.camera, kept.direction,
    )  # fmt: skip


def test_other_isps_have_the_keys_they_had():
    for isp in ("syenet", "pynet-v2", "microisp"):
        request: dict[str, Any] = {
            "protocol": ("augmentation",),
            "isp": (isp,),
            "set": {"isp.batch_size": 4},
        }
        assert keys(make_plan(has=WITH, **request)) == keys(make_plan(**request))


@pytest.mark.parametrize("protocol", ["adaptation", "augmentation"])
def test_a_data_set_without_them_is_refused(protocol):
    with pytest.raises(BenchError, match=r"'syenet' chooses its weights .* 'toy' has none"):
        make_plan(protocol=(protocol,), **BEST)
