"""`isp-bench store`: lists, cleans, and finds damage."""

import json
import os

import pytest

from benchmark.store.store import Store


@pytest.fixture
def home(tmp_path):
    return tmp_path / "home"


def age(folder, days):
    for path in (folder, *folder.rglob("*")):
        stat = path.stat()
        os.utime(path, (stat.st_atime, stat.st_mtime - days * 86400))


def listed(bench):
    return json.loads(bench("store", "ls", "--json").out)


def test_ls_shows_steps_and_data(toy_run, bench, home):
    assert toy_run("--no-references").code == 0
    found = listed(bench)
    assert {s["state"] for s in found["steps"]} == {"done"}
    assert all(s["bytes"] > 0 and s["data"].startswith("toy-") for s in found["steps"])
    assert len(found["data"]) == 1
    plain = bench("store", "ls").out
    assert "fit toy-mapper seed 0" in plain
    assert "kB" in plain
    assert f"{len(found['steps'])} steps, 1 data sets" in plain


def test_gc_keeps_what_the_results_need(toy_run, bench, home, tmp_path):
    assert toy_run("--no-references").code == 0
    kept = {s["key"] for s in listed(bench)["steps"]}
    assert toy_run("--no-references", "--seed", "1", "--results", "elsewhere").code == 0
    age(home, 30)
    dry = bench("store", "gc")
    assert dry.code == 0
    assert "nothing was removed" in dry.out
    assert kept < {s["key"] for s in listed(bench)["steps"]}, "a dry run removes nothing"
    both = bench("store", "gc", "--results", "results", "elsewhere")
    assert both.out.startswith("0 items")
    assert bench("store", "gc", "--yes").code == 0
    after = listed(bench)
    assert {s["key"] for s in after["steps"]} == kept
    assert len(after["data"]) == 1, "the kept steps are made from it"
    assert toy_run("--no-references").code == 0


def test_gc_keeps_the_young_and_the_running(toy_run, bench, home, tmp_path):
    assert toy_run("--no-references", "--results", "elsewhere").code == 0
    assert toy_run("--no-references", "--seed", "1").code == 0
    assert bench("store", "gc").out.startswith("0 items"), "all was made today"
    age(home, 30)
    store = Store(home)
    score = next(
        k for k in store.step_keys() if store.spec(k).kind == "score"
        and store.spec(k).title.endswith("a2b seed 0")
    )  # fmt: skip
    (store.step_folder(score) / "done.json").unlink()
    with store.lock(store.step_folder(score)):
        assert bench("store", "gc", "--yes").code == 0
        assert score in store.step_keys()
        assert all(k in store.step_keys() for k in store.spec(score).inputs.values())
    assert len(store.step_keys()) < 2 * 7


def test_gc_without_any_record_removes_nothing(toy_run, bench, home, tmp_path):
    assert toy_run("--no-references", "--results", "elsewhere").code == 0
    (tmp_path / "results").mkdir()
    ran = bench("store", "gc", "--yes", "--days", "0")
    assert ran.code == 2
    assert "no record below results" in ran.err
    assert listed(bench)["steps"]


@pytest.mark.parametrize(
    ("pattern", "kind"), [("weights.safetensors", "isp"), ("images/*.raw.npy", "map"),
                          ("measures.json", "score"), ("done.json", "mapper")],
)  # fmt: skip
def test_verify_finds_damage_and_the_run_repairs_it(toy_run, bench, home, pattern, kind):
    assert toy_run("--no-references").code == 0
    assert bench("store", "verify").code == 0
    store = Store(home)
    key = next(k for k in store.step_keys() if store.spec(k).kind == kind)
    file = next(store.step_folder(key).glob(pattern))
    good = file.read_bytes()
    file.write_bytes(bytes([good[0] ^ 1]) + good[1:])
    ran = bench("store", "verify")
    assert ran.code == 1
    assert f"damaged: {store.spec(key).title}" in ran.out
    assert str(file) in ran.out
    assert not store.is_done(key)
    assert toy_run("--no-references").code == 0
    assert bench("store", "verify").code == 0
    assert file.name == "done.json" or file.read_bytes() == good


def test_damaged_data_is_made_again(toy_run, bench, home):
    assert toy_run("--no-references").code == 0
    (data,) = (home / "data").iterdir()
    Store(home).seal(data)
    file = data / "train-a" / "a" / "000002.raw.npy"
    good = file.read_bytes()
    file.write_bytes(good[:-1])
    ran = bench("store", "verify")
    assert ran.code == 1
    assert str(file) in ran.out
    assert toy_run("--no-references", "--seed", "1").code == 0
    assert file.read_bytes() == good
