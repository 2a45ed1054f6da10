"""Settings that a run changes are in its records, and so in its tables."""

import json

import pytest

from benchmark.planning.preset import Preset, load_preset
from benchmark.records.changes import changed_settings
from benchmark.store.step import DataIdentity

DATA = DataIdentity("simulated", {"size": 64, "noise": True}, "f" * 32)
AS_PRESET = DataIdentity("simulated", {"size": 32}, "f" * 32)
PRESET = Preset(
    name="mine",
    description="",
    data={"simulated": {"size": 32}},
    mapper={"steps": 7},
    mappers={"cstpp": {"width": 8, "betas": [0.5, 0.9]}},
)


def fitted(**config):
    values = {"steps": 7, "width": 8, "betas": [0.5, 0.9], "downsample": 1, **config}
    return {"kind": "mapper", "method": "cstpp", "config": values}


def changed(*steps, data=DATA, swept=(), preset=PRESET):
    found = changed_settings(
        {str(i): step for i, step in enumerate(steps)}, data, preset, dict(swept)
    )
    return {
        owner: {key: (change.preset, change.used) for key, change in changes.items()}
        for owner, changes in found.items()
    }


def test_the_preset_as_it_is_changes_nothing():
    assert changed(fitted(), data=AS_PRESET) == {}


def test_values_are_compared_with_the_preset_and_the_defaults_below_it():
    assert changed(fitted(steps=9, betas=[0.1, 0.9], ema=0.5)) == {
        "mapper cstpp": {"steps": (7, 9), "betas": ([0.5, 0.9], [0.1, 0.9]), "ema": (0.0, 0.5)},
        "data simulated": {"size": (32, 64)},
    }


def test_swept_values_are_not_changes():
    assert changed(fitted(width=4), data=AS_PRESET, swept={"width": 4}) == {}


def test_what_is_changed_at_test_time_is_in_the_steps_that_map():
    mapped = {"kind": "map", "setting": {"downsample": 4}}
    assert changed(fitted(), mapped)["mapper cstpp"] == {"downsample": (1, 4)}
    assert "mapper cstpp" not in changed(fitted(), mapped, swept={"downsample": 4})


def test_which_pictures_are_used_is_not_a_change():
    config = {"path": "/home/me/two", "camera_a": "x", "camera_b": "y", "validation": 0.2}
    found = changed(data=DataIdentity("folder", config, ""))
    assert found == {"data folder": {"validation": (0.0, 0.2)}}


@pytest.mark.parametrize("preset", ["smoke", "quick", "lab", "paper"])
def test_built_in_presets_change_nothing_of_themselves(preset):
    loaded = load_preset(preset)
    config = loaded.data["simulated"]
    assert changed(data=DataIdentity("simulated", config, ""), preset=loaded) == {}


def test_every_changed_value_of_a_run_is_in_its_records_and_tables(toy_run, tmp_path):
    (tmp_path / "run.yaml").write_text("set:\n  isp.first_steps: 3\n")
    ran = toy_run(
        "--config", "run.yaml", "--set", "mapper.steps=5", "--precision", "bfloat16",
        "--data", "toy:size=48",
    )  # fmt: skip
    assert ran.code == 0
    run = tmp_path / "results" / "toy-smoke"
    for name in ("table5.md", "table5.html", "cost.md"):
        text = (run / name).read_text()
        assert "isp toy-isp: first_steps = 3 (preset: 20)" in text
        assert "data toy: size = 48 (preset: 32)" in text
        assert "Trained in bfloat16" in text
        assert "mapper toy-mapper: steps = 5 (preset: 3)" in text
    assert "Test pictures of 48x48 packed pixels" in (run / "table5.md").read_text()
    records = [json.loads(file.read_text()) for file in (run / "records").glob("*.json")]
    assert {tuple(map(tuple, record["sizes"])) for record in records} == {((48, 48),)}
    floor = next(r for r in records if r["protocol"] == "floor")
    assert set(floor["changed"]) == {"isp toy-isp", "data toy"}


def test_a_run_of_the_preset_as_it_is_has_no_such_note(toy_run, tmp_path):
    assert toy_run().code == 0
    assert "differ from the preset" not in (tmp_path / "results/toy-smoke/table5.md").read_text()
