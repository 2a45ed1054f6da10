"""`isp-bench verify`: score an exported run again and compare."""

import argparse
import json
from collections import Counter
from dataclasses import asdict
from pathlib import Path

from benchmark.cli.options import Verbs, add_verb
from benchmark.cli.rescoring import add_options, load_plugins, plain, score_again

EXAMPLES = """  isp-bench verify bundle.zip
  isp-bench verify bundle.zip --tolerance 0.001 --fid-weights pt_inception.pth

  isp-bench verify bundle.zip --plugin my_mapper-0123abcd.py

The source of plug-ins in the bundle is shown but not run; --plugin runs your own copy of one, or
the bundle's, under the name shown.

exit code: 0 all as recorded; 1 something differs or could not be scored; 2 not a bundle
"""


def add_parser(verbs: Verbs) -> None:
    """Adds the verb."""
    parser = add_verb(
        verbs, "verify", "score an exported run again from its weights and compare", EXAMPLES
    )
    parser.add_argument("bundle", type=Path, help="what `isp-bench export` wrote")
    parser.add_argument("--json", action="store_true", help="print JSON")
    add_options(parser)
    parser.set_defaults(execute=execute)


def execute(args: argparse.Namespace) -> int:
    """Runs the verb; 1 if a score differs or cannot be made."""
    import tempfile

    from benchmark.interrupt import clean_stops
    from benchmark.progress import Progress
    from benchmark.records.bundle import unpack
    from benchmark.store.store import Store, default_store

    store = Store(args.store or default_store())
    with (
        tempfile.TemporaryDirectory(prefix=".verify-", dir=store.folder) as folder,
        clean_stops(),
        Progress() as progress,
    ):
        bundle = unpack(args.bundle, Path(folder))
        load_plugins(Path(folder), getattr(args, "plugin", ()))
        verdicts = score_again(bundle, args, store, progress)
    counts = Counter(verdict.word for verdict in verdicts)
    if args.json:
        print(json.dumps([{**asdict(v), "verdict": v.word} for v in verdicts], indent=1))
    else:
        for verdict in verdicts:
            note = f" ({', '.join(verdict.compared)})" if verdict.compared else ""
            print(f"{verdict.word:8}{plain(f' {verdict.title}{note}')}")
            for sentence in filter(None, (verdict.obstacle, *verdict.differences)):
                print(f"        {plain(sentence)}")
        print(
            f"{counts['same']} of {len(verdicts)} cells score as recorded, {counts['differs']} "
            f"differ, {counts['could not be scored']} could not be scored"
        )
    return 1 if counts["same"] < len(verdicts) else 0
