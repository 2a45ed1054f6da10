"""All that is written of a run for people to read."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from benchmark.planning.run_config import RunConfig
from benchmark.records.record import Record
from benchmark.reports.build import make_tables
from benchmark.reports.comparison import write_comparisons
from benchmark.reports.page.report import write_report
from benchmark.reports.table import Table
from benchmark.store.store import Store


class Results(NamedTuple):
    """What was written.

    Attributes:
        tables: as in the files.
        pictures: the comparison pictures.
        report: the page.
    """

    tables: list[Table]
    pictures: Sequence[Path]
    report: Path


def write_results(
    folder: Path, records: Sequence[Record], config: RunConfig, store: Store
) -> Results:
    """Writes tables, comparison pictures and report into a run's folder.

    Args:
        folder: of the run.
        records: at least one.
        config: of the run.
        store: where its steps are.
    """
    tables = make_tables(folder, records, config.fid_mode)
    pictures = write_comparisons(folder, records, store)
    return Results(tables, pictures, write_report(folder, records, tables, store))
