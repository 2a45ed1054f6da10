"""Provenance: the data, the versions and the machine behind a run, and every training of it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from benchmark.records.record import Record
from benchmark.store.step import TRAININGS
from benchmark.units import readable_size, readable_time

TRAINING_HEADS = (
    "Training", "Version", "Parameters", "Steps", "Time", "Peak memory", "Device", "Key",
)  # fmt: skip


def trained(records: Sequence[Record]) -> dict[str, dict[str, Any]]:
    """Every mapper and ISP behind the records, by key, in the order of their titles."""
    steps = {key: step for record in records for key, step in record.steps.items()}
    chosen = {key: step for key, step in steps.items() if step["kind"] in TRAININGS}
    return dict(sorted(chosen.items(), key=lambda item: item[1]["title"]))


def facts(records: Sequence[Record]) -> Iterator[tuple[str, str]]:
    """Name and value: data, preset, versions, machine."""
    first = records[0]
    yield "data", f"{first.data['name']}, fingerprint {first.data['fingerprint']}"
    yield "data config", json.dumps(first.data["config"], ensure_ascii=False)
    yield "preset", f"{first.preset}: {first.reduced}" if first.reduced else first.preset
    yield "recorded", f"{min(r.time for r in records)} to {max(r.time for r in records)}"
    for key in dict.fromkeys(key for r in records for key in r.environment):
        yield key, "; ".join(dict.fromkeys(_text(r.environment.get(key)) for r in records))


def training_lines(trained: Mapping[str, dict[str, Any]]) -> Iterator[tuple[str, ...]]:
    """A line under `TRAINING_HEADS` for each training."""
    for key, step in trained.items():
        memory = {where: readable_size(mb * 1e6) for where, mb in step.get("peak_mb", {}).items()}
        yield (
            step["title"],
            _text(step.get("version")),
            f"{step.get('parameters', 0):,}",
            _text(step.get("steps") or "closed form"),
            readable_time(step.get("seconds", 0)),
            _text(memory or None),
            _text(step.get("device")),
            key,
        )


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_text(part)}" for key, part in value.items())
    return "–" if value is None else str(value)
