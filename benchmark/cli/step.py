"""`isp-bench step KEY ...`: run planned steps; the unit of work of every scheduler."""

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from benchmark.cli.options import Verbs, add_run_option, add_verb

if TYPE_CHECKING:
    from benchmark.steps.context import Context

FROM_INPUT = "-"
EXAMPLES = """  isp-bench plan --json
  isp-bench step 0123456789abcdef0123 --device cuda:1
  isp-bench step 0123456789abcdef0123 123456789abcdef01234

Several steps run in the order given. A step that fails holds up those that need it, and no others.

exit code: 0 done; 1 a step failed; 75 stopped (SIGTERM) with its training saved, start it again
"""


def add_parser(verbs: Verbs) -> None:
    """Adds the verb."""
    parser = add_verb(
        verbs, "step", "run steps that a run has planned; their inputs must be done", EXAMPLES
    )
    parser.add_argument(
        "key",
        nargs="+",
        help="keys of steps, as `isp-bench plan` prints them; - to read keys from the standard "
        "input and report progress as JSON lines",
    )
    parser.add_argument("--store", type=Path, metavar="FOLDER", help="the store of the run")
    parser.add_argument("--fid-weights", type=Path, metavar="FILE", help="as for run")
    parser.add_argument("--lpips-weights", type=Path, metavar="FILE", help="as for run")
    parser.add_argument("--device", default="auto", help="as for run")
    add_run_option(parser, "plugin")
    parser.set_defaults(execute=execute)


def execute(args: argparse.Namespace) -> int:
    """Runs the verb."""
    from benchmark.interrupt import CONTINUE, clean_stops
    from benchmark.metrics import fid_weights, lpips
    from benchmark.plugin import load_plugin
    from benchmark.progress import Progress
    from benchmark.running.events import EventSender
    from benchmark.running.worker import serve
    from benchmark.steps.context import Context
    from benchmark.store.store import Store, default_store
    from benchmark.training.device import pick_device

    for file in getattr(args, "plugin", ()):
        load_plugin(file)
    inception = fid_weights.find_weights(args.fid_weights, False)
    alexnet = lpips.find_weights(args.lpips_weights)
    store = Store(args.store or default_store())
    events = os.fdopen(os.dup(1), "w", encoding="utf-8") if args.key == [FROM_INPUT] else None
    with clean_stops(), EventSender(events) if events else Progress() as progress:
        context = Context(
            store,
            pick_device(args.device),
            progress,
            inception.path if inception else None,
            alexnet.path if alexnet else None,
        )
        try:
            if isinstance(progress, EventSender):
                serve(context, progress)
                return 0
            return _run(args.key, context)
        except KeyboardInterrupt:
            print("Stopped; the same command continues from here.", file=sys.stderr)
            return CONTINUE


def _run(keys: list[str], context: "Context") -> int:
    from benchmark.steps.run import attempt_step

    failed: set[str] = set()
    for spec in [context.store.spec(key) for key in keys]:  # all, before any work
        if failed.isdisjoint(spec.inputs.values()):
            failure = attempt_step(spec.key, context)
        else:
            failure = "not run, as it needs a step that failed"
        if failure is not None:
            print(f"FAILED: {spec.title}: {failure}", file=sys.stderr)
            failed.add(spec.key)
    return 1 if failed else 0
