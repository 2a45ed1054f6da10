"""`isp-bench run`: train what is missing, score, write records and tables."""

import argparse
import sys
from typing import TYPE_CHECKING

from benchmark.cli.options import Verbs, add_run_options, add_verb, run_config

if TYPE_CHECKING:
    from benchmark.running.runner import Outcome
    from benchmark.running.session import Session

EXAMPLES = """  isp-bench run
  isp-bench run --protocol adaptation --mapper cstpp --isp pynet
  isp-bench run --mapper cstpp chai --isp syenet --seed 0 1 2
  isp-bench run --protocol raw-to-raw --mapper all
  isp-bench run --protocol raw-to-raw --mapper cstpp --sweep mapper.downsample=1,2,4,8,16
  isp-bench run --data folder:~/pictures/two-phones --preset quick
  isp-bench run --config run.yaml --set mapper.steps=2000 isp.learning_rate=1e-4
"""
STOPPED = "Stopped. Finished steps and checkpoints are kept; the same command continues from there."


def add_parser(verbs: Verbs) -> None:
    """Adds the verb."""
    parser = add_verb(
        verbs, "run", "train what a run needs, score it and write its tables", EXAMPLES
    )
    add_run_options(parser)
    parser.add_argument("--json", action="store_true", help="print the tables' numbers as JSON")
    parser.add_argument(
        "--print-commands", action="store_true",
        help="print the commands of the missing steps, level by level, and run nothing; for a "
        "scheduler of your own",
    )  # fmt: skip
    parser.set_defaults(execute=execute, stopped=STOPPED)


def execute(args: argparse.Namespace) -> int:
    """Runs the verb; 1 if a cell failed."""
    from benchmark.cli.table import print_tables
    from benchmark.interrupt import clean_stops
    from benchmark.progress import Progress
    from benchmark.records.record import read_records
    from benchmark.reports.build import make_tables
    from benchmark.reports.comparison import write_comparisons
    from benchmark.reports.page import write_report
    from benchmark.running.session import open_session

    config = run_config(args)
    with clean_stops(), Progress() as progress:
        progress.say("Checking and planning ...")
        session = open_session(config)
        for sentence in session.plan.skipped:
            progress.say(sentence)
        if session.weights.weights is None:
            progress.say(
                "FID will be left out, and FD (random VGG-16) takes its place. "
                f"{session.weights.reason}"
            )
        done = sum(session.store.is_done(key) for key in session.plan.steps)
        progress.say(
            f"{len(session.plan.cells)} cells, {len(session.plan.steps)} steps, {done} of them "
            f"done; on {session.device}, store {session.store.folder}"
        )
        if args.print_commands:
            print(*session.command_lines(), sep="\n")
            return 0
        outcome = session.run(progress)
    if any((session.folder / "records").glob("*.json")):
        records = read_records(session.folder)
        made = make_tables(session.folder, records, config.fid_mode)
        pictures = write_comparisons(session.folder, records, session.store)
        report = write_report(session.folder, records, made, session.store.folder / "steps")
        print_tables(made, args.json)
        if not args.json:
            print(
                f"Tables (.md, .tex, .csv, .html), records and {len(pictures)} comparison "
                f"pictures: {session.folder}\nAll on one page: {report}"
            )
    elif args.json:
        print_tables([], as_json=True)
    if outcome.failures:
        print(_failures(session, outcome), file=sys.stderr)
    return 1 if outcome.failures else 0


def _failures(session: "Session", outcome: "Outcome") -> str:
    """Shows which steps failed and what they held up; the reasons were shown as they failed."""
    from benchmark.running.executor import printed_by

    steps, store = session.plan.steps, session.store
    lines = [f"Failed steps: {len(outcome.failures)}"]
    for key in outcome.failures:
        lines.append(f"  {steps[key].title}")
        files = {"traceback": store.traceback_of(key), "output": printed_by(store, key)}
        lines += [f"    {name}: {file}" for name, file in files.items() if file is not None]
        held_up = [steps[k].title for k, by in outcome.blocked.items() if by == key]
        lines += [f"    not run because of it: {title}" for title in held_up]
    return "\n".join(lines)
