"""Running a plan on this machine, one step after the other; failures stop only what needs them."""

import traceback
from collections.abc import Callable
from dataclasses import dataclass, field

from benchmark.errors import BenchError
from benchmark.interrupt import leave_if_requested
from benchmark.plan import Cell, Plan
from benchmark.steps import Context, run_step
from benchmark.training import TrainingError


@dataclass
class Outcome:
    """How a run went.

    Attributes:
        ran: keys of the steps that were run now.
        cached: keys of the steps that were done before.
        failures: key of a failed step to its reason.
        blocked: key of a step that could not run to the failed step it needs.
    """

    ran: list[str] = field(default_factory=list)
    cached: list[str] = field(default_factory=list)
    failures: dict[str, str] = field(default_factory=dict)
    blocked: dict[str, str] = field(default_factory=dict)


def run_plan(plan: Plan, context: Context, on_cell: Callable[[Cell], None]) -> Outcome:
    """Runs every missing step; `on_cell` is called for each cell as soon as it is scored.

    Raises:
        KeyboardInterrupt: a stop was asked for; finished steps and checkpoints are kept.
    """
    outcome = Outcome()
    for spec in plan.steps.values():
        context.store.add(spec)
    by_score: dict[str, list[Cell]] = {}
    for cell in plan.cells:
        by_score.setdefault(cell.score, []).append(cell)
    missing = [key for key in plan.steps if not context.store.is_done(key)]
    for key, spec in plan.steps.items():
        leave_if_requested()
        broken = next(
            (k for k in spec.inputs.values() if k in outcome.failures or k in outcome.blocked), None
        )
        if broken is not None:
            outcome.blocked[key] = outcome.blocked.get(broken, broken)
            continue
        if context.store.is_done(key):
            outcome.cached.append(key)
        else:
            position = f"[{missing.index(key) + 1}/{len(missing)}]" if key in missing else ""
            context.progress.say(f"{position} {spec.title}".strip())
            try:
                run_step(key, context)
            except Exception as error:
                _note_failure(key, error, context, outcome)
                continue
            outcome.ran.append(key)
        for cell in by_score.get(key, []):
            on_cell(cell)
    return outcome


def _note_failure(key: str, error: Exception, context: Context, outcome: Outcome) -> None:
    known = isinstance(error, BenchError | TrainingError)
    reason = str(error) if known else f"{type(error).__name__}: {error}"
    outcome.failures[key] = reason
    context.store.fail(key, reason, traceback.format_exc())
    context.progress.say(f"FAILED: {context.store.spec(key).title}: {reason}")
