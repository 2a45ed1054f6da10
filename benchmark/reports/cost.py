"""What the trainings behind a run took: no part of the paper, but what readers ask next."""

from collections.abc import Sequence
from typing import Any

from benchmark.records.record import Record
from benchmark.reports.table import Column, Entry, Row, Table, notes_of

TITLES = {"mapper": "Mappers", "isp": "Deep ISPs"}
COLUMNS = ("parameters", "steps", "time (s)", "peak memory (MB)", "threads", "device")


def cost_table(records: Sequence[Record]) -> Table | None:
    """One line per trained mapper or ISP; None where nothing was trained."""
    steps: dict[str, dict[str, Any]] = {}
    for record in records:
        steps |= record.steps
    groups: dict[str, list[Row]] = {}
    for kind, title in TITLES.items():
        trained = [s for s in steps.values() if s["kind"] == kind and "seconds" in s and s["steps"]]
        if trained:
            trained.sort(key=lambda step: step["title"])
            groups[title] = [Row((step["title"],), _entries(step)) for step in trained]
    if not groups:
        return None
    columns = tuple(Column("", title, "", title) for title in COLUMNS)
    caption = (
        "What the trainings took: trained parameters, discriminators included; steps of all "
        "stages; seconds in the training loop, other steps running beside it; peak memory of the "
        "process, the libraries included."
    )
    return Table("cost", caption, ("Training",), columns, groups, notes_of(records)[:1])


def _entries(step: dict[str, Any]) -> tuple[Entry, ...]:
    peak = step.get("peak_mb", {})
    memory = ", ".join(f"{mb:.0f} ({where})" for where, mb in peak.items())
    texts = (
        f"{step['parameters']:,}",
        str(sum(step["steps"].values())),
        f"{step['seconds']:.0f}",
        memory,
        str(step.get("threads", "–")),
        str(step.get("device", "–")),
    )
    return tuple(Entry(text) for text in texts)
