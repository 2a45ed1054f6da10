"""The state of every step of a store, and which steps the runs in a results folder need."""

from dataclasses import dataclass
from typing import Literal, get_args

from benchmark.errors import BenchError
from benchmark.store.step import Kind, StepSpec
from benchmark.store.store import Store

State = Literal["done", "missing", "interrupted", "waiting", "running", "failed"]
STATES: tuple[State, ...] = get_args(State)


@dataclass(frozen=True)
class StepState:
    """One step.

    Attributes:
        key: of the step.
        kind: of the step; None where its description is damaged.
        title: of the step.
        state: "missing" could run now; so could "interrupted", a training that continues from its
            checkpoint; "waiting" needs other steps first; "running" is held by a living process.
        note: who runs it, what it waits for, or why it failed.
        data: name of the data set and the beginning of its fingerprint.
    """

    key: str
    kind: Kind | None
    title: str
    state: State
    note: str = ""
    data: str = ""


def state_of(store: Store, key: str) -> StepState:
    """How a step of the store stands."""
    try:
        return state_of_spec(store, store.spec(key))
    except BenchError as error:
        return StepState(key, None, key, "failed", str(error))


def state_of_spec(store: Store, spec: StepSpec) -> StepState:
    """How a step stands, whether the store knows it or not."""
    data = f"{spec.data.name}-{spec.data.fingerprint[:8]}"
    state, note = _state(store, spec)
    return StepState(spec.key, spec.kind, spec.title, state, note, data)


def _state(store: Store, spec: StepSpec) -> tuple[State, str]:
    if store.is_done(spec.key):
        return "done", ""
    holding = store.holding(spec.key)
    if holding is not None:
        by = f"{holding.owner.user}@{holding.owner.host}, process {holding.owner.pid}"
        return "running", f"by {by}, heartbeat {holding.age:.0f} s ago"
    reason = store.failure(spec.key)
    if reason is not None:
        return "failed", reason
    needed = [k for k in spec.inputs.values() if not store.is_done(k)]
    if needed:
        return "waiting", "for " + ", ".join(needed)
    if store.is_interrupted(spec.key):
        return "interrupted", "continues from its checkpoint"
    return "missing", ""
