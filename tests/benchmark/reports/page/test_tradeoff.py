"""Quality against cost: better is up, and the front is what nothing beats."""

from benchmark.reports.page.tradeoff import tradeoffs
from tests.benchmark.reports.samples import make_record


def costing(name, kl, seconds, pictures=0, **changes):
    steps = {
        f"fit {name}": {"kind": "mapper", "title": name, "seconds": 0.0, "wall_seconds": seconds}
    }
    if pictures:
        steps[f"map {name}"] = {
            "kind": "map", "title": name, "wall_seconds": 0.5, "pictures": pictures,
        }  # fmt: skip
    return make_record(name, kl, steps=steps, **changes)


def test_better_is_up_and_dearer_is_right():
    (chart,) = tradeoffs([costing("cheap", 1.5, 1.0), costing("dear", 0.5, 1000.0)])
    dear, cheap = chart.marks
    assert cheap.x < dear.x and cheap.y > dear.y
    assert chart.x.log
    assert cheap.about == "cheap: KL 1.500, time to fit the mapper 1 s"


def test_the_front_leaves_out_what_another_beats_at_less_cost():
    records = [
        costing("cheap", 1.5, 1.0), costing("beaten", 1.6, 10.0), costing("dear", 0.5, 100.0),
    ]  # fmt: skip
    (chart,) = tradeoffs(records)
    assert chart.about.endswith("than: cheap, dear.")
    assert len(chart.lines[0].points.split()) == 2


def test_the_time_to_map_has_its_own_chart():
    fitting, mapping = tradeoffs([costing("a", 1.0, 1.0, 10), costing("b", 2.0, 2.0, 50)])
    assert fitting.x.title.startswith("time to fit")
    times = {m.name: m.about.rpartition("picture ")[2] for m in mapping.marks}
    assert times == {"a": "50 ms", "b": "10 ms"}


def test_references_sweeps_and_mappers_of_no_cost_have_no_place():
    ranked = [costing("a", 1.0, 1.0), costing("b", 2.0, 2.0), make_record("free", 1.0)]
    others = [
        costing("none", 1.0, 1.0, reference=True, protocol="floor"),
        costing("a", 1.0, 5.0, setting={"downsample": 2}),
    ]
    (chart,) = tradeoffs([*ranked, *others])
    assert {mark.name for mark in chart.marks} == {"a", "b"}
    assert tradeoffs(ranked[:1]) == []


def test_psnr_is_better_when_it_is_higher():
    def raw(name, psnr, seconds):
        kept = costing(name, 1.0, seconds, isp="none", protocol="raw-to-raw")
        return kept.model_copy(update={"per_image": {"psnr": (psnr,) * kept.n}})

    (chart,) = tradeoffs([raw("a", 20.0, 1.0), raw("b", 30.0, 2.0)])
    assert [mark.name for mark in chart.marks] == ["b", "a"], "from the top"
