"""Writes `report.html`, the page to understand a run by."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmark.files import write_atomic
from benchmark.records.record import Record
from benchmark.reports.html import render
from benchmark.reports.page.album import Album
from benchmark.reports.page.cells import Section, sections
from benchmark.reports.page.charts import Chart
from benchmark.reports.page.curves import Training, trainings
from benchmark.reports.page.graph import Graph, graph_of
from benchmark.reports.page.provenance import TRAINING_HEADS, facts, trained, training_lines
from benchmark.reports.page.standings import Standing, standings
from benchmark.reports.page.strips import StripMaker
from benchmark.reports.page.tradeoff import tradeoffs
from benchmark.reports.table import Table
from benchmark.store.store import Store

FILE = "report.html"


@dataclass(frozen=True)
class Report:
    """What `report.html.j2` shows.

    Attributes:
        name: of the run.
        summary: one sentence.
        standings: the mappers between floor and ceiling.
        tables: of the run.
        tradeoffs: quality against cost.
        cells: a section each.
        lacks: why there are no raws and truths; empty where there are.
        trainings: their curves; trainings without a log are left out.
        graph: the plan's; None where the store no longer knows the steps.
        facts: name and value: data, preset, versions, machine.
        training_heads: headings of `training_lines`.
        training_lines: a line per trained mapper or ISP.
    """

    name: str
    summary: str
    standings: Sequence[Standing]
    tables: Sequence[Table]
    tradeoffs: Sequence[Chart]
    cells: Sequence[Section]
    lacks: str
    trainings: Sequence[Training]
    graph: Graph | None
    facts: Sequence[tuple[str, str]]
    training_heads: Sequence[str]
    training_lines: Sequence[tuple[str, ...]]


def write_report(
    folder: Path, records: Sequence[Record], tables: Sequence[Table], store: Store
) -> Path:
    """Writes the page into a run's folder, and its pictures next to it if they are many.

    Args:
        folder: of the run.
        records: of the run.
        tables: made from them.
        store: where the run's steps are; what it no longer has is left out, and the page says so.
    """
    found = trained(records)
    maker = StripMaker(store, records)
    cells = sections(records, maker)
    report = Report(
        name=folder.name,
        summary=_summary(records),
        standings=standings(tables),
        tables=tables,
        tradeoffs=tradeoffs(records),
        cells=cells,
        lacks=maker.lacks,
        trainings=trainings(found, store.folder / "steps"),
        graph=graph_of(records, store),
        facts=list(facts(records)),
        training_heads=TRAINING_HEADS,
        training_lines=list(training_lines(found)),
    )
    strips = [strip for cell in cells for strip in cell.strips]
    shots = [shot for strip in strips for shot in (*strip.shots, strip.error) if shot is not None]
    file = folder / FILE
    write_atomic(file, render("report.html.j2", report=report, album=Album(folder, shots)))
    return file


def _summary(records: Sequence[Record]) -> str:
    first = records[0]
    seeds = len({r.seed for r in records})
    cells = len({(*r.cell[:4], r.cell[5]) for r in records})
    return (
        f"{cells} cells, {seeds} {'seed' if seeds == 1 else 'seeds'}; data {first.data['name']} "
        f"({' and '.join(first.cameras)}), preset {first.preset}"
        + (f" ({first.reduced})." if first.reduced else ".")
    )
