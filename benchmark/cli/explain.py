"""`isp-bench explain`: why a step would run."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from benchmark.cli.options import Verbs, add_verb

if TYPE_CHECKING:
    from benchmark.store.explain import Explanation

EXAMPLES = """  isp-bench explain 0123456789abcdef0123
  isp-bench explain fit cstpp
"""
MOST = 20  # steps that are explained at once


def add_parser(verbs: Verbs) -> None:
    """Adds the verb."""
    parser = add_verb(verbs, "explain", "say why a step would run: what changed", EXAMPLES)
    parser.add_argument(
        "step", nargs="+", metavar="KEY|WORD", help="a key, its beginning, or words of the title"
    )
    parser.add_argument("--store", type=Path, metavar="FOLDER", help="as for run")
    parser.set_defaults(execute=execute)


def execute(args: argparse.Namespace) -> int:
    """Runs the verb."""
    from benchmark.store.explain import explain, find_steps
    from benchmark.store.store import Store, default_store

    store = Store(args.store or default_store(), look_only=True)
    keys = find_steps(store, args.step)
    asked = [key for key in keys if not store.is_done(key)] or keys
    for key in asked[:MOST]:
        _print(explain(store, key))
    if len(asked) > MOST:
        print(f"... and {len(asked) - MOST} more; name one by its key or with more words.")
    return 0


def _print(explanation: "Explanation") -> None:
    state, nearest = explanation.state, explanation.nearest
    verdict = {
        "done": "would not run: it is done",
        "running": f"is running {state.note}",
        "failed": f"would run again: it failed ({state.note})",
        "waiting": "would run once its inputs are done",
        "missing": "would run: it is not done",
    }[state.state]
    print(f"{state.key}  {state.title}\n  {verdict}")
    if nearest is None:
        print("  no step of this kind and method was finished in this store")
    else:
        print(f"  nearest finished step: {nearest.key}  {nearest.title}")
    for line in explanation.differences:
        print(f"    {line}")
