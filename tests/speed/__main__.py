"""`python -m tests.speed [GROUP ...]`: measures, and writes results/speed."""

import argparse
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path

from benchmark.records.environment import environment
from tests.speed.case import Case
from tests.speed.measure import REPOSITORY, Measured, cases_of, measure
from tests.speed.table import Row, make_table

GROUPS = (  # in the order of the table
    "calibration",
    "transform",
    "pictures",
    "steps",
    "engine",
    "preparation",
    "device",
)
FOLDER = REPOSITORY / "results" / "speed"


def main() -> int:
    """Measures the groups that are named, all by default, and makes the table of all groups."""
    parser = argparse.ArgumentParser(prog="python -m tests.speed", description=__doc__)
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=", ".join(GROUPS))
    parser.add_argument("--only", metavar="TEXT", default="", help="cases with this in their name")
    parser.add_argument("--output", type=Path, default=FOLDER, metavar="FOLDER")
    args = parser.parse_args()
    unknown = set(args.groups) - set(GROUPS)
    if unknown:
        parser.error(f"no group {', '.join(sorted(unknown))}; there are {', '.join(GROUPS)}")
    args.output.mkdir(parents=True, exist_ok=True)
    for group in args.groups or GROUPS:
        _measure_group(group, args.only, args.output)
    table = make_table(_read(args.output))
    (args.output / "table.md").write_text(table)
    print(table)
    return 0


def _measure_group(group: str, only: str, folder: Path) -> None:
    file = folder / f"{group}.json"
    cases = cases_of(group)
    chosen = [index for index, case in enumerate(cases) if only in case.name]
    kept = {}
    if len(chosen) < len(cases) and file.is_file():  # the others keep their last measurement
        kept = {(row["name"], row["size"]): row for row in json.loads(file.read_text())["rows"]}
    order = [(c.name, c.growth.size if c.growth else None) for c in cases]
    machine = {**environment(), "cores": os.cpu_count()}
    for index in chosen:
        case = cases[index]
        print(f"{group}: {case.name}{_size(case)} ...", file=sys.stderr, flush=True)
        row = _row(case, measure(group, index, case))
        kept[row["name"], row["size"]] = row
        rows = [kept[key] for key in order if key in kept]
        file.write_text(json.dumps({"machine": machine, "rows": rows}, indent=1) + "\n")


def _row(case: Case, ways: dict[str, Measured]) -> dict[str, object]:
    floor = case.floor() if callable(case.floor) else case.floor
    return {
        "name": case.name,
        "over": case.growth.over if case.growth else None,
        "size": case.growth.size if case.growth else None,
        "threads": case.threads,
        "flop": floor.flop,
        "bytes": floor.bytes,
        **{way: asdict(measured) for way, measured in ways.items()},
        "steps": case.steps,
        "note": case.note,
    }


def _size(case: Case) -> str:
    return f", {case.growth.size:g} {case.growth.over}" if case.growth else ""


def _read(folder: Path) -> dict[str, list[Row]]:
    """The rows of all groups that were ever measured."""
    files = {group: folder / f"{group}.json" for group in GROUPS}
    return {
        group: [Row.of(row) for row in json.loads(file.read_text())["rows"]]
        for group, file in files.items()
        if file.is_file()
    }


if __name__ == "__main__":
    raise SystemExit(main())
