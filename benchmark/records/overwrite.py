"""What happens to results that a run's folder already holds."""

from dataclasses import replace
from pathlib import Path
from typing import Literal

from benchmark.errors import BenchError
from benchmark.planning.graph import Plan
from benchmark.records.record import records_so_far
from benchmark.store.step import DataIdentity

Overwrite = Literal["never", "only-missing", "always"]


def plan_beside(
    folder: Path, plan: Plan, data: DataIdentity, preset: str, overwrite: Overwrite
) -> Plan:
    """What is to be run of a plan, given the records in `folder`.

    Records are never deleted: a table shows the newest of each cell.

    Args:
        folder: the run's folder.
        plan: what the user asks for.
        data: the data set.
        preset: the preset's name.
        overwrite: about a result of the same cell with another configuration. "never": it is an
            error; "only-missing": it is kept, and the cell is left out; "always": it is run again.

    Raises:
        BenchError: the folder holds results that cannot share it with the new ones.
    """
    advice = "Choose another name for this run with --name, or delete that folder."
    planned = {cell.place: cell for cell in plan.cells}
    others = {}
    for record in records_so_far(folder):
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
            others[cell.place] = cell.title
    if not others or overwrite == "always":
        return plan
    first = next(iter(others.values()))
    if overwrite == "never":
        raise BenchError(
            f"{folder} holds a result of {first} with another configuration (other "
            f"--set values, another version of a method, or another plug-in). {advice} Or keep "
            "such results (--overwrite only-missing), or replace them (--overwrite always)."
        )
    kept = (
        f"{len(others)} {'cells are' if len(others) > 1 else 'cell is'} left out, for {folder} "
        f"holds results of another configuration: {first}{' and others' if len(others) > 1 else ''}"
        ". --overwrite always replaces them."
    )
    rest = plan.only(tuple(cell for cell in plan.cells if cell.place not in others))
    return replace(rest, skipped=(*rest.skipped, kept))
