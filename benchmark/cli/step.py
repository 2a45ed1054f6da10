"""`isp-bench step KEY`: run one planned step; the unit of work of every scheduler."""

import argparse
from pathlib import Path

from benchmark.cli.options import Verbs, add_plugin_option, add_verb

EXAMPLES = """  isp-bench plan --json
  isp-bench step 0123456789abcdef0123 --device cuda:1
"""


def add_parser(verbs: Verbs) -> None:
    """Adds the verb."""
    parser = add_verb(
        verbs, "step", "run one step that a run has planned; its inputs must be done", EXAMPLES
    )
    parser.add_argument("key", help="the step's key, as `isp-bench plan` prints it")
    parser.add_argument("--store", type=Path, metavar="FOLDER", help="the store of the run")
    parser.add_argument("--fid-weights", type=Path, metavar="FILE", help="as for run")
    parser.add_argument("--device", default="auto", help="as for run")
    add_plugin_option(parser)
    parser.set_defaults(execute=execute)


def execute(args: argparse.Namespace) -> int:
    """Runs the verb."""
    from benchmark.interrupt import clean_stops
    from benchmark.metrics.fid_weights import find_weights
    from benchmark.progress import Progress
    from benchmark.registry import load_plugin
    from benchmark.steps import Context, run_step
    from benchmark.store import Store, default_store
    from benchmark.training import pick_device

    for file in getattr(args, "plugin", ()):
        load_plugin(file)
    weights = find_weights(args.fid_weights, False)
    store = Store(args.store or default_store())
    with clean_stops(), Progress() as progress:
        context = Context(
            store, pick_device(args.device), progress, weights.path if weights else None
        )
        run_step(args.key, context)
    return 0
