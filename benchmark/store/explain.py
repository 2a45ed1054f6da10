"""Why a step would run: what differs from the nearest finished step like it."""

from dataclasses import dataclass
from typing import Any

from benchmark.errors import BenchError
from benchmark.store.states import StepState, state_of
from benchmark.store.step import DataIdentity, StepSpec, is_key
from benchmark.store.store import Store

LIKE = ("method", "protocol")  # a step is compared with others that have these in common


@dataclass(frozen=True)
class Explanation:
    """Why a step would run.

    Attributes:
        state: how it stands.
        nearest: the finished step that differs least from it; None if there is none like it.
        differences: what differs, a line each: "config.steps: 30 → 7"; what lies in an input
            begins with the input's role, "raw: mapper: seed: 0 → 1".
    """

    state: StepState
    nearest: StepSpec | None
    differences: tuple[str, ...]


def find_steps(store: Store, words: list[str]) -> list[str]:
    """Keys of the steps that a key, its beginning, or words of a title name.

    Raises:
        BenchError: no step is named so.
    """
    keys = store.step_keys()
    found = [key for key in keys if len(words) == 1 and key.startswith(words[0])]
    if not found:
        lower = [word.lower() for word in words]
        found = [k for k in keys if all(w in state_of(store, k).title.lower() for w in lower)]
    if not found:
        what = f"no step {words[0]}" if is_key(words[0]) else f"no step named '{' '.join(words)}'"
        raise BenchError(
            f"The store {store.folder} knows {what}. `isp-bench plan` writes down the steps of a "
            "run; `isp-bench status` lists all that are known."
        )
    return found


def explain(store: Store, key: str) -> Explanation:
    """Compares a step with the finished one of the same kind and method that differs least."""
    spec = store.spec(key)
    best: tuple[StepSpec, list[str]] | None = None
    for other_key in store.step_keys():
        if other_key == key or not store.is_done(other_key):
            continue
        try:
            other = store.spec(other_key)
        except BenchError:
            continue
        if other.kind != spec.kind or any(
            other.fields.get(name) != spec.fields.get(name) for name in LIKE
        ):
            continue
        found = differences(store, other, spec)
        if best is None or len(found) < len(best[1]):
            best = other, found
    return Explanation(
        state_of(store, key), best[0] if best else None, tuple(best[1] if best else ())
    )


def differences(store: Store, old: StepSpec, new: StepSpec) -> list[str]:
    """What decides the new step's key and was otherwise in the old one.

    Other data is said once, not for every input again: they are all made from the same.
    """
    found = []
    if old.data.fingerprint != new.data.fingerprint:
        found = _data_differences(old.data, new.data)
    return found + _step_differences(store, old, new)


def _step_differences(store: Store, old: StepSpec, new: StepSpec) -> list[str]:
    found = _changes(old.fields, new.fields)
    for role in dict.fromkeys([*new.inputs, *old.inputs]):
        one, two = old.inputs.get(role), new.inputs.get(role)
        if one == two:
            continue
        if one is None or two is None:
            found.append(f"{role}: {_name(store, one)} → {_name(store, two)}")
            continue
        try:
            inner = _step_differences(store, store.spec(one), store.spec(two))
        except BenchError:
            inner = [f"{one} → {two}"]
        found += [f"{role}: {line}" for line in inner]
    return found


def _data_differences(old: DataIdentity, new: DataIdentity) -> list[str]:
    if old.name != new.name:
        return [f"data: {old.name} → {new.name}"]
    lines = [f"data.{line}" for line in _changes(old.config, new.config)]
    marks = [data.fingerprint[:12] for data in (old, new)]
    return lines or [f"data: other content (fingerprint {marks[0]} → {marks[1]})"]


def _changes(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    before, after = _flat(old), _flat(new)
    return [
        f"{name}: {_shown(before, name)} → {_shown(after, name)}"
        for name in dict.fromkeys([*after, *before])
        if _shown(before, name) != _shown(after, name)
    ]


def _flat(values: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in values.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{prefix}{key}.")
        else:
            flat[prefix + key] = value
    return flat


def _shown(values: dict[str, Any], name: str) -> str:
    return repr(values[name]) if name in values else "nothing"


def _name(store: Store, key: str | None) -> str:
    return "nothing" if key is None else state_of(store, key).title
