"""Where every step of a store stands, and which steps the runs in a results folder need."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from benchmark.data.images import write_atomic
from benchmark.errors import BenchError
from benchmark.store import StepSpec, Store

State = Literal["done", "missing", "waiting", "running", "failed"]
STATES: tuple[State, ...] = get_args(State)
PLANNED = "planned.json"  # in a run's folder: the keys of all its steps


@dataclass(frozen=True)
class StepState:
    """One step.

    Attributes:
        key: of the step.
        kind: "mapper", "map", "isp" or "score".
        title: for people.
        state: "missing" could run now, "waiting" needs other steps first, "running" is held by a
            living process.
        note: who runs it, what it waits for, or why it failed.
        data: name of the data set and the beginning of its fingerprint.
    """

    key: str
    kind: str
    title: str
    state: State
    note: str = ""
    data: str = ""


def state_of(store: Store, key: str) -> StepState:
    """How a planned step stands."""
    try:
        spec = store.spec(key)
    except BenchError as error:
        return StepState(key, "?", key, "failed", str(error))
    data = f"{spec.data['name']}-{spec.data['fingerprint'][:8]}" if spec.data else ""
    state, note = _stands(store, spec)
    return StepState(key, spec.kind, spec.title, state, note, data)


def _stands(store: Store, spec: StepSpec) -> tuple[State, str]:
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
    return ("waiting", "for " + ", ".join(needed)) if needed else ("missing", "")


def write_planned(folder: Path, keys: Iterable[str]) -> None:
    """Writes down in a run's folder which steps it needs, whether they were run or not.

    Steps of earlier commands into the same folder stay on the list.
    """
    together = needed_by([folder]) | set(keys) if folder.is_dir() else set(keys)
    folder.mkdir(parents=True, exist_ok=True)
    write_atomic(folder / PLANNED, json.dumps(sorted(together), indent=0))


def needed_by(folders: Iterable[Path]) -> set[str]:
    """Keys of the steps behind all records, and on all lists of planned steps, below folders.

    Raises:
        BenchError: a folder is not there, or holds a record that cannot be read.
    """
    keys: set[str] = set()
    for folder in folders:
        if not folder.is_dir():
            raise BenchError(f"There is no folder {folder}. Name a results folder with --results.")
        for file in (*folder.rglob("records/*.json"), *folder.rglob(PLANNED)):
            try:
                content = json.loads(file.read_text(encoding="utf-8"))
                keys |= set(content if file.name == PLANNED else content["steps"])
            except (ValueError, KeyError, TypeError) as error:
                raise BenchError(
                    f"{file} is no record that can be read ({error}), so nobody knows which steps "
                    "it needs. Delete it, or name other folders with --results."
                ) from error
    return keys
