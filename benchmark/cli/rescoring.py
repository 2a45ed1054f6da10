"""Scoring a bundle again: what `verify` and `leaderboard` share."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from benchmark.cli.options import add_run_option

if TYPE_CHECKING:
    from benchmark.progress import Progress
    from benchmark.records.bundle import Bundle
    from benchmark.records.reproduce import Verdict
    from benchmark.store.store import Store

TOLERANCE = 0.01


def add_options(parser: argparse._ActionsContainer) -> None:
    """The options that say how bundles are scored again."""
    parser.add_argument(
        "--tolerance", type=float, default=TOLERANCE, metavar="X",
        help="relative or absolute difference up to which two values of a picture are equal "
        "(default: 0.01; results of CPUs and GPUs differ in the last digits)",
    )  # fmt: skip
    parser.add_argument("--store", type=Path, metavar="FOLDER", help="as for run")
    parser.add_argument("--fid-weights", type=Path, metavar="FILE", help="as for run")
    parser.add_argument("--lpips-weights", type=Path, metavar="FILE", help="as for run")
    parser.add_argument("--device", default="auto", help="as for run")
    add_run_option(parser, "plugin")


def score_again(
    bundle: "Bundle", args: argparse.Namespace, store: "Store", progress: "Progress"
) -> "list[Verdict]":
    """Scores all cells of a bundle again, in the order of its records."""
    from benchmark.metrics import lpips
    from benchmark.metrics.fid_weights import search_weights
    from benchmark.records.reproduce import Reproduction
    from benchmark.steps.context import Context
    from benchmark.training.device import pick_device

    inception = search_weights(args.fid_weights, False).weights
    alexnet = lpips.find_weights(args.lpips_weights)
    path = alexnet.path if alexnet else None
    context = Context(store, pick_device(args.device), progress, lpips_weights=path)
    return Reproduction(bundle, context, inception, args.tolerance).run()


def load_plugins(bundle: Path, named: Sequence[str]) -> None:
    """Shows the bundle's plug-ins that were not named, and runs those that were, in this order."""
    from benchmark.files import sha256_of
    from benchmark.plugin import load_plugin
    from benchmark.records.plugins import sources

    held = sources(bundle)
    by_name = {file.name: file for file in held.values()}
    chosen = [Path(n) if Path(n).exists() else by_name.get(n, Path(n)) for n in named]
    own = {sha256_of(file) for file in chosen if file.is_file()}
    unnamed = [file for digest, file in held.items() if digest not in own]
    for file in unnamed:
        text = file.read_text(encoding="utf-8", errors="replace")
        title = f"The bundle holds the plug-in {file.name}. It is not run. Its source:"
        lines = [f"    {plain(line)}" for line in text.splitlines()]
        print("\n".join([title, "", *lines, ""]), file=sys.stderr)
    if unnamed:
        names = " ".join(file.name for file in unnamed)
        print(f"To run what you have read, add: --plugin {names}\n", file=sys.stderr)
    for file in chosen:
        load_plugin(file)


def plain(text: str) -> str:
    """Text from elsewhere, without the characters that would control a terminal."""
    return "".join(c if c.isprintable() else "?" for c in text.expandtabs())
