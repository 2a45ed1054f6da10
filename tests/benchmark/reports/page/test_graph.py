"""The drawn graph: equal steps are one box, and edges run from left to right."""

import pytest

from benchmark.reports.page.graph import BOX, graph_of
from benchmark.store.store import Store
from tests.benchmark.reports.samples import make_record
from tests.benchmark.specs import fit, mapped, score, train


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "home")


def recorded(store, *specs, seconds=60.0):
    """A record behind which the steps are."""
    for spec in specs:
        store.add(spec)
    steps = {s.key: {"kind": s.kind, "title": s.title, "wall_seconds": seconds} for s in specs}
    return make_record(steps=steps)


def test_seeds_are_one_box(store):
    fits = [fit(f"fit seed {seed}", seed=seed) for seed in range(3)]
    maps = [mapped(mapper=f.key) for f in fits]
    isp = train()
    scores = [score(raw=m.key, isp=isp.key, protocol="adaptation") for m in maps]
    graph = graph_of([recorded(store, *fits, *maps, isp, *scores)], store)
    assert graph is not None
    assert {box.title for box in graph.boxes} == {
        "fit m",
        "map by m",
        "train m",
        "score adaptation",
    }
    places = {box.title: box for box in graph.boxes}
    assert places["fit m"].about == "3 steps, 3 min"
    assert places["fit m"].x < places["map by m"].x < places["score adaptation"].x
    assert places["train m"].x == 0
    assert len(graph.edges) == 3
    assert graph.about == "10 steps: 3 to fit, 3 to map, 1 to train, 3 to score."


def test_boxes_are_in_the_drawing_and_do_not_overlap(store):
    fits = [fit(f"fit {i}", method=f"m{i}") for i in range(5)]
    maps = [mapped(mapper=f.key) for f in fits]
    graph = graph_of([recorded(store, *fits, *maps)], store)
    assert graph is not None
    corners = [(box.x, box.y) for box in graph.boxes]
    assert len(set(corners)) == 10
    assert max(x for x, _ in corners) + BOX[0] <= graph.width
    assert max(y for _, y in corners) + BOX[1] <= graph.height
    rows = {box.title[-2:]: box.y for box in graph.boxes if box.title.startswith("fit")}
    assert all(rows[box.title[-2:]] == box.y for box in graph.boxes), "joined boxes are level"


def test_a_store_without_the_steps_has_no_graph(store, tmp_path):
    record = recorded(store, fit())
    assert graph_of([record], Store(tmp_path / "other", "look")) is None
