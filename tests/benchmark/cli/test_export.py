"""`isp-bench export` and `isp-bench verify`: a run can be scored again elsewhere."""

import json
import shutil
import subprocess
import sys
import zipfile

import pytest
from safetensors.torch import load_file, save

from benchmark.files import sha256_of
from tests.benchmark.bundles import rewrite
from tests.benchmark.specs import score
from tests.conftest import TOY

RUN = "results/toy-smoke"


def verify(bench, *arguments):
    return bench("verify", "bundle.zip", "--plugin", TOY, "--device", "cpu", *arguments)


@pytest.fixture
def bundle(toy_run, bench, tmp_path):
    """The bundle of a small run whose store is gone."""
    assert toy_run("--protocol", "adaptation", "augmentation").code == 0
    ran = bench("export", RUN, "bundle.zip")
    assert ran.code == 0, ran.err
    shutil.rmtree(tmp_path / "home")
    return tmp_path / "bundle.zip"


def test_a_bundle_holds_what_is_needed_and_scores_the_same(bundle, bench, tmp_path):
    with zipfile.ZipFile(bundle) as archive:
        names = archive.namelist()
        manifest = json.loads(archive.read("manifest.json"))
        packages = archive.read("packages.txt").decode()
    assert "torch==" in packages
    assert manifest["environment"]["packages"]["torch"]
    assert sum(n.endswith("weights.safetensors") for n in names) == sum(
        1 for k in manifest["steps"] if f"steps/{k}/weights.safetensors" in names
    ) > 0  # fmt: skip
    assert not any(n.endswith((".npy", ".png", ".pt")) for n in names)
    ran = verify(bench, "--tolerance", "0")
    assert ran.code == 0, ran.out
    assert "differs" not in ran.out
    assert "12 of 12 cells score as recorded" in ran.out
    left = {f.name for f in (tmp_path / "home").iterdir()}
    assert left == {"data"}, "only prepared data stays"


def test_without_weights_those_of_the_store_are_used(toy_run, bench, tmp_path):
    assert toy_run("--no-references").code == 0
    assert bench("export", RUN, "bundle.zip", "--no-weights").code == 0
    with zipfile.ZipFile("bundle.zip") as archive:
        assert not any(n.endswith(".safetensors") for n in archive.namelist())
    assert verify(bench).code == 0
    shutil.rmtree(tmp_path / "home")
    ran = verify(bench)
    assert ran.code == 1
    assert "neither in the bundle nor in the store" in ran.out


def test_a_polished_record_is_found_out(bundle, bench):
    def polish(files):
        name = next(n for n in files if n.startswith("records/adaptation__toy-mapper"))
        record = json.loads(files[name])
        record["per_image"]["kl"] = [0.9 * value for value in record["per_image"]["kl"]]
        return {**files, name: json.dumps(record).encode()}

    rewrite(bundle, polish)
    ran = verify(bench)
    assert ran.code == 1
    assert ran.out.count("differs") == 1
    assert "kl: recorded mean" in ran.out
    assert "4 of 4 pictures differ" in ran.out
    found = json.loads(verify(bench, "--json").out)
    assert sum(bool(v["differences"]) for v in found) == 1
    assert verify(bench, "--tolerance", "0.5").code == 0


def test_other_weights_are_found_out(bundle, bench, tmp_path):
    def swap(files):
        changed = {}
        for name, content in files.items():
            if name.endswith("weights.safetensors") and len(content) > 200:
                (tmp_path / "w").write_bytes(content)
                tensors = {k: v * 1.5 for k, v in load_file(tmp_path / "w").items()}
                changed[name] = save(tensors)
        return {**files, **changed}

    rewrite(bundle, swap)
    ran = verify(bench)
    assert ran.code == 1
    assert "are not those that were recorded" in ran.out


def test_a_config_that_is_not_what_its_key_says(bundle, bench):
    def edit(files):
        name = next(n for n in files if n.endswith("spec.json") and b'"a2b"' in files[n])
        return {**files, name: files[name].replace(b'"a2b"', b'"b2a"')}

    rewrite(bundle, edit)
    ran = verify(bench)
    assert ran.code == 2
    assert "is not what its key says" in ran.err


def test_keys_that_are_paths_are_refused(bundle, bench):
    def escape(files):
        spec = score(raw="../../../etc")
        text = json.dumps(spec.as_json())
        return {**files, f"steps/{spec.key}/spec.json": text.encode()}

    rewrite(bundle, escape)
    ran = verify(bench)
    assert ran.code == 2
    assert "is not what its key says" in ran.err


def test_pickles_are_refused_and_never_read(bundle, bench):
    import pickle

    evil = pickle.dumps(print)
    rewrite(bundle, lambda files: {**files, "steps/" + "0" * 20 + "/checkpoint.pt": evil})
    ran = verify(bench)
    assert ran.code == 2
    assert "does not belong in such a file" in ran.err


def test_a_pickle_in_place_of_weights_is_not_a_result(bundle, bench):
    import pickle

    class Bomb:
        def __reduce__(self):
            return (pytest.fail, ("the pickle was executed",))

    def plant(files):
        from hashlib import sha256

        bomb = pickle.dumps(Bomb())
        changed: dict[str, bytes] = {}
        for name in files:
            if name.endswith("weights.safetensors"):
                done = name.replace("weights.safetensors", "done.json")
                content = json.loads(files[done])
                content["sha256"]["weights.safetensors"] = sha256(bomb).hexdigest()
                changed |= {name: bomb, done: json.dumps(content).encode()}
        return {**files, **changed}

    rewrite(bundle, plant)
    ran = verify(bench)
    assert ran.code == 1
    assert "could not be scored" in ran.out
    assert "differs" not in ran.out


def test_other_data_is_reported(bundle, bench):
    def change(files):
        moved = {}
        for name, content in files.items():
            if name.endswith("spec.json"):
                spec = json.loads(content)
                spec["data"]["config"]["size"] = 40  # the config is not hashed, the fingerprint is
                content = json.dumps(spec).encode()
            moved[name] = content
        return moved

    rewrite(bundle, change)
    ran = verify(bench)
    assert ran.code == 1
    assert "the data set 'toy' is not the same here" in ran.out


def test_a_plug_in_is_bundled_and_shown_and_run_only_when_named(bundle, bench, tmp_path):
    """The toy methods, and the toy data, are a plug-in. Another process has not loaded it."""
    name = f"toy-{sha256_of(TOY)[:8]}.py"
    with zipfile.ZipFile(bundle) as archive:
        assert archive.read(f"plugins/{name}") == TOY.read_bytes()
        (tmp_path / "mine.py").write_bytes(archive.read(f"plugins/{name}"))

    def apart(*options):
        command = [
            sys.executable,
            "-P",
            "-m",
            "benchmark.cli.main",
            "verify",
            "bundle.zip",
            "--json",
        ]
        ran = subprocess.run(
            [*command, "--device", "cpu", *options], capture_output=True, text=True, check=False
        )
        assert ran.stdout, ran.stderr
        return {v["verdict"] for v in json.loads(ran.stdout)}, ran

    verdicts, ran = apart()
    assert verdicts == {"could not be scored"}
    assert ran.returncode == 1
    assert "It is not run." in ran.stderr
    shown = [line.strip() for line in ran.stderr.splitlines()]
    assert 'raise RuntimeError("this mapper is broken on purpose")' in shown
    assert f"--plugin {name}" in ran.stderr
    assert "name it with --plugin" in ran.stdout
    for own in (name, "mine.py"):
        verdicts, ran = apart("--plugin", own)
        assert (verdicts, ran.returncode) == ({"same"}, 0), ran.stderr
        assert "It is not run." not in ran.stderr
    (tmp_path / "other.py").write_bytes(TOY.read_bytes() + b"# another version\n")
    verdicts, ran = apart("--plugin", "other.py")
    assert verdicts == {"could not be scored"}
    assert "made with another source" in ran.stdout


def test_text_from_a_bundle_cannot_steer_the_terminal(bundle, bench):
    def plant(files):
        return {**files, "plugins/evil.py": b"print()  # \x1b[2J\x07\n"}

    rewrite(bundle, plant)
    ran = verify(bench)
    assert "evil.py" in ran.err
    assert not {"\x1b", "\x07"} & set(ran.err)


def test_damage_and_wrong_files_are_reported(bundle, bench, tmp_path):
    with zipfile.ZipFile(bundle, "a") as archive:
        archive.writestr("records/more.json", "{}")
    ran = verify(bench)
    assert ran.code == 2
    assert "records/more.json is missing, or not in its manifest" in ran.err
    bundle.write_text("no zip")
    assert "not a readable zip file" in verify(bench).err
    bundle.unlink()
    assert "There is no file bundle.zip" in verify(bench).err
    with zipfile.ZipFile(bundle, "w") as archive:
        archive.writestr("manifest.json", "[" * 100_000)
    assert "is not a bundle" in verify(bench).err


def test_export_says_what_is_in_the_way(toy_run, bench, tmp_path):
    assert toy_run("--no-references").code == 0
    assert "holds no records" in bench("export", "results", "bundle.zip").err
    (tmp_path / "bundle.zip").write_text("mine")
    assert "bundle.zip exists" in bench("export", RUN, "bundle.zip").err
    assert "no folder" in bench("export", RUN, "none/bundle.zip").err
    weights = next((tmp_path / "home").glob("steps/*/weights.safetensors"))
    weights.write_bytes(b"broken")
    assert "is damaged" in bench("export", RUN, "other.zip").err
    assert "no longer done in the store" in bench("export", RUN, "other.zip").err
    assert not list(tmp_path.glob(".other*"))
