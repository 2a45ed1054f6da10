"""The store: whole files or none, one owner per step, checksums."""

import json
import multiprocessing

import pytest

from benchmark.errors import BenchError
from benchmark.store import StepSpec, Store


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store")


SPEC = StepSpec("mapper", "fit something", {"method": "m", "seed": 0}, {})


def test_a_step_is_done_only_when_its_last_file_is_there(store):
    store.add(SPEC)
    assert store.spec(SPEC.key) == SPEC
    assert not store.is_done(SPEC.key)
    store.fail(SPEC.key, "reason", "trace")
    assert not store.is_done(SPEC.key), "a failure is no result"
    (store.step_folder(SPEC.key) / "weights.safetensors").write_bytes(b"w")
    store.finish(SPEC.key, {"steps": 3})
    assert store.is_done(SPEC.key)
    assert store.outcome(SPEC.key) == {"steps": 3}
    assert not (store.step_folder(SPEC.key) / "failure.json").exists()


def test_a_damaged_product_is_named_and_counts_as_missing(store):
    store.add(SPEC)
    weights = store.step_folder(SPEC.key) / "weights.safetensors"
    weights.write_bytes(b"good")
    store.finish(SPEC.key, {})
    assert store.verified(SPEC.key, weights.name).read_bytes() == b"good"
    weights.write_bytes(b"bad!")
    with pytest.raises(BenchError, match=r"weights\.safetensors is damaged"):
        store.verified(SPEC.key, weights.name)
    assert not store.is_done(SPEC.key)


def test_an_unknown_key_is_an_error_for_people(store):
    with pytest.raises(BenchError, match="knows no step abc"):
        store.spec("abc")


def _try_lock(folder, answers):
    with Store(folder).lock(folder / "held") as mine:
        answers.put(mine)


def test_one_process_at_a_time(store):
    answers = multiprocessing.get_context("spawn").Queue()

    def ask() -> bool:
        process = multiprocessing.get_context("spawn").Process(
            target=_try_lock, args=(store.folder, answers)
        )
        process.start()
        process.join(30)
        return answers.get(timeout=5)

    with store.lock(store.folder / "held") as mine:
        assert mine
        assert not ask()
    assert ask()


def test_the_step_verb_runs_a_planned_step(toy_run, bench, tmp_path):
    home = tmp_path / "home"
    plugin = toy_run("--no-beside", verb="plan")
    assert plugin.code == 0, plugin.err
    ran = toy_run("--no-beside", "--json", verb="plan")
    steps = json.loads(ran.out)
    assert {s["state"] for s in steps} == {"missing"}
    ran = toy_run("--no-beside")
    assert ran.code == 0
    steps = json.loads(toy_run("--no-beside", "--json", verb="plan").out)
    assert {s["state"] for s in steps} == {"done"}
    key = next(s["key"] for s in steps if s["kind"] == "mapper")
    (home / "steps" / key / "done.json").unlink()
    from tests.conftest import TOY

    assert bench("step", key, "--plugin", TOY, "--device", "cpu").code == 0
    assert (home / "steps" / key / "done.json").is_file()
    assert bench("step", "0" * 20).code == 2
