"""`isp-bench plan`: what a run would do, and what that will cost."""

import argparse
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchmark.cli.options import Verbs, add_run_options, add_verb, run_config

if TYPE_CHECKING:
    from benchmark.costs.history import Cost
    from benchmark.planning.lengths import Length
    from benchmark.running.session import Session

EXAMPLES = """  isp-bench plan --protocol adaptation augmentation --mapper all --isp all
  isp-bench plan --preset paper --format json
  isp-bench plan --mapper cstpp chai --format dot | dot -Tsvg > plan.svg

Nothing is written; `isp-bench run --print-commands` records the steps, so that
`isp-bench step KEY` can run them. Times are those of comparable steps in the store; where there
are none, the work of a step is counted and divided by what this device does in a second, which is
right within a factor of two. Counts are kept, so the next plan is quick.
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


@dataclass(frozen=True)
class _Outlook:
    """What a session would do: by key, every step's state and cost, and every training's length."""

    session: "Session"
    states: dict[str, Any]
    costs: "dict[str, Cost | None]"
    lengths: "dict[str, Length]"

    @property
    def missing(self) -> list[str]:
        """Keys of the steps that are not done."""
        return [key for key, state in self.states.items() if state != "done"]


def execute(args: argparse.Namespace) -> int:
    """Runs the verb."""
    from benchmark.running.session import open_session

    sessions = [open_session(own, dry=True) for own in run_config(args).by_data_set().values()]
    outlooks = map(_outlook, sessions)
    if args.format == "json":
        print(json.dumps([row for outlook in outlooks for row in _rows(outlook)], indent=1))
        return 0
    for outlook in outlooks:
        if args.format == "dot":
            print(_dot(outlook))
            continue
        if len(sessions) > 1:
            source = outlook.session.source
            print(f"# {source.info.name}, {' and '.join(source.cameras())}")
        _print_text(outlook)
    return 0


def _outlook(session: "Session") -> _Outlook:
    from benchmark.costs.estimator import Estimator
    from benchmark.planning.lengths import bare_method, length_of
    from benchmark.progress import Progress
    from benchmark.store.states import state_of_spec
    from benchmark.store.step import Training

    store, specs = session.store, session.plan.steps
    estimator = Estimator(store, session.source, session.device)
    trainings = {key: spec for key, spec in specs.items() if isinstance(spec, Training)}
    outlook = _Outlook(
        session,
        states={key: state_of_spec(store, spec).state for key, spec in specs.items()},
        costs=dict.fromkeys(specs),
        lengths={key: length_of(bare_method(spec)) for key, spec in trainings.items()},
    )
    missing = outlook.missing
    with Progress() as progress, progress.task("estimating the cost", len(missing)) as task:
        outlook.costs.update(estimator.costs(missing, specs, task))
    return outlook


def _rows(outlook: _Outlook) -> list[dict[str, Any]]:
    return [
        {
            "key": key,
            "kind": spec.kind,
            "title": spec.title,
            "state": outlook.states[key],
            "inputs": spec.inputs,
            "seconds": cost.seconds if (cost := outlook.costs[key]) else None,
            "bytes": cost.bytes if cost else None,
            "peak": cost.peak if cost else None,
            "steps": length.steps if (length := outlook.lengths.get(key)) else None,
            "crops": length.crops if length else None,
            "published_crops": length.published if length else None,
        }
        for key, spec in outlook.session.plan.steps.items()
    ]


def _dot(outlook: _Outlook) -> str:
    lines = ["digraph plan {", "  rankdir=LR;", "  node [shape=box, style=filled];"]
    for key, spec in outlook.session.plan.steps.items():
        state = outlook.states[key]
        label = json.dumps(f"{spec.title}\n{state}", ensure_ascii=False)
        lines.append(f'  "{key}" [label={label}, fillcolor={COLOURS.get(state, "white")}];')
        lines += [f'  "{k}" -> "{key}" [label="{role}"];' for role, k in spec.inputs.items()]
    return "\n".join([*lines, "}"])


def _print_text(outlook: _Outlook) -> None:
    from benchmark.costs.history import total
    from benchmark.units import readable_size, readable_time

    session, missing = outlook.session, outlook.missing
    specs = session.plan.steps
    for key, spec in specs.items():
        state, cost = outlook.states[key], outlook.costs[key]
        time = "" if state == "done" else readable_time(cost.seconds) if cost else "?"
        print(f"{state:12}{key}  {time:>7}  {spec.title}")
    trainings = sum(spec.is_training for spec in specs.values())
    print(
        f"{len(session.plan.cells)} cells, {len(specs)} steps, {trainings} of them trainings; "
        f"{len(missing)} missing"
    )
    if missing:
        together, unknown = total(outlook.costs[key] for key in missing)
        time, size = readable_time(together.seconds), readable_size(together.bytes)
        known = f"about {time}, {size} in the store"
        if unknown == len(missing):
            known = "unknown"
        elif unknown:
            known += f", and {unknown} steps of unknown cost"
        print(f"cost of the missing steps, one after the other: {known}")
    _print_lengths(outlook)
    _print_memory(outlook)
    for sentence in dict.fromkeys(session.lacks):
        print(f"A run would stop: {sentence}")
    for sentence in session.plan.skipped:
        print(sentence)


def _print_lengths(outlook: _Outlook) -> None:
    """The trainings of each method: steps, and crops seen against those published."""
    from tabulate import tabulate

    from benchmark.units import percentage, readable_size, readable_time

    rows: dict[tuple[str, ...], int] = {}
    for key, length in outlook.lengths.items():
        if not length.crops and not length.published:
            continue  # nothing to train
        cost, ratio = outlook.costs[key], length.ratio
        row = (
            outlook.session.plan.steps[key].fields["method"],
            _number(length.steps),
            _number(length.crops),
            _number(length.published),
            "?" if ratio is None else percentage(ratio),
            readable_time(cost.seconds) if cost else "?",
            readable_size(cost.peak) if cost and cost.peak else "?",
        )
        rows[row] = rows.get(row, 0) + 1
    if rows:
        heading = ["method", "steps", "crops seen", "published", "share", "time", "memory",
                   "trainings"]  # fmt: skip
        table = [[*row, count] for row, count in rows.items()]
        print()
        print(tabulate(table, heading, disable_numparse=True, colalign=("left", *["right"] * 7)))
        print("Crops of each camera for a mapper; time and memory of one training.")


def _number(value: int | None) -> str:
    return "?" if value is None else f"{value:,}"


def _print_memory(outlook: _Outlook) -> None:
    """Warns of steps that need more memory than the device has."""
    from benchmark.training.device import memory_of
    from benchmark.units import readable_size

    device = outlook.session.device
    memory = memory_of(device)
    if memory is None:
        return
    too_large: dict[tuple[str, float], int] = {}
    for key, spec in outlook.session.plan.steps.items():
        cost = outlook.costs[key]
        if cost and cost.peak and cost.peak > memory:
            what = str(spec.fields.get("method", spec.title)), cost.peak
            too_large[what] = too_large.get(what, 0) + 1
    for (what_for, peak), count in too_large.items():
        steps = "a step" if count == 1 else f"{count} steps"
        print(
            f"{what_for}: {steps} of about {readable_size(peak)} of memory, and {device} "
            f"has {readable_size(memory)}."
        )
