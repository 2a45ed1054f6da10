"""The graph: equal steps are one node, and keys depend on what decides a step and nothing else."""

from typing import Any

import pytest

from benchmark.errors import BenchError
from benchmark.planning.graph import Plan
from benchmark.planning.planner import Planner
from benchmark.planning.preset import load_preset
from benchmark.planning.run_config import RunConfig
from benchmark.plugin import load_plugin
from benchmark.store.step import DISTANCES, DataIdentity, Score
from tests.conftest import TOY

HAS = frozenset({"anchors", "aligned", "scenes"})


def make_plan(
    fingerprint: str = "f" * 32,
    extractor: str | None = None,
    has: frozenset = HAS,
    lpips: str | None = None,
    **config,
) -> Plan:
    load_plugin(TOY)
    defaults = {"mapper": ("toy-mapper",), "isp": ("toy-isp",), "references": False}
    data = DataIdentity("toy", {"size": 32}, fingerprint)
    run = RunConfig(**{**defaults, **config})
    return Planner(run, load_preset("smoke"), data, has, extractor, lpips).plan()


def count(plan: Plan) -> dict[str, int]:
    kinds = [spec.kind for spec in plan.steps.values()]
    return {kind: kinds.count(kind) for kind in set(kinds)}


def keys(plan: Plan, *kinds: str) -> set[str]:
    return {key for key, spec in plan.steps.items() if not kinds or spec.kind in kinds}


def test_both_protocols_share_mappers_and_isps():
    plan = make_plan(
        protocol=("adaptation", "augmentation"), mapper=("toy-mapper", "identity", "global3x3")
    )
    # 3 mappers; 2 ISPs on captured raw, shared by all adaptation cells; 3 x 2 on mapped raw.
    assert count(plan) == {"mapper": 3, "isp": 2 + 6, "map": 6 + 6, "score": 12}
    assert len(plan.cells) == 12


def test_the_floor_shares_its_isp_with_adaptation():
    alone, with_floor = make_plan(), make_plan(references=True)
    assert keys(with_floor, "isp") == keys(alone, "isp")
    assert keys(alone) < keys(with_floor)


def test_inputs_come_before_what_needs_them():
    plan = make_plan(protocol=("adaptation", "augmentation"), references=True)
    seen: set[str] = set()
    for key, spec in plan.steps.items():
        assert set(spec.inputs.values()) <= seen
        seen.add(key)


@pytest.mark.parametrize(
    ("change", "changed"),
    [
        ({"set": {"mapper.steps": 7}}, {"mapper", "map", "score"}),
        ({"set": {"isp.first_steps": 7}}, {"isp", "score"}),
        ({"seed": (1,)}, {"mapper", "map", "isp", "score"}),
        ({"fingerprint": "e" * 32}, {"mapper", "map", "isp", "score"}),
        ({"extractor": "a" * 64}, {"score"}),
        ({"save_images": True}, {"score"}),
        ({"device": "cpu", "name": "other"}, set()),
    ],
)
def test_a_change_reaches_everything_downstream_and_nothing_else(change, changed):
    before, after = make_plan(), make_plan(**change)
    for kind in ("mapper", "map", "isp", "score"):
        same = keys(before, kind) == keys(after, kind)
        assert same == (kind not in changed), kind
        assert keys(before, kind).isdisjoint(keys(after, kind)) or same


def test_what_is_measured_does_not_change_the_configuration():
    before, after = make_plan(), make_plan(extractor="a" * 64)
    assert [c.configuration for c in before.cells] == [c.configuration for c in after.cells]


def test_distances_are_part_of_the_key_only_where_pictures_are_developed():
    protocols = ("adaptation", "raw-to-raw")
    plans = [make_plan(protocol=protocols, extractor=e) for e in (None, "a" * 64)]
    for plan in plans:
        for spec in plan.steps.values():
            if isinstance(spec, Score):
                assert spec.distances == (1 if spec.isp is None else DISTANCES)
    raw = [{c.score for c in plan.cells if c.protocol == "raw-to-raw"} for plan in plans]
    assert raw[0] == raw[1], "raws have no Inception features"


def test_pixels_are_compared_only_where_the_data_know_the_truth():
    protocols = ("adaptation", "raw-to-raw")
    for has, known in ((HAS, False), (HAS | {"renderings"}, True)):
        plan = make_plan(protocol=protocols, has=has)
        for spec in plan.steps.values():
            if isinstance(spec, Score):
                assert spec.pixels == (known and spec.isp is not None)
    configurations = [
        [cell.configuration for cell in make_plan(has=has).cells]
        for has in (HAS, HAS | {"renderings"})
    ]
    assert configurations[0] == configurations[1]


def test_lpips_is_part_of_the_key_only_where_pixels_are_compared():
    protocols = ("adaptation", "raw-to-raw")
    for has in (HAS, HAS | {"renderings"}):
        without, plan = (make_plan(protocol=protocols, has=has, lpips=w) for w in (None, "a" * 64))
        changed = {
            cell.protocol
            for before, cell in zip(without.cells, plan.cells, strict=True)
            if before.score != cell.score
        }
        assert changed == ({"adaptation"} if "renderings" in has else set())
        assert [c.configuration for c in without.cells] == [c.configuration for c in plan.cells]


def test_lpips_that_was_asked_for_and_cannot_be_measured_is_announced():
    for has, said in ((HAS, True), (HAS | {"renderings"}, False)):
        plan = make_plan(has=has, lpips="a" * 64, lpips_weights="alexnet.pth")
        assert any(s.startswith("LPIPS") and "'toy'" in s for s in plan.skipped) == said
    assert make_plan(lpips="a" * 64).skipped == ()


def test_a_test_time_field_is_swept_over_one_training():
    swept: dict[str, Any] = {"mapper": ("cstpp",), "sweep": {"mapper.downsample": (1, 4, 16)}}
    plan = make_plan(protocol=("raw-to-raw",), direction=("a2b",), **swept)
    assert count(plan) == {"mapper": 1, "map": 3, "score": 3}
    assert [dict(cell.setting) for cell in plan.cells] == [
        {"downsample": 1}, {"downsample": 4}, {"downsample": 16},
    ]  # fmt: skip
    assert len({cell.place for cell in plan.cells}) == 3
    plain = make_plan(protocol=("raw-to-raw",), direction=("a2b",), mapper=("cstpp",))
    assert keys(plain) < keys(plan), "the default value is the mapper as it is"
    changed = make_plan(
        protocol=("raw-to-raw",), direction=("a2b",), mapper=("cstpp",),
        set={"mapper.downsample": 4},
    )  # fmt: skip
    assert keys(changed) < keys(plan)


def test_a_training_field_is_swept_over_a_training_each():
    swept = {"mapper.steps": (2, 3), "mapper.learning_rate": (0.1, 0.2)}
    plan = make_plan(
        protocol=("raw-to-raw",), mapper=("toy-mapper", "identity"), direction=("a2b",), sweep=swept
    )
    assert count(plan)["mapper"] == 4 + 1, "a mapper without the fields is run once"


def test_a_mapper_without_weights_is_run_with_one_seed_where_no_isp_is_trained():
    mappers = ("toy-mapper", "identity", "global3x3")
    plan = make_plan(protocol=("raw-to-raw",), mapper=mappers, seed=(2, 0, 1))
    seeds = {name: {c.seed for c in plan.cells if c.mapper == name} for name in mappers}
    assert seeds == {"toy-mapper": {0, 1, 2}, "identity": {0}, "global3x3": {0, 1, 2}}
    with_isp = make_plan(protocol=("adaptation",), mapper=mappers, seed=(2, 0, 1))
    assert {c.seed for c in with_isp.cells if c.mapper == "identity"} == {0, 1, 2}
    alone = make_plan(protocol=("raw-to-raw",), mapper=mappers, seed=(0,))
    assert alone.steps.keys() < plan.steps.keys(), "keys are those of a run with one seed"


@pytest.mark.parametrize(
    ("config", "word"),
    [
        ({"sweep": {"mapper.stepz": (1,)}}, "steps"),
        ({"sweep": {"isp.first_steps": (1,)}}, "mapper.KEY"),
        ({"sweep": {"mapper.steps": (1,)}, "set": {"mapper.steps": 2}}, "both set and swept"),
    ],
)
def test_a_wrong_sweep_is_refused(config, word):
    with pytest.raises(BenchError, match=word):
        make_plan(**config)


def test_references_come_with_protocols_of_their_kind():
    def references(*protocol: str) -> set[str]:
        plan = make_plan(protocol=protocol, references=True)
        return {c.protocol for c in plan.cells} - set(protocol)

    raw = {"unmapped", "oracle-gain", "oracle-least-squares"}
    assert references("raw-to-raw") == raw
    assert references("adaptation", "augmentation") == {"floor", "ceiling"}
    assert references("adaptation", "raw-to-raw") == raw | {"floor", "ceiling"}
    named = make_plan(protocol=("unmapped",), mapper=("toy-mapper", "identity"))
    assert [c.mapper for c in named.cells] == ["none", "none"], "one per direction, no mapper"


def test_raws_that_are_not_aligned_are_compared_by_their_charts():
    def part(*has: str) -> set[str]:
        plan = make_plan(protocol=("raw-to-raw",), has=frozenset(has))
        return {spec.fields["part"] for spec in plan.steps.values() if spec.kind == "score"}

    assert part("scenes", "charts") == {"scenes"}
    assert part("scenes", "charts", "aligned") == {"aligned"}
    with pytest.raises(BenchError, match="aligned"):
        part("scenes")


def test_the_source_of_a_plugin_is_part_of_its_key(tmp_path):
    source = (
        "from mappers.base import Mapper, register_mapper\n"
        "@register_mapper('edited')\n"
        "class Edited(Mapper):\n"
        "    def map(self, raw, direction): return raw\n"
    )
    file = tmp_path / "edited_mapper.py"
    file.write_text(source)
    load_plugin(file)
    before = keys(make_plan(mapper=("edited",)), "mapper")
    file.write_text(source + "# changed\n")
    assert keys(make_plan(mapper=("edited",)), "mapper") != before
