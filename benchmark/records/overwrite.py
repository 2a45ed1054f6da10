"""What happens to results that a run's folder already holds."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

from benchmark.errors import BenchError
from benchmark.planning.graph import Cell
from benchmark.records.record import read_records
from benchmark.store.step import DataIdentity

Overwrite = Literal["never", "only-missing", "always"]


def cells_to_run(
    folder: Path, cells: Sequence[Cell], data: DataIdentity, preset: str, overwrite: Overwrite
) -> tuple[Cell, ...]:
    """The cells to run, given the records in `folder`.

    Records are never deleted: a table shows the newest of each cell.

    Args:
        folder: the run's folder.
        cells: what the user asks for.
        data: the data set.
        preset: the preset's name.
        overwrite: about a result of the same cell with another configuration. "never": it is an
            error; "only-missing": it is kept, and the cell is left out; "always": it is run again.

    Raises:
        BenchError: the folder holds results that cannot share it with the new ones.
    """
    if not any((folder / "records").glob("*.json")):
        return tuple(cells)
    advice = "Choose another name for this run with --name, or delete that folder."
    planned = {cell.place: cell for cell in cells}
    conflicts = []
    for record in read_records(folder):
        if record.preset != preset:
            raise BenchError(
                f"{folder} holds results of preset '{record.preset}', not '{preset}'. {advice}"
            )
        if record.data["fingerprint"] != data.fingerprint:
            raise BenchError(
                f"{folder} holds results on other data ({record.data['name']}, fingerprint "
                f"{record.data['fingerprint'][:12]}; now {data.name}, "
                f"{data.fingerprint[:12]}). {advice}"
            )
        cell = planned.get(record.cell)
        if cell is not None and cell.configuration != record.configuration:
            conflicts.append(cell)
    if conflicts and overwrite == "never":
        raise BenchError(
            f"{folder} holds a result of {conflicts[0].title} with another configuration (other "
            f"--set values, another version of a method, or another plug-in). {advice} Or keep "
            "such results (--overwrite only-missing), or replace them (--overwrite always)."
        )
    return _without(cells, conflicts) if overwrite == "only-missing" else tuple(cells)


def _without(cells: Iterable[Cell], left_out: Sequence[Cell]) -> tuple[Cell, ...]:
    places = {cell.place for cell in left_out}
    return tuple(cell for cell in cells if cell.place not in places)
