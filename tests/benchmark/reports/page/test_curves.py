"""Training curves from logs, as trainings leave them."""

import json

import pytest

from benchmark.reports.page.curves import POINTS, trainings


@pytest.fixture
def logged(tmp_path):
    """Writes logs; returns what records say of the trainings."""

    def write(**logs):
        for key, (_, lines) in logs.items():
            (tmp_path / key).mkdir()
            text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
            (tmp_path / key / "log.jsonl").write_text(text)
        return trainings({key: {"title": title} for key, (title, _) in logs.items()}, tmp_path)

    return write


def corners(line):
    return [tuple(map(float, corner.split(","))) for corner in line.points.split()]


def test_both_generators_and_all_seeds_are_in_one_chart(logged):
    def log(scale):
        return [
            {"stage": "only", "step": s, "cycle_a": scale / s, "cycle_b": 2 * scale / s, "d_a2b": 1}
            for s in (1, 2, 3)
        ]

    (training,) = logged(k0=("fit m seed 0", log(1.0)), k1=("fit m seed 1", log(1.1)))
    assert training.title == "fit m"
    cycle, other = training.charts
    assert (cycle.title, other.title) == ("cycle", "d")
    assert [line.name for line in cycle.lines] == ["a", "b", "a", "b"]
    assert [line.name for line in cycle.legend] == ["a", "b"]
    assert cycle.lines[0].colour == cycle.lines[2].colour != cycle.lines[1].colour
    assert "0.333 to 2.2" in cycle.about


def test_a_step_that_was_run_again_counts_once_and_a_cut_line_not_at_all(logged):
    lines = [{"stage": "only", "step": s, "loss": 3.0 / s} for s in (1, 2, 2, 3)]
    ((chart,),) = [t.charts for t in logged(k=("fit", [*lines, '{"stage": "on']))]
    (line,) = chart.lines
    assert len(corners(line)) == 3
    heights = [y for _, y in corners(line)]
    assert heights == sorted(heights), "a falling loss falls"


def test_stages_follow_each_other(logged):
    lines = [{"stage": st, "step": s, "mse": 1.0 + s} for st in ("one", "two") for s in (1, 10)]
    ((chart,),) = [t.charts for t in logged(k=("train", lines))]
    first, second = chart.lines
    assert corners(first)[-1][0] < corners(second)[0][0]


def test_long_logs_are_thinned_and_steep_ones_logarithmic(logged):
    lines = [{"stage": "s", "step": s, "steep": 100.0 / s, "flat": 2.0} for s in range(1, 1001)]
    ((steep, flat),) = [t.charts for t in logged(k=("train", lines))]
    assert len(corners(steep.lines[0])) == POINTS
    assert steep.y.log and not flat.y.log


def test_infinite_losses_and_missing_logs_are_left_out(logged, tmp_path):
    lines = [{"stage": "s", "step": 1, "loss": float("inf")}]
    assert logged(k=("train", lines)) == []
    assert trainings({"gone": {"title": "fit"}}, tmp_path) == []
