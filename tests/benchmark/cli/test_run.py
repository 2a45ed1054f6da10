"""The main verb, from end to end, on the toy methods."""

import json

import pytest

from benchmark.records.record import read_records
from tests.benchmark.conftest import records


def test_run_scores_both_directions_with_references(toy_run, tmp_path):
    ran = toy_run()
    assert ran.code == 0, ran.err
    found = records(tmp_path / "results" / "toy-smoke")
    assert {(p, m) for p, m, _ in found} == {
        ("adaptation", "toy-mapper"), ("adaptation", "global3x3"), ("floor", "none"),
        ("ceiling", "none"),
    }  # fmt: skip
    assert {d for *_, d in found} == {"a2b", "b2a"}
    assert "Right→Left KL↓" in ran.out
    for suffix in ("md", "tex", "csv"):
        assert (tmp_path / "results" / "toy-smoke" / f"table5.{suffix}").is_file()


def test_adaptation_tests_the_isp_of_a_on_mapped_raw_of_b(toy_run, tmp_path):
    """With B = A times known gains, undoing them exactly must reach the ceiling's score."""
    ran = toy_run("--mapper", "global-gain")
    assert ran.code == 0, ran.err
    found = records(tmp_path / "results" / "toy-smoke")
    for direction in ("a2b", "b2a"):
        mapped = found["adaptation", "global-gain", direction]["per_image"]["kl"]
        ceiling = found["ceiling", "none", direction]["per_image"]["kl"]
        floor = found["floor", "none", direction]["per_image"]["kl"]
        assert mapped == pytest.approx(ceiling, rel=0.2, abs=0.2)
        assert sum(abs(m - c) for m, c in zip(mapped, ceiling, strict=True)) < sum(
            abs(f - c) for f, c in zip(floor, ceiling, strict=True)
        )


def test_nothing_is_trained_twice(toy_run, bench, tmp_path):
    assert toy_run().code == 0
    steps = sorted((tmp_path / "home" / "steps").iterdir())
    before = {s.name: (s / "done.json").stat().st_mtime_ns for s in steps}
    assert toy_run("--mapper", "toy-mapper", "identity").code == 0
    after = {s.name: (s / "done.json").stat().st_mtime_ns for s in steps}
    assert before == after


def test_augmentation_trains_the_isp_on_mapped_raw(toy_run, tmp_path):
    ran = toy_run("--protocol", "augmentation", "--mapper", "global-gain")
    assert ran.code == 0, ran.err
    record = records(tmp_path / "results" / "toy-smoke")["augmentation", "global-gain", "a2b"]
    kinds = sorted(step["kind"] for step in record["steps"].values())
    assert kinds == ["isp", "map", "mapper", "score"]
    (mapped,) = [s for s in record["steps"].values() if s["kind"] == "map"]
    assert (mapped["part"], mapped["camera"], mapped["direction"]) == ("train", "a", "a2b")


def test_an_isp_takes_the_weights_that_are_best_on_validation_pictures(toy_run, tmp_path):
    ran = toy_run(
        "--protocol", "augmentation", "--mapper", "global-gain", "--isp", "syenet",
        "--set", "isp.weights=best", "--no-references", "--direction", "a2b",
    )  # fmt: skip
    assert ran.code == 0, ran.err
    record = records(tmp_path / "results" / "toy-smoke")["augmentation", "global-gain", "a2b"]
    mapped = [step for step in record["steps"].values() if step["kind"] == "map"]
    assert {step["part"] for step in mapped} == {"train", "validation"}
    (key,) = (key for key, step in record["steps"].items() if step["kind"] == "isp")
    log = (tmp_path / "home" / "steps" / key / "log.jsonl").read_text().splitlines()
    looked = [line for line in map(json.loads, log) if "validation" in line]
    assert looked and {line["stage"] for line in looked} == {"main"}


def test_best_weights_need_pictures_set_aside(bench):
    request = ("run", "--preset", "smoke", "--isp", "syenet", "--set", "isp.weights=best")
    ran = bench(*request)
    assert ran.code == 2
    assert "none set aside. Ask for some: --data simulated:validation=10." in ran.err
    dry = bench("plan", *request[1:], "--data", "simulated:validation=1")
    assert dry.code == 0, dry.err


def test_raw_to_raw_compares_aligned_pairs(toy_run, tmp_path):
    ran = toy_run("--protocol", "raw-to-raw", "--mapper", "global-gain", "identity")
    assert ran.code == 0, ran.err
    found = records(tmp_path / "results" / "toy-smoke")
    gain = found["raw-to-raw", "global-gain", "a2b"]["per_image"]["psnr"]
    identity = found["raw-to-raw", "identity", "a2b"]["per_image"]["psnr"]
    assert min(gain) > max(identity) + 20
    assert (tmp_path / "results" / "toy-smoke" / "table1.md").is_file()


def test_several_seeds_show_their_spread(toy_run):
    ran = toy_run("--seed", "0", "1", "--no-references")
    assert ran.code == 0, ran.err
    assert "±" in ran.out
    assert "2 seeds" in ran.out


def test_a_failing_mapper_stops_nothing_else(toy_run, tmp_path):
    ran = toy_run("--mapper", "toy-broken", "toy-mapper")
    assert ran.code == 1
    assert "not run because of it" in ran.err
    found = records(tmp_path / "results" / "toy-smoke")
    assert ("adaptation", "toy-mapper", "a2b") in found
    assert ("adaptation", "toy-broken", "a2b") not in found


def test_a_failure_is_reported_once_and_its_traceback_is_named(toy_run, tmp_path):
    ran = toy_run("--mapper", "toy-broken", "--direction", "a2b", "--no-references")
    assert ran.err.count("broken on purpose") == 1
    assert "Failed steps: 1" in ran.err
    (file,) = (tmp_path / "home").glob("steps/*/failure.json")
    assert f"traceback: {file}" in ran.err
    assert "in map" in json.loads(file.read_text())["traceback"]


def test_a_nan_loss_stops_the_training_with_a_clear_error(toy_run, tmp_path):
    ran = toy_run("--mapper", "toy-mapper", "--set", "mapper.explode_at=2")
    assert ran.code == 1
    assert "loss 'loss' is nan" in ran.err
    weights = list((tmp_path / "home" / "steps").glob("*/weights.safetensors"))
    assert all("toy-mapper" not in (w.parent / "spec.json").read_text() for w in weights)


def test_a_run_file_and_the_command_line_over_it(bench, toy_run, tmp_path):
    (tmp_path / "run.yaml").write_text(
        "data: toy\nisp: toy-isp\nmapper: [toy-mapper]\ndirection: a2b\nseed: 3\n"
        "set: {mapper.steps: 2}\nno_such: 1\n"
    )
    ran = toy_run("--config", "run.yaml")
    assert ran.code == 2
    assert "no_such" in ran.err
    text = (tmp_path / "run.yaml").read_text().replace("no_such: 1\n", "")
    (tmp_path / "run.yaml").write_text(text)
    assert toy_run("--config", "run.yaml", "--seed", "5", "--no-references").code == 0
    (record,) = records(tmp_path / "results" / "toy-smoke").values()
    assert (record["seed"], record["direction"]) == (5, "a2b")
    (mapper,) = [s for s in record["steps"].values() if s["kind"] == "mapper"]
    assert mapper["steps"] == {"only": 2}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--mapper", "toy-maper"), ("Unknown mapper 'toy-maper'", "toy-mapper")),
        (("--isp", "toy_isp"), ("Unknown ISP", "toy-isp")),
        (("--protocol", "adaption"), ("Unknown protocol", "adaptation")),
        (("--preset", "quik"), ("Unknown preset", "quick")),
        (("--data", "simulatd"), ("Unknown data set", "simulated")),
        (("--set", "mapper.stepz=3"), ("mapper.stepz", "steps")),
        (("--set", "mapper.steps=many"), ("steps", "many")),
        (("--set", "steps=3"), ("mapper.KEY=VALUE",)),
        (("--data", "toy:sise=3"), ("sise", "size")),
        (("--data", "toy:anchors=false", "--mapper", "global3x3"), ("anchor pairs",)),
        (("--config", "none.yaml"), ("none.yaml",)),
        (("--plugin", "none.py"), ("none.py",)),
        (("--device", "cuda:99"), ("cuda:99",)),
        (("--fid-weights", "none.pth"), ("none.pth",)),
        (("--lpips-weights", "none.pth"), ("none.pth", "alexnet-owt-7be5be79.pth")),
    ],
)
def test_a_users_mistake_gets_one_paragraph_and_code_2(toy_run, tmp_path, arguments, words):
    ran = toy_run(*arguments)
    assert ran.code == 2
    assert all(word in ran.err for word in words), ran.err
    assert "Traceback" not in ran.err
    assert not list((tmp_path / "home").glob("steps/*")), "something was started"


def test_a_folder_without_write_permission(toy_run, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    ran = toy_run("--results", "file/results")
    assert ran.code == 2
    assert "cannot be written" in ran.err


def test_an_output_of_another_configuration_is_refused(toy_run, tmp_path):
    assert toy_run("--set", "mapper.steps=2").code == 0
    before = sorted((tmp_path / "results").rglob("*.json"))
    ran = toy_run("--set", "mapper.steps=4")
    assert ran.code == 2
    assert "another configuration" in ran.err
    assert "--name" in ran.err
    assert toy_run("--data", "toy:seed=7").code == 2
    assert sorted((tmp_path / "results").rglob("*.json")) == before
    assert toy_run("--set", "mapper.steps=4", "--name", "other").code == 0


def test_results_of_another_configuration_are_kept_or_replaced_on_request(toy_run, tmp_path):
    def steps_of_mapper():
        found = records(tmp_path / "results" / "toy-smoke")["adaptation", "toy-mapper", "a2b"]
        (mapper,) = [s for s in found["steps"].values() if s["kind"] == "mapper"]
        return mapper["steps"]["only"]

    only = ("--no-references", "--direction", "a2b")
    assert toy_run("--set", "mapper.steps=2", *only).code == 0
    changed = ("--set", "mapper.steps=4", *only)
    keep = (*changed, "--seed", "0", "1", "--overwrite", "only-missing")
    said = "1 cell is left out, for"
    assert said in toy_run(*keep, verb="plan").out
    ran = toy_run(*keep)
    assert ran.code == 0
    assert said in ran.err and "adaptation toy-mapper toy-isp a2b seed 0. --over" in ran.err
    files = sorted(f.name for f in (tmp_path / "results").rglob("records/*.json"))
    assert [("seed0" in f, "seed1" in f) for f in files] == [(True, False), (False, True)]
    for file in (tmp_path / "results").rglob("records/*seed1*.json"):
        file.unlink()
    assert steps_of_mapper() == 2
    assert toy_run(*changed, "--overwrite", "always").code == 0
    newest = read_records(tmp_path / "results" / "toy-smoke")
    (mapper,) = [s for s in newest[0].steps.values() if s["kind"] == "mapper"]
    assert len(newest) == 1
    assert mapper["steps"]["only"] == 4


def test_damaged_weights_are_noticed_and_made_again(toy_run, tmp_path):
    assert toy_run().code == 0
    (weights,) = [
        w for w in (tmp_path / "home" / "steps").glob("*/weights.safetensors")
        if "toy-mapper" in (w.parent / "spec.json").read_text()
    ]  # fmt: skip
    good = weights.read_bytes()
    weights.write_bytes(good[:-1] + bytes([good[-1] ^ 1]))
    for done in (tmp_path / "home" / "steps").glob("*/done.json"):
        if '"kind": "map"' in (done.parent / "spec.json").read_text():
            done.unlink()
    ran = toy_run()
    assert ran.code == 1
    assert "is damaged" in ran.err
    assert toy_run().code == 0
    assert weights.read_bytes() == good


def test_another_precision_is_another_training_and_named_under_the_table(toy_run):
    assert toy_run("--no-references").code == 0
    ran = toy_run("--no-references", "--precision", "bfloat16")
    assert ran.code == 2, "the folder holds results in float32"
    ran = toy_run("--no-references", "--precision", "bfloat16", "--name", "half")
    assert ran.code == 0, ran.err
    assert "Trained in bfloat16." in ran.out


def test_a_loss_left_out_is_named_under_the_table(toy_run):
    ran = toy_run(
        "--isp", "microisp", "--data", "simulated", "--no-references", "--mapper", "identity"
    )
    assert ran.code == 0, ran.err
    assert "Trained without the VGG-19 loss of the recipe: microisp." in ran.out


def test_running_out_of_memory_fails_one_cell(toy_run, tmp_path):
    ran = toy_run("--mapper", "toy-misfit", "identity", "--set", "mapper.misfit=fills")
    assert ran.code == 1
    assert "MemoryError" in ran.err
    assert ("adaptation", "identity", "a2b") in records(tmp_path / "results" / "toy-smoke")
