"""Losses over the steps of trainings."""

import json

import pytest

from benchmark.errors import BenchError
from benchmark.reports.figures.curves import curves
from benchmark.reports.figures.style import in_style
from tests.benchmark.reports.samples import make_record


def trained(folder, key, losses, mapper="gan"):
    """A record of a mapper whose training logged these losses at each step."""
    (folder / key).mkdir()
    names = losses.keys()
    lines = [
        {"stage": "only", "step": i + 1, **dict(zip(names, row, strict=True))}
        for i, row in enumerate(zip(*losses.values(), strict=True))
    ]
    (folder / key / "log.jsonl").write_text("\n".join(map(json.dumps, lines)))
    step = {"kind": "mapper", "title": f"fit {mapper} seed {key}", "method": mapper, "steps": {}}
    return make_record(mapper, steps={key: step})


def drawn(records, folder, width="double"):
    with in_style():
        return curves(records, folder, width)


def test_each_loss_has_a_panel_with_all_seeds_and_directions(tmp_path):
    losses = {"cycle_a": [3.0, 2.0, 1.5], "cycle_b": [4.0, 3.0, 2.5], "identity": [1.0, 1.0, 1.1]}
    records = [trained(tmp_path, key, losses) for key in ("s0", "s1")]
    cycle, identity = drawn(records, tmp_path).axes
    assert [axes.get_title() for axes in (cycle, identity)] == ["gan: cycle", "gan: identity"]
    assert len(cycle.lines) == 4
    assert len({line.get_color() for line in cycle.lines}) == 2
    assert [t.get_text() for t in cycle.get_legend().texts] == ["a", "b"]
    assert list(cycle.lines[0].get_data()[1]) == [3.0, 2.0, 1.5]
    assert len(identity.lines) == 2
    assert identity.get_legend() is None


def test_a_loss_that_falls_far_has_a_logarithmic_axis(tmp_path):
    (axes,) = drawn([trained(tmp_path, "k", {"cycle": [100.0, 1.0, 0.1]})], tmp_path).axes
    assert axes.get_yscale() == "log"


def test_a_column_has_two_panels_side_by_side(tmp_path):
    losses = {name: [1.0, 2.0] for name in ("one", "two", "three")}
    figure = drawn([trained(tmp_path, "k", losses)], tmp_path, "single")
    assert len({round(axes.get_subplotspec().colspan.start) for axes in figure.axes}) == 2
    assert [axes.get_xlabel() for axes in figure.axes] == ["", "step", "step"]


def test_a_store_without_logs_is_named(tmp_path):
    with pytest.raises(BenchError, match="--store"):
        drawn([make_record()], tmp_path)
