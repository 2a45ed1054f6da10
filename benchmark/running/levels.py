"""The missing steps of a plan in levels, for schedulers that take all of them at once."""

from collections.abc import Iterator

from benchmark.planning.graph import Plan
from benchmark.running.executor import StepCommand
from benchmark.store.step import StepSpec
from benchmark.store.store import Store


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
    levels = missing_levels(plan, store)
    for number, level in enumerate(levels, 1):
        yield f"# level {number} of {len(levels)}: {len(level)} steps, in any order or at once"
        for spec in level:
            yield f"{command.script_line(spec.key)}  # {spec.title}"
    yield "# then the same run without --print-commands writes records and tables"
