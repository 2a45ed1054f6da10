"""`isp-bench plan`: what a run would do."""

import argparse
import json

from benchmark.cli.options import Verbs, add_run_options, add_verb, run_config

EXAMPLES = """  isp-bench plan --protocol adaptation augmentation --mapper all --isp all
  isp-bench plan --preset paper --json
"""


def add_parser(verbs: Verbs) -> None:
    """Adds the verb."""
    parser = add_verb(verbs, "plan", "show the steps of a run and which are done", EXAMPLES)
    add_run_options(parser)
    parser.add_argument("--json", action="store_true", help="machine-readable")
    parser.set_defaults(execute=execute)


def execute(args: argparse.Namespace) -> int:
    """Runs the verb."""
    from benchmark.session import open_session

    session = open_session(run_config(args), download=False)
    steps = [
        {
            "key": key,
            "kind": spec.kind,
            "title": spec.title,
            "state": "done" if session.store.is_done(key) else "missing",
            "inputs": spec.inputs,
        }
        for key, spec in session.plan.steps.items()
    ]
    if args.json:
        print(json.dumps(steps, indent=1))
        return 0
    for step in steps:
        print(f"{step['state']:8}{step['key']}  {step['title']}")
    trainings = sum(step["kind"] in ("mapper", "isp") for step in steps)
    missing = sum(step["state"] == "missing" for step in steps)
    print(
        f"{len(session.plan.cells)} cells, {len(steps)} steps, {trainings} of them trainings; "
        f"{missing} missing"
    )
    for sentence in session.plan.skipped:
        print(sentence)
    return 0
