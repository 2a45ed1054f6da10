"""Tables 1 to 4 through the command line, each with one command."""

import json

import numpy as np
import pytest
import torch

from benchmark.cameras import CAMERAS
from benchmark.data.images import ImageRecord, ImageSet, ImageWriter
from benchmark.progress import Progress
from benchmark.steps.score import Scoring
from benchmark.store.step import MEASURES
from tests.benchmark.conftest import records


def test_table_1_has_its_references_in_order(toy_run, tmp_path):
    ran = toy_run("--protocol", "raw-to-raw", "--mapper", "global-gain", "toy-mapper")
    assert ran.code == 0, ran.err
    folder = tmp_path / "results" / "toy-smoke"
    found = records(folder)
    for direction in ("a2b", "b2a"):
        psnr = {
            name: np.mean(found[name, mapper, direction]["per_image"]["psnr"])
            for name, mapper in (
                ("unmapped", "none"), ("raw-to-raw", "global-gain"), ("oracle-gain", "none"),
                ("oracle-least-squares", "none"),
            )
        }  # fmt: skip
        # Camera B is A times known gains, so every family holds the truth, up to quantisation.
        assert psnr["unmapped"] + 20 < psnr["raw-to-raw"]
        assert psnr["raw-to-raw"] <= psnr["oracle-gain"] + 1e-2
        assert psnr["oracle-gain"] <= psnr["oracle-least-squares"] + 1e-3
        assert set(found["oracle-gain", "none", direction]["per_image"]) == {
            "psnr", "ssim", "mae", "angular", "kl",
        }  # fmt: skip
    text = (folder / "table1.md").read_text()
    lines = (
        "Identity",
        "best gains",
        "least squares",
        "Non-learning",
        "global-gain",
        "Unsupervised",
    )
    assert sorted(lines, key=text.index) == list(lines)
    for suffix in ("tex", "csv", "html"):
        assert (folder / f"table1.{suffix}").is_file()
    assert "comparison pictures" in ran.out
    report = (folder / "report.html").read_text()
    assert report.count("data:image/jpeg;base64,") >= 2 * len(found)
    assert "<svg" in report, "the curve of toy-mapper"


def test_the_report_is_made_again_from_the_store(toy_run, bench, tmp_path):
    assert toy_run("--protocol", "raw-to-raw", "--no-references").code == 0
    folder = tmp_path / "results" / "toy-smoke"
    first = (folder / "report.html").read_text()
    assert bench("table", folder).code == 0
    assert (folder / "report.html").read_text() == first
    assert bench("table", folder, "--store", tmp_path / "elsewhere").code == 0
    assert "There are no raws and truths here" not in first
    assert "There are no raws and truths here" in (folder / "report.html").read_text()


def test_table_4_sweeps_at_test_time(bench, tmp_path):
    ran = bench(
        "run", "--preset", "smoke", "--data", "simulated:aligned=1,scenes=0", "--protocol",
        "raw-to-raw", "--mapper", "cstpp", "--sweep", "mapper.downsample=1,2", "--no-references",
        "--direction", "a2b",
    )  # fmt: skip
    assert ran.code == 0, ran.err
    assert "cstpp, one training" in ran.out
    folder = tmp_path / "results" / "simulated-smoke"
    files = sorted((folder / "records").glob("*.json"))
    assert [f.name.split("__")[1] for f in files] == ["cstpp-downsample=1", "cstpp-downsample=2"]
    one, two = (json.loads(f.read_text()) for f in files)
    assert one["per_image"]["psnr"] != two["per_image"]["psnr"]
    mappers = [[k for k, s in r["steps"].items() if s["kind"] == "mapper"] for r in (one, two)]
    assert mappers[0] == mappers[1]


@pytest.mark.parametrize("aligned", [1, 0])
def test_table_2_compares_charts(bench, tmp_path, aligned):
    ran = bench(
        "run", "--preset", "smoke", "--protocol", "raw-to-raw", "--mapper", "global3x3",
        "--data", f"simulated-multi:aligned={aligned},scenes=2,anchors=2",
    )  # fmt: skip
    assert ran.code == 0, ran.err
    folder = tmp_path / "results" / "simulated-multi-smoke"
    assert (folder / "table1.md").is_file() == bool(aligned)
    assert (folder / "table2.md").read_text().index("Nikon D200→") > 0
    found = records(folder)
    pixels = {"psnr", "ssim", "mae", "angular"} if aligned else set()
    metrics = set(found["raw-to-raw", "global3x3", "a2b"]["per_image"])
    assert metrics == {"chart_mae", "kl"} | pixels
    for direction in ("a2b", "b2a"):
        error = {
            protocol: np.mean(found[protocol, "none", direction]["per_image"]["chart_mae"])
            for protocol in ("unmapped", "oracle-gain", "oracle-least-squares")
        }
        assert error["oracle-least-squares"] < error["unmapped"]
        assert error["oracle-gain"] < error["unmapped"]


def test_the_camera_that_took_a_pair_reaches_the_measures(tmp_path):
    rng = np.random.default_rng(0)
    sets: list[ImageSet] = []
    for camera in CAMERAS:
        writer = ImageWriter(tmp_path / camera)
        for i, taken_by in enumerate(CAMERAS):
            record = ImageRecord(f"p{i}", 32, 32, 1000, taken_by=taken_by)
            writer.write(i, record, rng.integers(0, 1000, (4, 32, 32)).astype(np.uint16))
        sets.append(writer.close())
    raws, truth = sets
    with Progress() as progress:
        Scoring(
            raws, truth, isp=None, folder=tmp_path, features=tmp_path / "features",
            device=torch.device("cpu"), progress=progress, title="score",
        ).run()  # fmt: skip
    assert json.loads((tmp_path / MEASURES).read_text())["born"] == ["a", "b"]


@pytest.mark.parametrize(
    ("sweep", "word"),
    [("mapper.stepz=1,2", "steps"), ("steps=1", "mapper.KEY"), ("mapper.steps=1,,2", "VALUE")],
)
def test_a_wrong_sweep_says_what_is_right(toy_run, sweep, word):
    ran = toy_run("--sweep", sweep)
    assert ran.code == 2
    assert word in ran.err
    assert "Traceback" not in ran.err
