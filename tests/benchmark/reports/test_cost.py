"""What trainings took, as text and as numbers."""

import pytest

from benchmark.reports.cost import cost_table
from benchmark.reports.table import Table
from benchmark.reports.text import markdown
from tests.benchmark.reports.samples import make_record, numbers

STEP = {
    "kind": "mapper", "title": "fit m seed 0", "steps": {"a": 300, "b": 900}, "seconds": 12.5,
    "parameters": 1234, "peak_mb": {"cpu": 1999.6}, "threads": 2, "device": "cpu", "method": "m",
}  # fmt: skip


def costs_of(*steps) -> Table:
    """The table of one record with these steps."""
    table = cost_table([make_record(steps={step["title"]: step for step in steps})])
    assert table is not None
    return table


def test_every_cost_is_a_number_in_the_file():
    table = costs_of(STEP)
    shown = numbers(table).set_index("metric")
    assert shown.value.to_dict() == pytest.approx(
        {"parameters": 1234, "steps": 1200, "time (s)": 12.5, "peak memory (MB)": 1999.6,
         "threads": 2}
    )  # fmt: skip
    assert shown.unit.fillna("").to_dict()["time (s)"] == "s"
    assert set(shown.device) == {"cpu"}
    text = markdown(table)
    for part in ("fit m seed 0", "1,234", "1,200", "2,000"):
        assert part in text


def test_memory_of_a_gpu_has_a_column_of_its_own():
    on_gpu = {**STEP, "title": "fit g", "peak_mb": {"cpu": 1.0, "gpu": 5000.0}, "device": "cuda"}
    shown = (
        numbers(costs_of(STEP, on_gpu))
        .query("metric == 'peak GPU memory (MB)'")
        .set_index("Training")
        .value
    )
    assert shown["fit g"] == 5000
    assert shown.isna()["fit m seed 0"]


def test_older_records_without_threads_have_no_such_column():
    step = {k: v for k, v in STEP.items() if k not in ("threads", "device", "peak_mb")}
    table = costs_of(step)
    assert [c.title for c in table.columns] == ["parameters", "steps", "time (s)", "device"]
    assert [entry.text for entry in table.groups["Mappers"][0].entries][-1] == "–"


def test_nothing_trained_is_no_table():
    closed_form = {**STEP, "steps": {}}
    assert cost_table([make_record(), make_record(steps={"k": closed_form})]) is None


def test_mappers_come_before_isps():
    isp = {**STEP, "kind": "isp", "title": "train net"}
    assert list(costs_of(isp, STEP).groups) == ["Mappers", "Deep ISPs"]
