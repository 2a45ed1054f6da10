"""`isp-bench explain`: why a step would run."""

import argparse
from typing import TYPE_CHECKING

from benchmark.cli.options import (
    Verbs,
    add_run_options,
    add_verb,
    describes_run,
    run_config,
)

if TYPE_CHECKING:
    from benchmark.store.explain import Explanation

EXAMPLES = """  isp-bench explain 0123456789abcdef0123
  isp-bench explain fit cstpp
  isp-bench explain fit cstpp --mapper cstpp --set mapper.steps=3000

With options of a run, the steps of that run are explained; without, those in the store.
"""
MOST = 20  # steps explained at once


def add_parser(verbs: Verbs) -> None:
    """Adds the verb."""
    parser = add_verb(verbs, "explain", "explain why a step would run, and what changed", EXAMPLES)
    parser.add_argument(
        "step", nargs="+", metavar="KEY|WORD", help="a key, its beginning, or words of the title"
    )
    add_run_options(parser)
    parser.set_defaults(execute=execute)


def execute(args: argparse.Namespace) -> int:
    """Runs the verb."""
    from benchmark.errors import BenchError
    from benchmark.running.session import open_session
    from benchmark.store.explain import explain, find_steps
    from benchmark.store.step import is_key
    from benchmark.store.store import Store, default_store

    config = run_config(args)
    planned = open_session(config, dry=True).plan.steps if describes_run(args) else {}
    store = Store(config.store or default_store(), "plan" if planned else "read")
    known = {**store.specs(), **planned}
    found = find_steps((planned or known).values(), args.step)
    if not found:
        where = "The run" if planned else f"The store {store.folder}"
        words = " ".join(args.step)
        name = words if is_key(words) else f"named '{words}'"
        raise BenchError(
            f"{where} has no step {name}. `isp-bench {'plan' if planned else 'status'}` lists all; "
            "for the steps of a run that was not started yet, give the options of that run too."
        )
    asked = [spec for spec in found if not store.is_done(spec.key)] or found
    for spec in asked[:MOST]:
        _print(explain(store, spec, known))
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
        "interrupted": "would continue from its checkpoint: it was interrupted",
        "missing": "would run: it is not done",
    }[state.state]
    print(f"{state.key}  {state.title}\n  {verdict}")
    if state.state == "done":
        return
    if nearest is None:
        print("  no step of this kind and method was finished in this store")
    else:
        print(f"  nearest finished step: {nearest.key}  {nearest.title}")
    for line in explanation.differences:
        print(f"    {line}")
