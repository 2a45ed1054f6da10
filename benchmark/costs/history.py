"""What comparable steps took before."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import median
from typing import Any

from benchmark.errors import BenchError
from benchmark.files import size_of
from benchmark.store.step import TRAININGS, StepSpec
from benchmark.store.store import Store

METHOD = ("method", "version", "config", "source")
RENDERING = ("part", "extractor", "lpips", "images", "setting", "oracle")


@dataclass(frozen=True)
class Cost:
    """What a step takes.

    Attributes:
        seconds: of one device.
        bytes: in the store, when it is done.
        peak: bytes of the device's memory at the same time; None where that was not counted.
    """

    seconds: float
    bytes: int
    peak: float | None = None


class History:
    """Costs of the finished steps of a store.

    Args:
        store: the store.
        device: "cpu", "cuda", ...; trainings on another kind of device are not used.
    """

    def __init__(self, store: Store, device: str) -> None:
        self._costs: dict[str, list[Cost]] = {}
        for key in store.step_keys():
            try:
                spec = store.spec(key)
                if not store.is_done(key):
                    continue
                likeness = _likeness(spec, store.spec)
                outcome = store.outcome(key)
            except (BenchError, ValueError, KeyError):
                continue  # damaged; `isp-bench store verify` says so
            if spec.is_training and not str(outcome.get("device", device)).startswith(device):
                continue
            # A training that was cut off: the loop's own seconds count all its parts.
            seconds = max(outcome.get("seconds", 0.0), outcome.get("wall_seconds", 0.0))
            cost = Cost(seconds, size_of(store.step_folder(key)))
            self._costs.setdefault(likeness, []).append(cost)

    def cost(self, spec: StepSpec, spec_of: Callable[[str], StepSpec]) -> Cost | None:
        """The median cost of comparable steps; None if there are none.

        Args:
            spec: the step.
            spec_of: gives the steps that it builds on, by key.
        """
        costs = self._costs.get(_likeness(spec, spec_of))
        if not costs:
            return None
        return Cost(median(c.seconds for c in costs), round(median(c.bytes for c in costs)))


def total(costs: Iterable[Cost | None]) -> tuple[Cost, int]:
    """The sum of the known costs, and how many are unknown."""
    costs = list(costs)
    known = [c for c in costs if c is not None]
    together = Cost(sum(c.seconds for c in known), sum(c.bytes for c in known))
    return together, len(costs) - len(known)


def _likeness(spec: StepSpec, spec_of: Callable[[str], StepSpec]) -> str:
    """Equal for steps that take equally long: seeds and directions do not matter.

    How long a training takes depends on its method and config, whatever the pictures; mapping and
    scoring take longer with more pictures, so there the data counts.
    """
    return json.dumps(_alike(spec, spec_of), sort_keys=True)


def _alike(spec: StepSpec, spec_of: Callable[[str], StepSpec]) -> Any:
    names = METHOD if spec.is_training else RENDERING
    fields = {name: spec.fields[name] for name in names if name in spec.fields}
    if spec.is_training:
        return [spec.kind, fields]
    # A mapped raw takes as long to develop as any other: only what is run now counts.
    runs = {r: _alike(spec_of(k), spec_of) for r, k in spec.inputs.items() if r in TRAININGS}
    return [spec.kind, fields, runs, spec.data.fingerprint]
