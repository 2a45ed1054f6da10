"""`isp-bench run`: train what is missing, score, write records and tables."""

import argparse
import json
import sys
from typing import TYPE_CHECKING

from benchmark.cli.options import Verbs, add_run_options, add_verb, run_config

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from benchmark.planning.run_config import RunConfig
    from benchmark.progress import Progress
    from benchmark.records.record import Record
    from benchmark.reports.table import Table
    from benchmark.running.on_finish import Ending
    from benchmark.running.runner import Outcome
    from benchmark.running.session import Session

EXAMPLES = """  isp-bench run
  isp-bench run --protocol adaptation --mapper cstpp --isp pynet
  isp-bench run --mapper cstpp chai --isp syenet --seed 0 1 2
  isp-bench run --protocol raw-to-raw --mapper all
  isp-bench run --protocol raw-to-raw --mapper cstpp --sweep mapper.downsample=1,2,4,8,16
  isp-bench run --data folder:~/pictures/two-phones --preset quick
  isp-bench run --data simulated:pair=phones simulated:pair=cinema
  isp-bench run --config run.yaml --set mapper.steps=2000 isp.learning_rate=1e-4
  isp-bench run --on-finish 'mail -s "$ISP_BENCH_SUMMARY" me@example.org < /dev/null'
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
    # No option of run files: a file from somebody else must not run commands.
    parser.add_argument(
        "--on-finish", metavar="COMMAND",
        help="a shell command for when the run has ended, however it did; it finds done, failed, "
        "stopped or error in $ISP_BENCH_RESULT, a sentence in $ISP_BENCH_SUMMARY, and the results "
        "in $ISP_BENCH_FOLDERS",
    )  # fmt: skip
    parser.set_defaults(execute=execute, stopped=STOPPED)


def execute(args: argparse.Namespace) -> int:
    """Runs the verb; 1 if a cell failed."""
    from benchmark.progress import Progress
    from benchmark.running.on_finish import on_finish

    with on_finish(args.on_finish, Progress()) as ending:
        return _run(args, ending)


def _run(args: argparse.Namespace, ending: "Ending") -> int:
    from benchmark.interrupt import clean_stops
    from benchmark.progress import Progress
    from benchmark.records.record import records_so_far
    from benchmark.reports.text import numbers
    from benchmark.running.session import open_session

    config = run_config(args)
    with clean_stops(), Progress() as progress:
        progress.say("Checking and planning ...")
        sessions = {label: open_session(own) for label, own in config.by_data_set().items()}
        ending.folders = [session.folder for session in sessions.values()]
        _announce(list(sessions.values()), progress)
        if args.print_commands:
            for session in sessions.values():
                print(*session.command_lines(), sep="\n")
            return 0
        for session in sessions.values() if len(sessions) > 1 else ():
            session.prepare(progress)  # all, before any long work
        outcomes = [session.run(progress) for session in sessions.values()]
    runs = {label: records_so_far(session.folder) for label, session in sessions.items()}
    made = {
        label: _write(session, runs[label], config, args.json)
        for label, session in sessions.items()
    }
    if len(sessions) > 1:
        folder = next(iter(sessions.values())).folder.parent
        made["across"] = _write_across(folder, runs, config, args.json)
    if args.json:
        several = {label: numbers(tables) for label, tables in made.items()}
        content = several if len(sessions) > 1 else next(iter(several.values()))
        print(json.dumps(content, indent=1, allow_nan=False))
    failed = False
    for session, outcome in zip(sessions.values(), outcomes, strict=True):
        if outcome.failures:
            failed = True
            print(_failures(session, outcome), file=sys.stderr)
    ran = sum(len(outcome.ran) for outcome in outcomes)
    wrong = sum(len(outcome.failures) for outcome in outcomes)
    ending.result = "failed" if failed else "done"
    ending.summary = f"{ran} steps ran, {wrong} failed."
    return 1 if failed else 0


def _announce(sessions: "Sequence[Session]", progress: "Progress") -> None:
    """Says what the sessions will do and leave out."""
    reasons = (s.weights.reason for s in sessions if s.weights.weights is None)
    for reason in dict.fromkeys(reasons):  # one for all data sets
        progress.say(f"FID will be left out, and FD (random VGG-16) takes its place. {reason}")
    for session in sessions:
        for sentence in session.plan.skipped:
            progress.say(sentence)
        done = sum(session.store.is_done(key) for key in session.plan.steps)
        progress.say(
            f"{session.source.info.name}, {' and '.join(session.source.cameras())}: "
            f"{len(session.plan.cells)} cells, {len(session.plan.steps)} steps, {done} of them "
            f"done; on {session.device}, store {session.store.folder}"
        )


def _write(
    session: "Session", records: "list[Record]", config: "RunConfig", as_json: bool
) -> "list[Table]":
    """Writes the tables, pictures and report of a session, and shows them unless as JSON."""
    from benchmark.cli.table import print_tables
    from benchmark.reports.page.results import write_results

    if not records:
        return []
    made = write_results(session.folder, records, config, session.store)
    if not as_json:
        print_tables(made.tables)
        print(
            f"Tables (.md, .tex, .csv, .html), records and {len(made.pictures)} comparison "
            f"pictures: {session.folder}\nAll on one page: {made.report}"
        )
    return made.tables


def _write_across(
    folder: "Path", runs: "Mapping[str, list[Record]]", config: "RunConfig", as_json: bool
) -> "list[Table]":
    """Writes the table over all data sets beside their folders."""
    from benchmark.cli.table import print_tables
    from benchmark.reports.across import across_tables
    from benchmark.reports.text import write_tables

    if not all(runs.values()):
        return []
    made = across_tables(runs, config.fid_mode)
    write_tables(made, folder)
    if not as_json:
        print_tables(made)
        print(f"The table over all data sets: {folder}")
    return made


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
