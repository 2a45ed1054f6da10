"""Why a step would run: what differs from the nearest finished step like it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from benchmark.store.states import StepState, state_of_spec
from benchmark.store.step import DataIdentity, StepSpec
from benchmark.store.store import Store

Known = Mapping[str, StepSpec]  # steps by key
LIKE = ("method", "protocol")  # a step is compared with others that have these in common


@dataclass(frozen=True)
class Explanation:
    """Why a step would run.

    Attributes:
        state: how it state_of_spec.
        nearest: the finished step that differs least from it; None if there is none like it, or
            if the step itself is done.
        differences: what differs, a line each: "config.steps: 30 → 7"; what lies in an input
            begins with the input's role, "raw: mapper: seed: 0 → 1".
    """

    state: StepState
    nearest: StepSpec | None
    differences: tuple[str, ...]


def find_steps(specs: Iterable[StepSpec], words: list[str]) -> list[StepSpec]:
    """The steps that a key, its beginning, or words of a title name; there may be none."""
    specs = list(specs)
    found = [s for s in specs if len(words) == 1 and s.key.startswith(words[0])]
    lower = [word.lower() for word in words]
    return found or [s for s in specs if all(word in s.title.lower() for word in lower)]


def explain(store: Store, spec: StepSpec, known: Known) -> Explanation:
    """Compares a step with the finished one of the same kind and method that differs least.

    Args:
        store: the store.
        spec: the step, whether the store knows it or not.
        known: all steps of the store, and those that the step builds on, by key.
    """
    state = state_of_spec(store, spec)
    if state.state == "done":
        return Explanation(state, None, ())
    alike = [
        other
        for other in known.values()
        if other.kind == spec.kind
        and all(other.fields.get(name) == spec.fields.get(name) for name in LIKE)
        and store.is_done(other.key)
    ]
    compared = [(other, differences(known, other, spec)) for other in alike]
    if not compared:
        return Explanation(state, None, ())
    nearest, found = min(compared, key=lambda pair: len(pair[1]))
    return Explanation(state, nearest, tuple(found))


def differences(known: Known, old: StepSpec, new: StepSpec) -> list[str]:
    """What decides the new step's key and was different in the old one.

    Different data is named once and not for every input: all are made from the same data.
    """
    found = []
    if old.data.fingerprint != new.data.fingerprint:
        found = _data_differences(old.data, new.data)
    return found + _step_differences(known, old, new)


def _step_differences(known: Known, old: StepSpec, new: StepSpec) -> list[str]:
    found = _changes(old.fields, new.fields)
    for role in dict.fromkeys([*new.inputs, *old.inputs]):
        one, two = old.inputs.get(role), new.inputs.get(role)
        if one == two:
            continue
        before, after = known.get(one or ""), known.get(two or "")
        if before is not None and after is not None:
            found += [f"{role}: {line}" for line in _step_differences(known, before, after)]
        else:
            found.append(f"{role}: {_name(known, one)} → {_name(known, two)}")
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


def _name(known: Known, key: str | None) -> str:
    if key is None:
        return "nothing"
    return known[key].title if key in known else key
