"""The missing steps of a plan in levels, for schedulers that take all of them at once."""

from collections.abc import Iterator

from benchmark.planning.graph import Plan
from benchmark.running.executor import StepCommand
from benchmark.store.step import StepSpec
from benchmark.store.store import Store

LONGEST = 10  # maps or scores in one command: those of an ISP may take hours together


def missing_levels(plan: Plan, store: Store) -> list[list[StepSpec]]:
    """Steps that are not done; those of a level need only earlier levels and what is done."""
    levels: list[list[StepSpec]] = []
    depth: dict[str, int] = {}
    for key, spec in plan.steps.items():
        if store.is_done(key):
            continue
        depth[key] = max((depth[k] + 1 for k in spec.inputs.values() if k in depth), default=0)
        if depth[key] == len(levels):
            levels.append([])
        levels[depth[key]].append(spec)
    return levels


def command_lines(plan: Plan, store: Store, command: StepCommand) -> Iterator[str]:
    """A shell script that runs the missing steps; what each level needs comes before it.

    The steps become known to the store, so that their keys are enough to run them.
    """
    for spec in plan.steps.values():
        store.add(spec)
    levels = _levels_of_batches(plan, store)
    for number, level in enumerate(levels, 1):
        yield f"# level {number} of {len(levels)}: {len(level)} commands, in any order or at once"
        for batch in level:
            more = f" and {len(batch) - 1} more" if len(batch) > 1 else ""
            keys = [spec.key for spec in batch]
            yield f"{command.script_line(*keys)}  # {batch[0].title}{more}"
    yield "# then the same run without --print-commands writes records and tables"


def _levels_of_batches(plan: Plan, store: Store) -> list[list[list[StepSpec]]]:
    """The missing steps in batches, each for one process, in order; batches in levels.

    A training opens a batch, which takes in what maps or scores and has all its missing inputs
    there. Of the others, maps of one mapper go together, and scores of one ISP. Nothing needs a
    score, so no two batches wait for each other.
    """
    batch_of: dict[str, str] = {}  # step to the name of its batch
    batches: dict[str, list[StepSpec]] = {}
    depth: dict[str, int] = {}
    for key, spec in plan.steps.items():
        if store.is_done(key):
            continue
        needed = {batch_of[k] for k in spec.inputs.values() if k in batch_of}
        if spec.is_training:
            name = key
        elif len(needed) == 1:
            (name,) = needed
        else:
            shared = next(iter(spec.inputs.values()), key)
            name = f"{spec.kind} {shared}"
        batch_of[key] = name
        batches.setdefault(name, []).append(spec)
        before = (depth[other] + 1 for other in needed - {name})
        depth[name] = max(before, default=depth.get(name, 0))
    levels: list[list[list[StepSpec]]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for name, batch in batches.items():
        longest = len(batch) if name in plan.steps else LONGEST
        for first in range(0, len(batch), longest):
            levels[depth[name]].append(batch[first : first + longest])
    return levels
