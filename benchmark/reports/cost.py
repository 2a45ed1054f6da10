"""What the trainings of a run cost: not in the paper, but the next thing readers ask."""

from collections.abc import Mapping, Sequence
from typing import Any

from benchmark.records.record import Record
from benchmark.reports.notes import budget_notes
from benchmark.reports.table import Column, Entry, Row, Table

TITLES = {"mapper": "Mappers", "isp": "Deep ISPs"}
COLUMNS = {
    "parameters": "",
    "steps": "",
    "time (s)": "s",
    "peak memory (MB)": "MB",
    "peak GPU memory (MB)": "MB",
    "threads": "",
}  # title to unit


def cost_table(records: Sequence[Record]) -> Table | None:
    """One line per trained mapper or ISP; None where nothing was trained."""
    steps: dict[str, dict[str, Any]] = {}
    for record in records:
        steps |= record.steps
    lines: dict[str, list[tuple[dict[str, Any], dict[str, float | None]]]] = {}
    for kind, title in TITLES.items():
        trained = [s for s in steps.values() if s["kind"] == kind and "seconds" in s and s["steps"]]
        if trained:
            trained.sort(key=lambda step: step["title"])
            lines[title] = [(step, _costs(step)) for step in trained]
    if not lines:
        return None
    costs = [cost for group in lines.values() for _, cost in group]
    shown = [title for title in COLUMNS if any(cost[title] is not None for cost in costs)]
    groups = {
        group: [
            Row(
                (step["title"],),
                (*(_entry(cost[t]) for t in shown), Entry(step.get("device", "–"))),
            )
            for step, cost in rows
        ]
        for group, rows in lines.items()
    }
    caption = (
        "What the trainings took: trained parameters, discriminators included; steps of all "
        "stages; seconds in the training loop, with other steps running at the same time; peak "
        "memory of the process, libraries included."
    )
    columns = [Column("", title, "", title, COLUMNS[title]) for title in shown]
    columns.append(Column("", "device", "", ""))
    return Table("cost", caption, ("Training",), tuple(columns), groups, budget_notes(records))


def _costs(step: Mapping[str, Any]) -> dict[str, float | None]:
    """The number under each heading; None where a record does not have it."""
    peak: Mapping[str, float] = step.get("peak_mb", {})
    on_gpu = [megabytes for place, megabytes in peak.items() if place != "cpu"]
    return {
        "parameters": step.get("parameters"),
        "steps": sum(step["steps"].values()),
        "time (s)": step["seconds"],
        "peak memory (MB)": peak.get("cpu"),
        "peak GPU memory (MB)": max(on_gpu, default=None),
        "threads": step.get("threads"),
    }


def _entry(number: float | None) -> Entry:
    return Entry("–" if number is None else f"{number:,.0f}", number=number)
