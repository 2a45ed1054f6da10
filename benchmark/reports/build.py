"""The tables of a run, in the paper's layout, from its records alone."""

from collections.abc import Sequence
from pathlib import Path

from benchmark.errors import BenchError
from benchmark.files import write_atomic
from benchmark.planning.graph import NONE
from benchmark.planning.run_config import FID_MODE, FidMode
from benchmark.records.record import Record
from benchmark.reports.cost import cost_table
from benchmark.reports.cross_camera import isp_tables
from benchmark.reports.doubles import without_doubles
from benchmark.reports.per_picture import FILE, per_picture
from benchmark.reports.raw_to_raw import raw_tables
from benchmark.reports.table import Table
from benchmark.reports.text import write_tables


def tables(records: Sequence[Record], fid_mode: FidMode = FID_MODE) -> list[Table]:
    """All tables a run can fill.

    Args:
        records: of the run.
        fid_mode: which FID they show, where there are Inception weights.

    Raises:
        BenchError: the records mix presets, data sets or extractors.
    """
    _refuse_mixtures(records)
    developed = without_doubles([r for r in records if r.isp != NONE])
    raw = without_doubles([r for r in records if r.isp == NONE])
    made = [*isp_tables(developed, fid_mode), *raw_tables(raw)]
    cost = cost_table(records)
    return [*made, cost] if cost is not None else made


def _refuse_mixtures(records: Sequence[Record]) -> None:
    facts = {
        "presets": {r.preset for r in records},
        "data sets": {f"{r.data['name']} {r.data['fingerprint'][:12]}" for r in records},
        "feature extractors": {
            f"{r.extractor['name']} {r.extractor['weights_sha256'][:12]}"
            for r in records
            if r.extractor is not None
        },
    }
    for what, values in facts.items():
        if len(values) > 1:
            raise BenchError(
                f"The records mix {what} ({', '.join(sorted(values))}); a table may not. Keep "
                "each in a run folder of its own (--name)."
            )


def make_tables(
    folder: Path, records: Sequence[Record], fid_mode: FidMode = FID_MODE
) -> list[Table]:
    """Makes a run's tables, see :func:`tables`, and writes them into its folder.

    Raises:
        BenchError: the records cannot stand in one table.
    """
    made = tables(records, fid_mode)
    write_results(folder, made, records)
    return made


def write_results(folder: Path, made: Sequence[Table], records: Sequence[Record]) -> None:
    """Writes tables, and the scores of single pictures (`pictures.csv`), into a run's folder."""
    write_tables(made, folder)
    write_atomic(folder / FILE, per_picture(records))
