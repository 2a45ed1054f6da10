"""`isp-bench table`: tables from the records of a run."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from benchmark.cli.options import Verbs, add_run_option, add_verb

if TYPE_CHECKING:
    from benchmark.reports.table import Table

EXAMPLES = """  isp-bench table results/simulated-quick
  isp-bench table results/simulated-quick --json
  isp-bench table results/simulated-quick --fid-mode fid
  isp-bench table results/simulated-quick --intervals --split
  isp-bench table results/simulated-quick --compare published
"""
NOTHING_PUBLISHED = "None of this run's raw-to-raw mappers has published numbers."


def add_parser(verbs: Verbs) -> None:
    """Adds the verb."""
    parser = add_verb(
        verbs,
        "table",
        "print a run's tables; write them as Markdown, LaTeX, CSV and HTML, and the report",
        EXAMPLES,
    )
    parser.add_argument("folder", type=Path, help="a run's folder, e.g. results/simulated-quick")
    parser.add_argument(
        "--store",
        type=Path,
        metavar="FOLDER",
        help="the store of the run, for pictures and curves in report.html (default: as for run)",
    )
    add_run_option(parser, "fid_mode")
    parser.add_argument(
        "--intervals",
        action="store_true",
        help="show each number with half the width of its 95 %% interval, in place of the spread "
        "over seeds",
    )
    parser.add_argument(
        "--split",
        action="store_true",
        help="make one table for each direction, e.g. table1-a2b and table1-b2a",
    )
    parser.add_argument(
        "--compare",
        choices=("published",),
        help="follow each table of raw-to-raw mapping by one with published numbers, ours, and "
        "their difference",
    )
    parser.add_argument("--json", action="store_true", help="print the numbers as JSON")
    parser.set_defaults(execute=execute)


def execute(args: argparse.Namespace) -> int:
    """Runs the verb."""
    from benchmark.planning.run_config import FID_MODE
    from benchmark.records.record import read_records
    from benchmark.reports.build import tables, write_results
    from benchmark.reports.compare import SUFFIX, with_published
    from benchmark.reports.intervals import with_intervals
    from benchmark.reports.page.report import write_report
    from benchmark.reports.split import split
    from benchmark.store.store import Store, default_store

    records = read_records(args.folder)
    made = tables(records, getattr(args, "fid_mode", FID_MODE))
    if args.compare:
        made = with_published(made, records)
        if not any(table.name.endswith(SUFFIX) for table in made):
            print(NOTHING_PUBLISHED, file=sys.stderr)
    if args.intervals:
        made = [with_intervals(table) for table in made]
    if args.split:
        made = [part for table in made for part in split(table)]
    write_results(args.folder, made, records)
    write_report(args.folder, records, made, Store(args.store or default_store(), "look"))
    print_tables(made, args.json)
    return 0


def print_tables(tables: "Sequence[Table]", as_json: bool = False) -> None:
    """Prints the tables on the standard output: Markdown, or the rows of each as JSON."""
    from benchmark.reports.text import markdown, numbers

    if as_json:
        print(json.dumps(numbers(tables), indent=1, allow_nan=False))
        return
    for table in tables:
        print(f"\n{markdown(table)}")
