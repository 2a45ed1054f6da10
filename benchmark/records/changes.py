"""Which settings of a cell differ from its preset."""

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

from benchmark.config import build
from benchmark.planning.preset import LENGTH_FIELDS, Preset
from benchmark.planning.run_config import Budget
from benchmark.registry import DATASETS, ISPS, MAPPERS
from benchmark.store.step import TRAININGS, DataIdentity


class Change(BaseModel):
    """A setting that differs from the preset: the preset's value and the one that was used."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    preset: Any
    used: Any


Changes = dict[str, dict[str, Change]]


def changed_settings(
    steps: Mapping[str, Mapping[str, Any]],
    data: DataIdentity,
    preset: Preset,
    swept: Mapping[str, Any],
    budget: Budget = "own",
) -> Changes:
    """The settings that the user changed, by what they belong to and name.

    Args:
        steps: all steps behind a cell, as its record holds them.
        data: the data set.
        preset: the budget of the run.
        swept: swept values of the mapper; they are part of the cell's name, not changes.
        budget: of the run; equal lengths are no changes of single methods.

    Returns:
        E.g. ``{"mapper cstpp": {"steps": Change(preset=400, used=50)}}``; empty for a run of the
        preset as it is.
    """
    # Settings that matter only at test time are recorded in the steps that map.
    at_test_time = {
        key: value
        for step in steps.values()
        if step["kind"] == "map"
        for key, value in step.get("setting", {}).items()
    }
    found: Changes = {}
    for step in steps.values():
        if step["kind"] not in TRAININGS:
            continue
        kind, name = step["kind"], step["method"]
        mapper = kind == "mapper"
        config: Any = (MAPPERS if mapper else ISPS).get(name).Config
        usual = build(config, preset.values(kind, name, config), f"preset '{preset.name}'")
        used = {**step["config"], **(at_test_time if mapper else {})}
        skipped = [*(swept if mapper else ()), *(LENGTH_FIELDS if budget == "equal" else ())]
        found[f"{kind} {name}"] = _differences(dataclasses.asdict(usual), used, skipped)
    found[f"data {data.name}"] = _changed_data(data, preset)
    return {owner: changes for owner, changes in found.items() if changes}


def _changed_data(data: DataIdentity, preset: Preset) -> dict[str, Change]:
    defaults = dataclasses.asdict(DATASETS.get(data.name).Config())
    # Fields that are empty by default, such as a folder, say which data set it is.
    given = [key for key, value in defaults.items() if value == ""]
    return _differences({**defaults, **preset.data.get(data.name, {})}, data.config, given)


def _differences(
    usual: Mapping[str, Any], used: Mapping[str, Any], skipped: Any
) -> dict[str, Change]:
    pairs = {
        key: (_as_json(usual[key]), _as_json(value))
        for key, value in used.items()
        if key in usual and key not in skipped
    }
    return {key: Change(preset=a, used=b) for key, (a, b) in pairs.items() if a != b}


def _as_json(value: Any) -> Any:
    """As records hold it: lists for tuples, text for paths."""
    return json.loads(json.dumps(value, default=str))
