"""Lengths of trainings against the published ones."""

import pytest
import torch

from benchmark.errors import BenchError
from benchmark.planning.lengths import Length, bare_method, length_of, on_meta
from benchmark.planning.planner import Planner, plugin_file
from benchmark.planning.preset import Preset, load_preset
from benchmark.planning.run_config import RunConfig
from benchmark.registry import ISPS, MAPPERS
from benchmark.stage import Stage
from benchmark.store.step import DataIdentity, Training
from mappers.base import Mapper

RAW2RAW = 196 * 5 * 7  # crops of 256 in the 1512x2016 packed pixels of 196 pictures
PUBLISHED = {  # crops seen, from the sources named in each method
    "afifi": 50 * RAW2RAW,
    "chai": 50 * RAW2RAW,
    "cmkan": 300 * (RAW2RAW // 6) * 6 + 200 * RAW2RAW,
    "cstpp": 85_750 * 4,
    "cut": 400 * RAW2RAW,
    "cyclegan": 200 * RAW2RAW,
    "rawformer": 2500 * (RAW2RAW // 32) * 32 + 1_000_000,
    "swin-unit": 50 * RAW2RAW,
    "uvcgan": 2499 * (RAW2RAW // 64) * 64 + 1_000_000,
    "uvcgan-cstpp": 2499 * (RAW2RAW // 64) * 64 + 1_000_000,
    "microisp": 3 * 58_620 * 32,
    "pynet": 2 * 7_488 * 50 + 2 * 15_912 * 50 + 73_175 * 16 + 195_150 * 12,
    "pynet-v2": 6 * 500_000 * 20,
    "syenet": 210 * 23_450 * 4,
}
KEPT = {"syenet": 160 / 210}  # it stops after 150 of 200 epochs, see its deviations
DATA = DataIdentity("simulated", {}, "f" * 32)
HAS = frozenset({"anchors", "aligned", "scenes"})


def built_in(registry) -> tuple[str, ...]:
    """Without those that other tests have registered."""
    return tuple(n for n in registry.names() if plugin_file(registry.get(n)) is None)


def trainings(preset: Preset, **options) -> dict[str, Training]:
    every = {"mapper": built_in(MAPPERS), "isp": built_in(ISPS)}
    asked = {**every, "references": False, **options}
    plan = Planner(RunConfig.model_validate(asked), preset, DATA, HAS, None).plan()
    return {s.method: s for s in plan.steps.values() if isinstance(s, Training)}


def lengths(preset: str, **options) -> dict[str, Length]:
    found = trainings(load_preset(preset), **options)
    return {name: length_of(bare_method(spec)) for name, spec in found.items()}


def test_every_trained_method_says_how_long_it_was_published():
    registries = (MAPPERS, ISPS)
    trained = {n for r in registries for n in built_in(r) if bare(r, n).stages()}
    assert trained == set(PUBLISHED)
    for registry in registries:
        for name in trained & set(registry.names()):
            method = bare(registry, name)
            assert [s.name for s in method.stages()] == list(method.published)
            for length in method.published.values():
                assert length.source


def bare(registry, name):
    with torch.device("meta"):
        return registry.create(name)


def test_paper_is_as_long_as_published_whatever_the_data():
    for name, length in lengths("paper").items():
        if name in PUBLISHED:
            assert length.published == PUBLISHED[name], name
            assert length.ratio == pytest.approx(KEPT.get(name, 1), rel=1e-5), name
        else:
            assert length == Length(0, 0, None), name


def test_lab_cuts_all_lengths_in_equal_proportion():
    paper, lab = lengths("paper"), lengths("lab")
    shares = {n: lab[n].crops / paper[n].crops for n in PUBLISHED}  # type: ignore[operator]
    assert max(shares.values()) < 0.1
    assert max(shares.values()) == pytest.approx(min(shares.values()), rel=1e-2)
    sizes = [{k: v for k, v in spec.config.items() if k != "budget"}
             for spec in trainings(load_preset("lab")).values()]  # fmt: skip
    full = [{k: v for k, v in spec.config.items() if k != "budget"}
            for spec in trainings(load_preset("paper")).values()]  # fmt: skip
    assert sizes == full


@pytest.mark.parametrize("preset", ["smoke", "quick", "lab", "paper"])
def test_equal_budgets_are_equal(preset):
    equal = load_preset(preset).equal
    assert equal is not None
    for name, length in lengths(preset, budget="equal").items():
        if name in PUBLISHED:
            crops = equal.mapper if name in MAPPERS else equal.isp
            # Each stage is rounded to whole batches, of at least one.
            assert length.crops == pytest.approx(crops, rel=0.02, abs=6 * 50), name


def test_a_length_that_the_user_sets_wins_over_equal_ones():
    (spec,) = (
        trainings(load_preset("quick"), mapper=("cstpp",), isp=("syenet",), budget="equal",
                  set={"mapper.steps": 7})[name]
        for name in ["cstpp"]
    )  # fmt: skip
    assert length_of(bare_method(spec)).steps == 7


def test_equal_budgets_need_a_preset_that_says_how_many():
    with pytest.raises(BenchError, match=r"equal: \{mapper: CROPS, isp: CROPS\}"):
        trainings(Preset(name="mine", description=""), mapper=("cstpp",), budget="equal")


def test_what_depends_on_the_data_is_left_open():
    class Passes(Mapper):
        def stages(self):
            return [Stage("only", batch_size=1, crop_size=32, epochs=3)]

    assert length_of(Passes()) == Length(None, None, None)
    assert length_of(Passes()).ratio is None


@pytest.mark.parametrize(
    ("registry", "name"), [(r, n) for r in (MAPPERS, ISPS) for n in built_in(r)]
)
def test_a_bare_method_differs_in_values_alone(registry, name):
    kind = "mapper" if registry is MAPPERS else "isp"
    config = load_preset("smoke").values(kind, name, registry.get(name).Config)
    method, whole = on_meta(registry, name, **config), registry.create(name, **config)
    assert all(weight.is_meta for weight in method.parameters())
    shapes = {key: value.shape for key, value in method.state_dict().items()}
    assert shapes == {key: value.shape for key, value in whole.state_dict().items()}
