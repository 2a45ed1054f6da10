"""Properties of the planner: equal steps merge, changes reach what is downstream and only that."""

import dataclasses
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from benchmark.planning.graph import Plan
from benchmark.store.step import DataIdentity, StepSpec
from tests.benchmark.planning.test_planner import count, make_plan
from tests.benchmark.specs import score

MAPPERS = ("toy-mapper", "identity", "global-gain", "global3x3", "global-poly")
ISPS = ("toy-isp", "toy-impatient")
CHANGES: dict[str, dict[str, Any]] = {
    "mapper": {"set": {"mapper.explode_at": 7}},
    "isp": {"set": {"isp.first_steps": 7}},
    "data": {"fingerprint": "e" * 32},
    "score": {"extractor": "a" * 64},
}


def some(*values):
    return st.lists(st.sampled_from(values), min_size=1, unique=True).map(tuple)


grids = st.fixed_dictionaries(
    {
        "protocol": some("adaptation", "augmentation"),
        "mapper": some(*MAPPERS[1:]).map(lambda names: ("toy-mapper", *names)),
        "isp": some(*ISPS),
        "direction": some("a2b", "b2a"),
        "seed": st.lists(st.integers(0, 5), min_size=1, max_size=3, unique=True).map(tuple),
    }
)
few = settings(max_examples=30, deadline=None)


def test_the_full_grid_of_the_paper_needs_53_trainings():
    plan = make_plan(
        protocol=("adaptation", "augmentation"),
        mapper=("cstpp", "chai", "cyclegan", "cut", "uvcgan"),
        isp=("pynet", "pynet-v2", "microisp", "syenet"),
    )
    trainings = count(plan)
    assert (trainings["mapper"], trainings["isp"]) == (5, 8 + 40)
    assert len(plan.cells) == 80


@few
@given(grids)
def test_equal_trainings_are_one(grid):
    plan = make_plan(**grid)
    mappers, isps = len(grid["mapper"]), len(grid["isp"])
    each = len(grid["direction"]) * len(grid["seed"])
    per_protocol = {"adaptation": isps * each, "augmentation": mappers * isps * each}
    assert count(plan)["mapper"] == mappers * len(grid["seed"])
    assert count(plan)["isp"] == sum(per_protocol[p] for p in grid["protocol"])
    assert len(plan.cells) == len(grid["protocol"]) * mappers * isps * each
    described = {str(dataclasses.replace(s, title="")) for s in plan.steps.values()}
    assert len(described) == len(plan.steps), "two nodes are the same step"


@few
@given(grids)
def test_cells_planned_one_by_one_are_the_same_steps(grid):
    together = make_plan(**grid)
    apart: dict[str, StepSpec] = {}
    for protocol in grid["protocol"]:
        for mapper in grid["mapper"]:
            for isp in grid["isp"]:
                apart |= make_plan(
                    **{**grid, "protocol": (protocol,), "mapper": (mapper,), "isp": (isp,)}
                ).steps
    assert apart.keys() == together.steps.keys()


@few
@given(grids, st.sampled_from(sorted(CHANGES)))
def test_a_change_reaches_what_is_downstream_and_nothing_else(grid, change):
    if change == "isp":
        grid = {**grid, "isp": ("toy-isp",)}
    before, after = make_plan(**grid), make_plan(**grid, **CHANGES[change])
    changed = _touched(before, change)
    for old, new in zip(before.steps.values(), after.steps.values(), strict=True):
        assert old.title == new.title
        assert (old.key != new.key) == (old.key in changed), (change, old.title)


def _touched(plan: Plan, change: str) -> set[str]:
    """Keys of the steps that a change is about, and of all that is made from them."""
    touched: set[str] = set()
    for key, spec in plan.steps.items():
        about = {
            "data": True,
            "score": spec.kind == "score",
            "isp": spec.kind == "isp",
            "mapper": spec.kind == "mapper" and spec.fields["method"] == "toy-mapper",
        }[change]
        if about or touched & set(spec.inputs.values()):
            touched.add(key)
    return touched


@st.composite
def graphs(draw):
    """Steps as (field, seed, data, inputs), inputs being numbers of earlier steps."""
    number = draw(st.integers(2, 9))
    return [
        (draw(st.integers(0, 3)), draw(st.integers(0, 2)), draw(st.sampled_from("de")),
         draw(st.sets(st.integers(0, i - 1), max_size=2)) if i else set())
        for i in range(number)
    ]  # fmt: skip


def keys_of(graph) -> list[str]:
    keys: list[str] = []
    for number, (field, seed, data, inputs) in enumerate(graph):
        isp, raw, *_ = (*(keys[i] for i in sorted(inputs)), None, None)
        spec = score(
            isp=isp, raw=raw, protocol=f"{number} {field}", version=seed,
            data=DataIdentity("toy", {}, data),
        )  # fmt: skip
        keys.append(spec.key)
    return keys


@settings(max_examples=200, deadline=None)
@given(graphs(), st.data())
def test_in_any_graph_a_change_of_one_step_renames_its_descendants_alone(graph, data):
    changed = data.draw(st.integers(0, len(graph) - 1))
    field, seed, fingerprint, inputs = graph[changed]
    other = data.draw(
        st.sampled_from([(field + 1, seed, fingerprint), (field, seed + 1, fingerprint),
                         (field, seed, "f")])
    )  # fmt: skip
    before = keys_of(graph)
    after = keys_of([*graph[:changed], (*other, inputs), *graph[changed + 1 :]])
    downstream = {changed}
    for number, (*_, needs) in enumerate(graph):
        if needs & downstream:
            downstream.add(number)
    assert {i for i, (a, b) in enumerate(zip(before, after, strict=True)) if a != b} == downstream
