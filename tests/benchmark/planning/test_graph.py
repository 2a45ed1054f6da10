"""Cells and the part of a graph that leads to some of them."""

from benchmark.planning.graph import NONE, Cell, Plan
from tests.benchmark.specs import fit, mapped, score


def cell(spec, mapper="m", **changes):
    facts = {"protocol": "p", "isp": NONE, "direction": "a2b", "seed": 0}
    return Cell(mapper=mapper, score=spec.key, configuration=spec.configuration,
                **{**facts, **changes})  # fmt: skip


def test_only_what_leads_to_a_cell_is_kept():
    fits = [fit(method=name) for name in "mn"]
    maps = [mapped(mapper=spec.key) for spec in fits]
    scores = [score(raw=spec.key) for spec in maps]
    specs = [*fits, *maps, *scores]
    cells = (cell(scores[0]), cell(scores[1], "n"))
    plan = Plan({spec.key: spec for spec in specs}, cells, ("left out",))
    assert plan.only(cells).steps == plan.steps
    part = plan.only(cells[1:])
    assert list(part.steps) == [fits[1].key, maps[1].key, scores[1].key]
    assert part.cells == cells[1:]
    assert part.skipped == plan.skipped
    assert plan.only(()).steps == {}


def test_titles_and_places_hold_what_was_swept():
    plain, swept = cell(score()), cell(score(), setting=(("downsample", 4),))
    assert plain.title == "p m a2b seed 0"
    assert swept.title == "p m downsample=4 a2b seed 0"
    assert plain.place != swept.place
