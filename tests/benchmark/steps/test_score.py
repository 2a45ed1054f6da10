"""Scoring developed pictures: the sets' distances, their names, and the pictures."""

import importlib.util
import re

import numpy as np
import pytest
from PIL import Image
from skimage.metrics import peak_signal_noise_ratio

from benchmark.data.images import ImageSet
from benchmark.metrics.frechet import frechet_distance
from benchmark.metrics.kid import kernel_distance
from benchmark.metrics.kl import kl_divergence
from benchmark.metrics.lpips import LPIPS
from benchmark.metrics.random_vgg import RandomVGG
from tests.benchmark.conftest import records
from tests.conftest import TOY

RANDOM = {"fd_random_vgg", "kd_random_vgg"}


@pytest.fixture
def weights(tmp_path, monkeypatch):
    """Stands in for the Inception network: a file that is found, and eight features per picture."""
    from benchmark.metrics.fid_weights import FidWeights, WeightSearch
    from benchmark.metrics.inception import ExtractorFacts
    from benchmark.running import session
    from benchmark.steps import score as scoring

    found = FidWeights(tmp_path / "mine.pth", "01234567" * 8)

    class Extractor:
        def __init__(self, weights, device):
            self.facts = ExtractorFacts(weights.name, weights.sha256, 6, 16, str(device))

        def features(self, images, resize):
            scale = {"pytorch-fid": 1.0, "clean-fid": 2.0}[resize]
            rows = [np.r_[i.mean((1, 2)), i.std((1, 2))] for i in images]
            return scale * np.array(rows, np.float64)

    monkeypatch.setattr(session, "search_weights", lambda *_: WeightSearch(found, ""))
    monkeypatch.setattr(scoring, "find_weights", lambda *_: found)
    monkeypatch.setattr(scoring, "FeatureExtractor", Extractor)
    return found


def test_with_weights_every_cell_has_its_distances_under_their_own_name(toy_run, weights, tmp_path):
    ran = toy_run()
    assert ran.code == 0, ran.err
    found = records(tmp_path / "results" / "toy-smoke")
    for record in found.values():
        assert set(record["sets"]) == {"fid", "kid", "fid_clean", "kid_clean", *RANDOM}
        assert record["extractor"]["weights_sha256"] == weights.sha256
        assert len(record["sets"]["fid"]["leave_one_out"]) == record["n"]
        four = record["sets"]["fid_clean"]["value"] / record["sets"]["fid"]["value"]
        assert four == pytest.approx(4.0)
    assert "FD (mine.pth, sha256 01234567)" in ran.out
    assert "FID" not in ran.out


def test_the_mode_is_chosen_when_tables_are_made(toy_run, bench, weights, tmp_path):
    ran = toy_run("--fid-mode", "fid", "--no-references")
    assert "as in pytorch-fid (fid)." in ran.out
    scored = (tmp_path / "home" / "steps").glob("*/measures.json")
    times = {file: file.stat().st_mtime_ns for file in scored}
    again = toy_run("--no-references")  # by default as the paper
    assert "as in clean-fid (fid_clean)." in again.out
    assert times and {file: file.stat().st_mtime_ns for file in times} == times
    for mode, package in (("fid", "pytorch-fid"), ("fid_clean", "clean-fid")):
        table = bench("table", tmp_path / "results" / "toy-smoke", "--fid-mode", mode)
        assert f"as in {package} ({mode})." in table.out
    file = tmp_path / "run.yaml"
    file.write_text("fid_mode: other")
    refused = toy_run("--config", str(file))
    assert refused.code == 2 and "fid_mode" in refused.err


def test_without_weights_there_is_a_distance_over_random_features(toy_run, tmp_path):
    ran = toy_run()
    assert ran.code == 0, ran.err
    for record in records(tmp_path / "results" / "toy-smoke").values():
        assert set(record["sets"]) == RANDOM
        assert all(len(s["leave_one_out"]) == record["n"] for s in record["sets"].values())
    assert "FD (random VGG-16)↓" in ran.out
    assert "no weights" not in ran.out


def test_weights_that_come_later_score_again_and_train_nothing(toy_run, tmp_path, request):
    assert toy_run().code == 0
    trained = {
        file: file.stat().st_mtime_ns
        for file in (tmp_path / "home" / "steps").glob("*/weights.safetensors")
    }
    request.getfixturevalue("weights")
    ran = toy_run()
    assert ran.code == 0, ran.err
    assert "no weights" not in ran.out
    assert {f: f.stat().st_mtime_ns for f in trained} == trained


def test_a_score_that_was_planned_with_weights_is_not_made_without(
    toy_run, bench, tmp_path, request
):
    assert toy_run("--no-references").code == 0
    request.getfixturevalue("weights")
    planned = toy_run("--no-references", "--print-commands")
    keys = re.findall(r"\b[0-9a-f]{20}\b", planned.out)
    assert len(keys) == 2, "the scores in both directions"
    ran = bench("step", *keys, "--plugin", TOY)  # finds no weights
    assert ran.code == 1
    assert ran.err.count("SHA-256 begins 012345670123") == 2 and "--fid-weights" in ran.err
    assert not any((tmp_path / "home" / "steps" / key / "done.json").exists() for key in keys)


def test_saved_images_give_the_recorded_kl_and_distances(toy_run, tmp_path):
    assert toy_run("--save-images", "--no-references", "--direction", "a2b").code == 0
    (record,) = records(tmp_path / "results" / "toy-smoke").values()
    folder = tmp_path / "home" / "steps" / record["score"]
    developed, truth = (
        [
            np.asarray(Image.open(folder / kind / f"{n}.png")).transpose(2, 0, 1)
            for n in record["ids"]
        ]
        for kind in ("developed", "truth")
    )
    assert list(map(kl_divergence, developed, truth)) == record["per_image"]["kl"]
    features = [RandomVGG().features(pictures) for pictures in (developed, truth)]
    for key, distance in (("fd_random_vgg", frechet_distance), ("kd_random_vgg", kernel_distance)):
        assert record["sets"][key]["value"] == pytest.approx(distance(*features), rel=1e-4)


def test_where_the_truth_is_known_developed_pictures_are_compared_pixel_by_pixel(toy_run, tmp_path):
    data = "simulated:size=32,unpaired=3,anchors=0,aligned=0,scenes=3"
    ran = toy_run("--data", data, "--save-images", "--references", "--results", str(tmp_path / "r"))
    assert ran.code == 0, ran.err
    (data_folder,) = (tmp_path / "home" / "data").iterdir()
    (run,) = (tmp_path / "r").iterdir()
    found = records(run)
    assert {protocol for protocol, _, _ in found} >= {"adaptation", "floor", "ceiling"}
    for (protocol, _, direction), record in found.items():
        reference = direction[0]
        place = "scenes" if protocol == "ceiling" else "renderings"
        truth = ImageSet(data_folder / place / reference)
        for i, name in enumerate(record["ids"]):
            folder = tmp_path / "home" / "steps" / record["score"] / "developed"
            developed = np.asarray(Image.open(folder / f"{name}.png"), np.float32) / 255
            wanted = truth.srgb(i).transpose(1, 2, 0) / np.float32(255)
            psnr = peak_signal_noise_ratio(wanted, developed, data_range=1)
            assert record["per_image"]["psnr"][i] == pytest.approx(psnr, abs=1e-3)
            assert 0 < record["per_image"]["ssim"][i] < 1 < record["per_image"]["ciede2000"][i]
    assert "ΔE00↓" in (run / "table5-by-isp.md").read_text()
    assert "ΔE00" not in (run / "table5.md").read_text()


def test_lpips_is_measured_where_the_truth_is_known_and_verified_where_weights_are(
    toy_run, bench, alexnet_file, tmp_path
):
    data = "simulated:size=32,unpaired=3,anchors=0,aligned=0,scenes=3"
    ran = toy_run("--data", data, "--no-references", "--save-images", "--results", "r",
                  "--lpips-weights", str(alexnet_file))  # fmt: skip
    assert ran.code == 0, ran.err
    (data_folder,) = (tmp_path / "home" / "data").iterdir()
    (run,) = (tmp_path / "r").iterdir()
    distance = LPIPS(alexnet_file)
    for (_, _, direction), record in records(run).items():
        truth = ImageSet(data_folder / "renderings" / direction[0])
        folder = tmp_path / "home" / "steps" / record["score"] / "developed"
        for i, name in enumerate(record["ids"]):
            developed = np.asarray(Image.open(folder / f"{name}.png")).transpose(2, 0, 1)
            wanted = distance(developed / np.float32(255), truth.srgb(i) / np.float32(255))
            assert record["per_image"]["lpips"][i] == pytest.approx(wanted, rel=1e-5)
            assert wanted > 0
    assert "LPIPS↓" in (run / "table5-by-isp.md").read_text()
    assert bench("export", run, "bundle.zip").code == 0
    for given, compared in ((("--lpips-weights", alexnet_file), True), ((), False)):
        verified = bench("verify", "bundle.zip", "--plugin", TOY, *given)
        assert verified.code == 0, verified.out
        assert ("lpips" in verified.out) == compared


def test_lpips_needs_torchmetrics_and_says_so_before_any_work(toy_run, tmp_path, monkeypatch):
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util,
        "find_spec",
        lambda name: None if name == "torchmetrics" else find_spec(name),
    )
    ran = toy_run("--lpips-weights", "alexnet.pth")
    assert ran.code == 2 and "pip install 'isp-bench[lpips]'" in ran.err
    assert not list((tmp_path / "home").glob("steps/*"))


def test_steps_in_other_processes_are_given_the_weights(toy_run, alexnet_file):
    ran = toy_run("--print-commands", "--no-references", "--lpips-weights", str(alexnet_file))
    commands = [line for line in ran.out.splitlines() if " step " in line]
    assert commands and all(f"--lpips-weights {alexnet_file}" in line for line in commands)


def test_the_truth_is_the_reference_cameras_picture_of_the_same_scene(toy_run, tmp_path):
    assert toy_run("--save-images", "--no-references").code == 0
    (data,) = (tmp_path / "home" / "data").iterdir()
    for (_, _, direction), record in records(tmp_path / "results" / "toy-smoke").items():
        folder = tmp_path / "home" / "steps" / record["score"]
        truth = ImageSet(data / "scenes" / direction[0])
        for i, image in enumerate(truth):
            saved = Image.open(folder / "truth" / f"{image.id}.png")
            assert np.array_equal(np.asarray(saved).transpose(2, 0, 1), truth.srgb(i))


def test_comparison_pictures_are_written(toy_run, tmp_path):
    assert toy_run().code == 0
    for direction in ("a2b", "b2a"):
        file = tmp_path / "results" / "toy-smoke" / f"comparison-adaptation-toy-isp-{direction}.png"
        with Image.open(file) as sheet:
            assert sheet.width > 5 * 64  # floor, two mappers, ceiling, truth


def test_nothing_is_written_into_a_users_prepared_data(toy_run, bench, weights, tmp_path):
    """Features of the truths are in the store, once for all cells; the data may be read-only."""
    from tests.benchmark.data.raw2raw.download import scenes, write_dng_download

    download = write_dng_download(tmp_path / "download", scenes(tmp_path / "scenes"))
    prepared = tmp_path / "prepared"
    assert bench("data", "prepare", "raw2raw", download, prepared).code == 0
    before = {path: path.stat().st_mtime_ns for path in prepared.rglob("*")}
    for path in (*before, prepared):
        path.chmod(path.stat().st_mode & ~0o222)
    ran = toy_run("--data", f"raw2raw:{prepared}", "--no-references", "--mapper", "identity")
    assert ran.code == 0, ran.err
    assert {path: path.stat().st_mtime_ns for path in prepared.rglob("*")} == before
    features = sorted((tmp_path / "home" / "data").glob("raw2raw-*/features-*.npy"))
    assert [f.name.rsplit("-", 1)[0] for f in features] == [
        f"features-scenes-{camera}" for camera in "aaabbb"
    ]
    times = [f.stat().st_mtime_ns for f in features]
    again = toy_run(
        "--data", f"raw2raw:{prepared}", "--mapper", "identity", "toy-mapper", "--no-references"
    )
    assert again.code == 0, again.err
    assert [f.stat().st_mtime_ns for f in features] == times, "they are measured once"
