"""`isp-bench verify`: score an exported run again and compare."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from benchmark.cli.options import Verbs, add_plugin_option, add_verb

EXAMPLES = """  isp-bench verify bundle.zip
  isp-bench verify bundle.zip --tolerance 0.001 --fid-weights pt_inception.pth

exit code: 0 all as recorded; 1 something differs; 2 it is no bundle
"""
TOLERANCE = 0.01


def add_parser(verbs: Verbs) -> None:
    """Adds the verb."""
    parser = add_verb(
        verbs, "verify", "score an exported run again from its weights and compare", EXAMPLES
    )
    parser.add_argument("bundle", type=Path, help="what `isp-bench export` wrote")
    parser.add_argument(
        "--tolerance", type=float, default=TOLERANCE, metavar="X",
        help="relative or absolute difference of a picture's value that counts as equal "
        "(default: 0.01; results of CPUs and GPUs differ in the last digits)",
    )  # fmt: skip
    parser.add_argument("--store", type=Path, metavar="FOLDER", help="as for run")
    parser.add_argument("--fid-weights", type=Path, metavar="FILE", help="as for run")
    parser.add_argument("--device", default="auto", help="as for run")
    parser.add_argument("--json", action="store_true", help="machine-readable")
    add_plugin_option(parser)
    parser.set_defaults(execute=execute)


def execute(args: argparse.Namespace) -> int:
    """Runs the verb; 1 if a score differs or cannot be made."""
    import tempfile

    from benchmark.interrupt import clean_stops
    from benchmark.metrics.fid_weights import search_weights
    from benchmark.progress import Progress
    from benchmark.records.bundle import unpack
    from benchmark.records.reproduce import Reproduction
    from benchmark.registry import load_plugin
    from benchmark.steps.context import Context
    from benchmark.store.store import Store, default_store
    from benchmark.training.device import pick_device

    for file in getattr(args, "plugin", ()):
        load_plugin(file)
    store = Store(args.store or default_store())
    inception = search_weights(args.fid_weights, False).weights
    with (
        tempfile.TemporaryDirectory(prefix=".verify-", dir=store.folder) as folder,
        clean_stops(),
        Progress() as progress,
    ):
        context = Context(store, pick_device(args.device), progress)
        bundle = unpack(args.bundle, Path(folder))
        verdicts = Reproduction(bundle, context, inception, args.tolerance).run()
    if args.json:
        print(json.dumps([asdict(v) for v in verdicts], indent=1))
    else:
        for verdict in verdicts:
            state = "differs" if verdict.differences else "same"
            title = "".join(c if c.isprintable() else "?" for c in verdict.title)  # foreign text
            print(f"{state:8}{title} ({', '.join(verdict.compared) or 'nothing compared'})")
            for sentence in verdict.differences:
                print(f"        {sentence}")
        same = sum(not v.differences for v in verdicts)
        print(f"{same} of {len(verdicts)} cells score as recorded")
    return 1 if any(v.differences for v in verdicts) else 0
