"""What an earlier version wrote is still read, and the same request still has the same keys.

`formats_v1` was written at commit f3b286c and stays as it is; its README says how it was made.
"""

import json
import re
import shutil
from pathlib import Path

import pytest

from benchmark.records.record import read_records
from benchmark.store.store import Store

FORMATS = Path(__file__).parent / "formats_v1"
REQUESTS = json.loads((FORMATS / "keys.json").read_text(encoding="utf-8"))
MAPPER, ISP = "17e22c7b7f4ac02b795b", "320117a7f86367a0554d"
MAPPED_SCENES, ADAPTATION, RAW_TO_RAW = (
    "ef0f48e8d007898964a8", "b334e7d2ff93f0e30c94", "e04d797efd9aee00ac40",
)  # fmt: skip
BROKEN = "549459849616d4886965"  # a plug-in that raises
# The default cameras and exposure of that time.
FORMER = "pair=foveon,exposure_sd=0.3333333333333333"
# The first run in make.sh.
RUN = (
    *("--preset", "smoke", "--direction", "a2b", "--no-beside", "--device", "cpu"),
    *("--data", f"simulated:{FORMER},unpaired=2,validation=1,anchors=1,aligned=2,scenes=2"),
    *("--protocol", "adaptation", "raw-to-raw", "oracle-gain", "--mapper", "global3x3"),
    *("--isp", "microisp", "--set", "isp.passes=1", "isp.blocks=1", "isp.features=1"),
)
NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?")


@pytest.fixture
def old(tmp_path) -> Path:
    """A copy, for commands may write into it."""
    return Path(shutil.copytree(FORMATS, tmp_path / "old"))


def read(file):
    return json.loads(file.read_text(encoding="utf-8"))


def test_every_step_is_read_and_has_the_key_of_its_folder(old):
    store = Store(old / "store")
    keys = store.step_keys()
    assert keys == sorted(folder.name for folder in (FORMATS / "store" / "steps").iterdir())
    assert len(keys) == 19
    for key in keys:
        spec, written = store.spec(key), read(old / "store" / "steps" / key / "spec.json")
        assert spec.key == key, written["title"]
        assert (spec.kind, spec.title, spec.inputs) == (
            written["kind"], written["title"], written["inputs"],
        )  # fmt: skip
    assert {store.spec(key).kind for key in keys} == {"mapper", "map", "isp", "score"}


def test_what_finished_and_failed_steps_report_is_read(old):
    store = Store(old / "store")
    done = [row["key"] for row in read(FORMATS / "status.json") if row["state"] == "done"]
    assert [key for key in store.step_keys() if store.is_done(key)] == sorted(done)
    for key in done:
        written = read(FORMATS / "store" / "steps" / key / "done.json")
        assert store.outcome(key) == written["outcome"]
        assert all(store.verified(key, name).is_file() for name in written["sha256"])
    assert store.outcome(ISP)["steps"] == {"mse": 2, "vgg": 0, "ssim": 2}
    assert store.failure(BROKEN) == "RuntimeError: broken on purpose"


def test_a_changed_file_is_still_noticed(bench, old):
    assert bench("store", "verify", "--store", old / "store").code == 0
    weights = old / "store" / "steps" / MAPPER / "weights.safetensors"
    weights.write_bytes(weights.read_bytes() + b"?")
    ran = bench("store", "verify", "--store", old / "store")
    assert ran.code == 1
    assert str(weights) in ran.out


@pytest.mark.parametrize("name", REQUESTS)
def test_a_request_has_the_keys_it_had(bench, tmp_path, monkeypatch, name):
    monkeypatch.setattr("benchmark.costs.estimator.Estimator.cost", lambda *_: None)  # takes long
    request = REQUESTS[name]
    arguments = [word.replace("HERE", str(FORMATS)) for word in request["arguments"]]
    assert bench("run", *arguments, "--print-commands").code == 0, "writes down the steps"
    ran = bench("plan", *arguments, "--json")
    assert ran.code == 0, ran.err
    planned = {row["key"]: row["kind"] for row in json.loads(ran.out)}
    # What is written down comes first: where a key is new, the difference says why.
    assert {key: decides(tmp_path / "home", key) for key in planned} == request["steps"]
    assert planned == {key: spec["kind"] for key, spec in request["steps"].items()}


def decides(store, key):
    spec = read(store / "steps" / key / "spec.json")
    own = {name: spec[name] for name in ("kind", "fields", "inputs")}
    return {**own, "fingerprint": spec["data"]["fingerprint"]}


def test_status_and_listing_of_an_old_store(bench, old):
    known = {row["key"]: row for row in read(FORMATS / "status.json")}
    states = {key: row["state"] for key, row in known.items()}
    for arguments in (("status", "--json"), ("store", "ls", "--json")):
        ran = bench(*arguments, "--store", old / "store")
        answer = json.loads(ran.out)
        rows = answer if isinstance(answer, list) else answer["steps"]
        assert {row["key"]: row["state"] for row in rows} == states
        for row in rows:
            facts = {name: row[name] for name in ("kind", "title", "data")}
            assert facts == {name: known[row["key"]][name] for name in facts}
    assert [row["data"] for row in answer["data"]] == ["simulated-5f908b8e3ae46e5545bc"]
    for command in (("status",), ("store", "ls")):
        lines = bench(*command, "--store", old / "store").out.splitlines()
        for key, state in states.items():
            (line,) = (line for line in lines if line.split()[1] == key)
            assert line.split()[0] == state


def test_status_of_the_steps_that_an_old_run_needs(bench, old):
    needed = {
        key
        for run in ("simulated-smoke", "broken")
        for key in read(old / "results" / run / "planned.json")
    }
    ran = bench("status", "--json", "--store", old / "store", "--results", old / "results")
    assert ran.code == 1  # one has failed
    assert {row["key"] for row in json.loads(ran.out)} == needed
    assert len(needed) == 13


def test_every_step_of_an_old_store_is_explained(bench, old):
    for row in read(FORMATS / "status.json"):
        ran = bench("explain", row["key"], "--store", old / "store")
        assert ran.code == 0, ran.err
        assert row["key"] in ran.out and row["title"] in ran.out


def test_costs_are_those_of_the_old_steps(bench, old):
    ran = bench("plan", *RUN, "--seed", "1", "--store", old / "store", "--json")
    assert ran.code == 0, ran.err
    known = {row["title"]: (row["seconds"], row["bytes"]) for row in read(FORMATS / "costs.json")}
    found = json.loads(ran.out)
    assert {row["title"] for row in found} == known.keys()
    # What is done costs nothing more; MicroISP has had other settings since.
    alike = [r for r in found if r["state"] != "done" and "microisp" not in r["title"]]
    assert len(alike) >= 3
    for row in alike:
        assert (row["seconds"], row["bytes"]) == known[row["title"]], row["title"]


def test_records_are_read_with_all_that_is_in_them(old):
    folder = old / "results" / "simulated-smoke"
    records = {record.score: record for record in read_records(folder)}
    files = [read(file) for file in (folder / "records").iterdir()]
    assert records.keys() == {written["score"] for written in files}
    assert len(records) == 4
    for written in files:
        record = json.loads(records[written["score"]].model_dump_json())
        assert {name: record.get(name) for name in written} == written


def test_tables_of_old_records_have_the_same_rows_and_numbers(bench, old):
    folder = old / "results" / "simulated-smoke"
    kept = {file.name: rows(file) for file in folder.glob("*.md")}
    assert kept.keys() == {"table1.md", "table5.md", "sweep-strength.md", "cost.md"}
    for name in kept:
        (folder / name).unlink()
    ran = bench("table", folder, "--store", old / "store")
    assert ran.code == 0, ran.err
    assert {file.name: rows(file) for file in folder.glob("*.md")} == kept
    assert all(kept.values())


def rows(file):
    """Rows with numbers in a Markdown table: the name, and the numbers and boldness of each cell.

    Headings, captions, notes and the words for "no number" may be improved.
    """
    lines = [line for line in file.read_text(encoding="utf-8").splitlines() if line[:1] == "|"]
    found = {}
    for line in lines[2:]:  # below the headings and their rule
        name, *cells = (cell.strip() for cell in line.strip("|").split("|"))
        if any(map(NUMBER.search, cells)):
            found[name] = [(NUMBER.findall(cell), cell.startswith("**")) for cell in cells]
    return found


def test_old_weights_and_pictures_score_as_they_did(bench, old):
    """Only the scores are made again, from the stored ISP and the stored mapped pictures."""
    steps = old / "store" / "steps"
    anchors = next((old / "store" / "data").glob("*/anchors/a/000000.raw.npy"))
    kept = [steps / key / "done.json" for key in (MAPPER, ISP, MAPPED_SCENES)]
    before = [(file.read_bytes(), file.stat().st_mtime_ns) for file in (*kept, anchors)]
    recorded = {record.score: record for record in read_records(old / "results/simulated-smoke")}
    for key in (ADAPTATION, RAW_TO_RAW):
        (steps / key / "done.json").unlink()
        ran = bench("step", key, "--store", old / "store", "--device", "cpu")
        assert ran.code == 0, ran.err
        again, one = read(steps / key / "measures.json"), recorded[key]
        assert tuple(again["ids"]) == one.ids
        assert again["per_image"].keys() == one.per_image.keys()
        for metric, values in again["per_image"].items():
            assert values == pytest.approx(one.per_image[metric], rel=1e-3, abs=1e-3), metric
    assert [(file.read_bytes(), file.stat().st_mtime_ns) for file in (*kept, anchors)] == before
