"""`isp-bench status`: the state of every step."""

import argparse
import json
from collections import Counter
from dataclasses import asdict
from pathlib import Path

from benchmark.cli.options import Verbs, add_verb

EXAMPLES = """  isp-bench status
  isp-bench status --results results/simulated-quick
  isp-bench status --store /shared/isp-bench --json

exit code: 0; 1 if a step has failed
"""


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
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(execute=execute)


def execute(args: argparse.Namespace) -> int:
    """Runs the verb; 1 if a step has failed."""
    from benchmark.records.needed import needed_by
    from benchmark.store.states import STATES, state_of
    from benchmark.store.store import Store, default_store

    store = Store(args.store or default_store(), "read")
    keys = set(store.step_keys())
    if args.results:
        keys &= needed_by(args.results)
    states = sorted(
        (state_of(store, key) for key in keys), key=lambda s: (STATES.index(s.state), s.title)
    )
    counts = Counter(s.state for s in states)
    if args.json:
        print(json.dumps([asdict(s) for s in states], indent=1))
    else:
        for s in states:
            print(f"{s.state:12}{s.key}  {s.title}" + (f": {s.note}" if s.note else ""))
        total = ", ".join(f"{counts[state]} {state}" for state in STATES if counts[state])
        print(f"{len(states)} steps" + (f": {total}" if total else f" in {store.folder}"))
    return 1 if counts["failed"] else 0
