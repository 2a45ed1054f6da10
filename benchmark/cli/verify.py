"""`isp-bench verify`: score an exported run again and compare."""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from benchmark.cli.options import Verbs, add_run_option, add_verb

EXAMPLES = """  isp-bench verify bundle.zip
  isp-bench verify bundle.zip --tolerance 0.001 --fid-weights pt_inception.pth

  isp-bench verify bundle.zip --plugin my_mapper-0123abcd.py

The source of plug-ins in the bundle is shown but not run; --plugin runs your own copy of one, or
the bundle's, under the name shown.

exit code: 0 all as recorded; 1 something differs or could not be scored; 2 not a bundle
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
        help="relative or absolute difference up to which two values of a picture are equal "
        "(default: 0.01; results of CPUs and GPUs differ in the last digits)",
    )  # fmt: skip
    parser.add_argument("--store", type=Path, metavar="FOLDER", help="as for run")
    parser.add_argument("--fid-weights", type=Path, metavar="FILE", help="as for run")
    parser.add_argument("--lpips-weights", type=Path, metavar="FILE", help="as for run")
    parser.add_argument("--device", default="auto", help="as for run")
    parser.add_argument("--json", action="store_true", help="print JSON")
    add_run_option(parser, "plugin")
    parser.set_defaults(execute=execute)


def execute(args: argparse.Namespace) -> int:
    """Runs the verb; 1 if a score differs or cannot be made."""
    import tempfile

    from benchmark.interrupt import clean_stops
    from benchmark.metrics import lpips
    from benchmark.metrics.fid_weights import search_weights
    from benchmark.progress import Progress
    from benchmark.records.bundle import unpack
    from benchmark.records.reproduce import Reproduction
    from benchmark.steps.context import Context
    from benchmark.store.store import Store, default_store
    from benchmark.training.device import pick_device

    store = Store(args.store or default_store())
    inception = search_weights(args.fid_weights, False).weights
    alexnet = lpips.find_weights(args.lpips_weights)
    with (
        tempfile.TemporaryDirectory(prefix=".verify-", dir=store.folder) as folder,
        clean_stops(),
        Progress() as progress,
    ):
        path = alexnet.path if alexnet else None
        context = Context(store, pick_device(args.device), progress, lpips_weights=path)
        bundle = unpack(args.bundle, Path(folder))
        _load_plugins(Path(folder), getattr(args, "plugin", ()))
        verdicts = Reproduction(bundle, context, inception, args.tolerance).run()
    counts = Counter(verdict.word for verdict in verdicts)
    if args.json:
        print(json.dumps([{**asdict(v), "verdict": v.word} for v in verdicts], indent=1))
    else:
        for verdict in verdicts:
            note = f" ({', '.join(verdict.compared)})" if verdict.compared else ""
            print(f"{verdict.word:8}{_plain(f' {verdict.title}{note}')}")
            for sentence in filter(None, (verdict.obstacle, *verdict.differences)):
                print(f"        {_plain(sentence)}")
        print(
            f"{counts['same']} of {len(verdicts)} cells score as recorded, {counts['differs']} "
            f"differ, {counts['could not be scored']} could not be scored"
        )
    return 1 if counts["same"] < len(verdicts) else 0


def _load_plugins(bundle: Path, named: Sequence[str]) -> None:
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
        lines = [f"    {_plain(line)}" for line in text.splitlines()]
        print("\n".join([title, "", *lines, ""]), file=sys.stderr)
    if unnamed:
        names = " ".join(file.name for file in unnamed)
        print(f"To run what you have read, add: --plugin {names}\n", file=sys.stderr)
    for file in chosen:
        load_plugin(file)


def _plain(text: str) -> str:
    """Text from elsewhere, without the characters that would control a terminal."""
    return "".join(c if c.isprintable() else "?" for c in text.expandtabs())
