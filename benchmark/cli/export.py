"""`isp-bench export`: a run in one file, for others to verify."""

import argparse
from pathlib import Path

from benchmark.cli.options import Verbs, add_verb

EXAMPLES = """  isp-bench export results/simulated-quick bundle.zip
  isp-bench export results/simulated-quick small.zip --no-weights
  isp-bench export results/simulated-quick mine.zip --by "A. Name" --link https://example.org/paper
"""


def add_parser(verbs: Verbs) -> None:
    """Adds the verb."""
    parser = add_verb(
        verbs, "export", "pack a run's records, configs, environment and weights", EXAMPLES
    )
    parser.add_argument("run", type=Path, help="a run's folder, e.g. results/simulated-quick")
    parser.add_argument("bundle", type=Path, help="the zip file to write")
    parser.add_argument(
        "--no-weights", action="store_true",
        help="leave the weights out; then only a store that holds them can verify the bundle",
    )  # fmt: skip
    parser.add_argument(
        "--by", default="", metavar="NAME", help="who made it, for a leaderboard; all can read it"
    )
    parser.add_argument(
        "--link", default="", metavar="URL", help="a paper or a page of yours, for a leaderboard"
    )
    parser.add_argument("--store", type=Path, metavar="FOLDER", help="as for run")
    parser.set_defaults(execute=execute)


def execute(args: argparse.Namespace) -> int:
    """Runs the verb."""
    from benchmark.records.bundle import export
    from benchmark.store.store import Store, default_store
    from benchmark.units import readable_size

    store = Store(args.store or default_store(), "read")
    exported = export(args.run, store, args.bundle, not args.no_weights, args.by, args.link)
    size = readable_size(args.bundle.stat().st_size)
    print(f"{args.bundle}: {exported.steps} steps, {size}.")
    if exported.plugins:
        print(f"It holds the source of plug-ins, for all to read: {', '.join(exported.plugins)}")
    if exported.lacking:
        print(
            "The source of these methods was not kept when the run was made, so whoever verifies "
            f"the bundle needs their plug-in from elsewhere: {', '.join(exported.lacking)}"
        )
    print(f"Check it with `isp-bench verify {args.bundle}`.")
    return 0
