"""The store: whole files or none, one owner per step, checksums."""

import errno
import json
import multiprocessing
from pathlib import Path

import pytest

from benchmark.errors import BenchError
from benchmark.store.store import Store
from tests.benchmark.specs import fit
from tests.conftest import LIMIT


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store")


SPEC = fit("fit something")


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


def test_an_unknown_key_is_an_error_of_the_user(store):
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
        process.join(LIMIT)
        return answers.get(timeout=LIMIT)

    with store.lock(store.folder / "held") as mine:
        assert mine
        assert not ask()
    assert ask()


def test_the_step_verb_runs_a_planned_step(toy_run, bench, tmp_path):
    home = tmp_path / "home"
    plugin = toy_run("--no-references", verb="plan")
    assert plugin.code == 0, plugin.err
    ran = toy_run("--no-references", "--json", verb="plan")
    steps = json.loads(ran.out)
    assert {s["state"] for s in steps} == {"missing", "waiting"}
    ran = toy_run("--no-references")
    assert ran.code == 0
    steps = json.loads(toy_run("--no-references", "--json", verb="plan").out)
    assert {s["state"] for s in steps} == {"done"}
    key = next(s["key"] for s in steps if s["kind"] == "mapper")
    (home / "steps" / key / "done.json").unlink()
    from tests.conftest import TOY

    assert bench("step", key, "--plugin", TOY, "--device", "cpu").code == 0
    assert (home / "steps" / key / "done.json").is_file()
    assert bench("step", "0" * 20).code == 2


def test_everything_a_step_made_is_summed(store):
    store.add(SPEC)
    folder = store.step_folder(SPEC.key)
    (folder / "images").mkdir()
    for name in ("weights.safetensors", "images/000000.raw.npy", "images/index.json"):
        (folder / name).write_bytes(b"content")
    for name in ("log.jsonl", ".weights.part", "checkpoint.pt"):
        (folder / name).write_bytes(b"passing")
    with store.lock(folder):
        store.finish(SPEC.key, {})
    sums = json.loads((folder / "done.json").read_text())["sha256"]
    assert set(sums) == {"weights.safetensors", "images/000000.raw.npy", "images/index.json"}
    (folder / "images" / "000000.raw.npy").unlink()
    with pytest.raises(BenchError, match="damaged"):
        store.verified(SPEC.key, "images/000000.raw.npy")


def test_a_full_disk_leaves_the_step_unfinished_and_no_litter(store, monkeypatch):
    store.add(SPEC)
    folder = store.step_folder(SPEC.key)
    before = sorted(folder.iterdir())

    def full(file, text, **_):
        with file.open("w") as stream:
            stream.write(text[:5])
        raise OSError(errno.ENOSPC, "No space left on device", str(file))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_text", full)
        with pytest.raises(OSError, match="No space left"):
            store.finish(SPEC.key, {})
    assert sorted(folder.iterdir()) == before
    assert not store.is_done(SPEC.key)
    store.finish(SPEC.key, {"steps": 1})
    assert store.outcome(SPEC.key) == {"steps": 1}


def test_a_disk_that_fills_up_in_a_run_is_reported_and_the_run_continues_later(
    toy_run, tmp_path, monkeypatch
):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device", "weights")

    with monkeypatch.context() as patch:
        patch.setattr("benchmark.steps.run.save_model", full)
        ran = toy_run("--no-references")
    assert ran.code == 1
    assert "No space left on device" in ran.err
    assert "Traceback" not in ran.err
    assert toy_run("--no-references").code == 0


def test_a_store_that_cannot_be_written(tmp_path, monkeypatch, bench):
    def read_only(file, *_, **__):
        raise OSError(errno.EROFS, "Read-only file system", str(file))

    Store(tmp_path / "home")
    monkeypatch.setattr(Path, "touch", read_only)
    with pytest.raises(BenchError, match=r"cannot be written \(Read-only file system\).*--store"):
        Store(tmp_path / "store")
    assert bench("status").code == 0, "looking needs no writing"


def test_a_damaged_description_is_named(store):
    store.add(SPEC)
    (store.step_folder(SPEC.key) / "spec.json").write_text("{broken")
    with pytest.raises(BenchError, match=r"spec\.json is damaged"):
        store.spec(SPEC.key)
