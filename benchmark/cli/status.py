"""`isp-bench status`: the state of every step."""

import argparse
import json
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from benchmark.cli.options import Verbs, add_verb

if TYPE_CHECKING:
    from benchmark.store.states import StepState
    from benchmark.store.store import Store

EXAMPLES = """  isp-bench status
  isp-bench status --results results/simulated-quick
  isp-bench status --watch
  isp-bench status --store /shared/isp-bench --json

exit code: 0; 1 if a step has failed
"""
WATCH = 2.0  # seconds between two looks
SPARE = 3  # lines of the terminal below the list
ATTENTION = ("running", "failed", "interrupted", "missing", "waiting", "done")  # watched first


def add_parser(verbs: Verbs) -> None:
    """Adds the verb."""
    parser = add_verb(
        verbs,
        "status",
        "show which steps are done, missing, interrupted, waiting, running or failed",
        EXAMPLES,
    )
    parser.add_argument("--store", type=Path, metavar="FOLDER", help="as for run")
    parser.add_argument(
        "--results", type=Path, nargs="+", metavar="FOLDER",
        help="only the steps of the runs in these folders (default: all of the store)",
    )  # fmt: skip
    shown = parser.add_mutually_exclusive_group()
    shown.add_argument("--json", action="store_true", help="print JSON")
    shown.add_argument(
        "--watch", action="store_true",
        help="look again every few seconds, until all steps are done or failed",
    )  # fmt: skip
    parser.set_defaults(execute=execute)


def execute(args: argparse.Namespace) -> int:
    """Runs the verb; 1 if a step has failed."""
    from benchmark.store.store import Store, default_store

    store = Store(args.store or default_store(), "read")
    states = _watch(store, args.results) if args.watch else _states(store, args.results)
    if args.json:
        print(json.dumps([asdict(s) for s in states], indent=1))
    else:
        for s in states:
            print(_line(s))
        print(_total(states) or f"0 steps in {store.folder}")
    return 1 if any(s.state == "failed" for s in states) else 0


def _states(store: "Store", results: list[Path] | None) -> "list[StepState]":
    """The states of the store's steps, or of those that some runs need."""
    from benchmark.records.needed import needed_by
    from benchmark.store.states import STATES, state_of

    keys = set(store.step_keys())
    if results:
        keys &= needed_by(results)
    found = (state_of(store, key) for key in keys)
    return sorted(found, key=lambda s: (STATES.index(s.state), s.title))


def _watch(store: "Store", results: list[Path] | None) -> "list[StepState]":
    """Shows the states again and again; returns them when no step is left to run."""
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    console = Console(stderr=True, markup=False, emoji=False, highlight=False)
    before = ""
    with Live(console=console, auto_refresh=False, transient=True) as live:
        while True:
            states = _states(store, results)
            if all(s.state in ("done", "failed") for s in states):
                return states
            lines = [_line(s) + _loss(store, s) for s in _attended(states)]
            if console.is_terminal:
                text = "\n".join([*lines[: console.height - SPARE], _total(states)])
                live.update(Text(text, no_wrap=True, overflow="ellipsis"), refresh=True)
            elif before != (before := _total(states)):
                console.print(before)
            time.sleep(WATCH)


def _attended(states: "Iterable[StepState]") -> "list[StepState]":
    return sorted(states, key=lambda s: ATTENTION.index(s.state))


def _line(state: "StepState") -> str:
    return f"{state.state:12}{state.key}  {state.title}" + (f": {state.note}" if state.note else "")


def _loss(store: "Store", state: "StepState") -> str:
    """How far a running training is, from its log."""
    from benchmark.training.log import last_line

    line = last_line(store.step_folder(state.key)) if state.state == "running" else None
    if line is None:
        return ""
    losses = ", ".join(f"{name} {value:.3g}" for name, value in line.losses.items())
    return f"; {line.stage} {line.step}: {losses}"


def _total(states: "list[StepState]") -> str:
    """Counts of all states; empty where there are none."""
    from benchmark.store.states import STATES

    counts = Counter(s.state for s in states)
    total = ", ".join(f"{counts[state]} {state}" for state in STATES if counts[state])
    return f"{len(states)} steps: {total}" if states else ""
