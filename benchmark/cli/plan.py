"""`isp-bench plan`: what a run would do, and what that will cost."""

import argparse
import json
from typing import TYPE_CHECKING, Any

from benchmark.cli.options import Verbs, add_run_options, add_verb, run_config

if TYPE_CHECKING:
    from benchmark.planning.estimates import Cost
    from benchmark.running.session import Session

EXAMPLES = """  isp-bench plan --protocol adaptation augmentation --mapper all --isp all
  isp-bench plan --preset paper --format json
  isp-bench plan --mapper cstpp chai --format dot | dot -Tsvg > plan.svg

Nothing is written; `isp-bench run --print-commands` records the steps, so that
`isp-bench step KEY` can run them. Times are those of comparable steps in the store, added up.
"""
COLOURS = {"done": "palegreen", "running": "lightskyblue", "failed": "lightcoral"}


def add_parser(verbs: Verbs) -> None:
    """Adds the verb."""
    parser = add_verb(
        verbs, "plan", "show the steps of a run, which of them are done, and the cost", EXAMPLES
    )
    add_run_options(parser)
    parser.add_argument(
        "--format", choices=("text", "json", "dot"), default="text",
        help="text (default), json for scripts, or dot for Graphviz",
    )  # fmt: skip
    parser.add_argument(
        "--json",
        dest="format",
        action="store_const",
        const="json",
        help="the same as --format json",
    )
    parser.set_defaults(execute=execute)


def execute(args: argparse.Namespace) -> int:
    """Runs the verb."""
    from benchmark.planning.estimates import History
    from benchmark.running.session import open_session
    from benchmark.store.states import state_of_spec

    session = open_session(run_config(args), dry=True)
    store, specs = session.store, session.plan.steps
    history = History(store, session.device.type)
    costs = {key: history.cost(spec, specs.__getitem__) for key, spec in specs.items()}
    states = {key: state_of_spec(store, spec).state for key, spec in specs.items()}
    if args.format == "json":
        print(json.dumps(_rows(session, states, costs), indent=1))
    elif args.format == "dot":
        print(_dot(session, states))
    else:
        _print_text(session, states, costs)
    return 0


def _rows(
    session: "Session", states: dict[str, Any], costs: "dict[str, Cost | None]"
) -> list[dict[str, Any]]:
    return [
        {
            "key": key,
            "kind": spec.kind,
            "title": spec.title,
            "state": states[key],
            "inputs": spec.inputs,
            "seconds": cost.seconds if (cost := costs[key]) else None,
            "bytes": cost.bytes if cost else None,
        }
        for key, spec in session.plan.steps.items()
    ]


def _dot(session: "Session", states: dict[str, Any]) -> str:
    lines = ["digraph plan {", "  rankdir=LR;", "  node [shape=box, style=filled];"]
    for key, spec in session.plan.steps.items():
        label = json.dumps(f"{spec.title}\n{states[key]}", ensure_ascii=False)
        colour = COLOURS.get(states[key], "white")
        lines.append(f'  "{key}" [label={label}, fillcolor={colour}];')
        lines += [f'  "{k}" -> "{key}" [label="{role}"];' for role, k in spec.inputs.items()]
    return "\n".join([*lines, "}"])


def _print_text(
    session: "Session", states: dict[str, Any], costs: "dict[str, Cost | None]"
) -> None:
    from benchmark.planning.estimates import total
    from benchmark.units import readable_size, readable_time

    specs = session.plan.steps
    for key, spec in specs.items():
        cost = costs[key]
        time = "" if states[key] == "done" else readable_time(cost.seconds) if cost else "?"
        print(f"{states[key]:12}{key}  {time:>7}  {spec.title}")
    trainings = sum(spec.is_training for spec in specs.values())
    missing = [key for key in specs if states[key] != "done"]
    print(
        f"{len(session.plan.cells)} cells, {len(specs)} steps, {trainings} of them trainings; "
        f"{len(missing)} missing"
    )
    if missing:
        together, unknown = total(costs[key] for key in missing)
        time, size = readable_time(together.seconds), readable_size(together.bytes)
        known = f"about {time}, {size} in the store"
        if unknown == len(missing):
            known = "unknown; no comparable step was run here before"
        elif unknown:
            known += f", and {unknown} steps with no comparable step to estimate from"
        print(f"cost of the missing steps, one after the other: {known}")
    for sentence in session.plan.skipped:
        print(sentence)
