"""Which cells of the runs behind `measured/` are missing, by the records that are there.

    python results/missing.py

`isp-bench run --config results/runs/NAME.yaml` goes on with one.
"""

import argparse
import os
from collections import Counter
from pathlib import Path

from benchmark.cli.options import run_config
from benchmark.records.record import records_so_far
from benchmark.running.session import Session, open_session


def main() -> None:
    """Prints a line for each run and data set, and one for each seed that is not complete."""
    os.chdir(Path(__file__).parents[1])  # the runs' folders are relative to the repository's root
    for file in sorted(Path("results/runs").glob("*.yaml")):
        # Else the plan would leave out what was measured with other settings.
        config = run_config(argparse.Namespace(config=file, overwrite="always"))
        for label, own in config.by_data_set().items():
            session = open_session(own, dry=True)
            lacking = _lacking(session)
            cells = len(session.plan.cells)
            print(f"{file.stem}, {label}: {cells - lacking.total()} of {cells} cells measured")
            for (protocol, seed, why), number in sorted(lacking.items()):
                print(f"  {protocol} seed {seed}: {number} {why}")


def _lacking(session: Session) -> Counter[tuple[str, int, str]]:
    """How many cells lack a record of today's settings, by protocol, seed and reason."""
    measured = {r.cell: r.configuration for r in records_so_far(session.folder)}
    return Counter(
        (cell.protocol, cell.seed, "of other settings" if cell.place in measured else "missing")
        for cell in session.plan.cells
        if measured.get(cell.place) != cell.configuration
    )


if __name__ == "__main__":
    main()
