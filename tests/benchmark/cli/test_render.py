"""Developing one's own raw file with what a run has trained, through the command line."""

import numpy as np
import pytest
from PIL import Image

from tests.benchmark.data.files.dng import write_dng
from tests.conftest import TOY


@pytest.fixture
def trained(toy_run):
    assert toy_run("--mapper", "global-gain").code == 0


@pytest.fixture
def render(bench):
    def run(*arguments):
        return bench("render", *arguments, "--plugin", TOY)

    return run


@pytest.fixture
def photo(tmp_path):
    mosaic = np.random.default_rng(0).integers(528, 4096, (140, 101)).astype(np.uint16)
    return write_dng(tmp_path / "photo.dng", mosaic, black=528, orientation=6)


def pixels(path):
    return np.asarray(Image.open(path))


def test_a_camera_file_is_developed_whole_and_upright(trained, render, photo, tmp_path):
    ran = render(photo, "--isp", "toy-isp", "-o", tmp_path / "out.png")
    assert ran.code == 0, ran.err
    assert "train toy-isp for camera a seed 0, preset" in ran.err
    assert "odd last column" in ran.err
    assert pixels(tmp_path / "out.png").shape == (100, 140, 3), "turned by its orientation"


def test_camera_and_mapper_change_the_picture(trained, render, photo, tmp_path):
    shown = {}
    for name, options in {
        "a": (), "b": ("--camera", "b"), "mapped": ("--mapper", "global-gain")
    }.items():  # fmt: skip
        out = tmp_path / f"{name}.png"
        assert render(photo, "--isp", "toy-isp", "-o", out, *options).code == 0
        shown[name] = pixels(out).astype(float)
    assert all(np.abs(shown["a"] - shown[other]).mean() > 1 for other in ("b", "mapped"))


def test_of_several_the_newest_is_taken_and_the_others_named(toy_run, render, photo, tmp_path):
    for seed in ("0", "1"):
        assert toy_run("--mapper", "global-gain", "--seed", seed, "--no-references").code == 0
    ran = render(photo, "--isp", "toy-isp", "--mapper", "global-gain", "-o", tmp_path / "x.png")
    assert "for camera a seed 1" in ran.err
    assert "newest of 2" in ran.err
    assert "fit global-gain seed 1" in ran.err, "the mapper of the same seed"
    key = ran.err.split("--isp KEY: ")[1][:20]
    by_key = render(photo, "--isp", key[:8], "-o", tmp_path / "key.png")
    by_seed = render(photo, "--isp", "toy-isp", "--seed", "0", "-o", tmp_path / "seed.png")
    assert by_key.code == by_seed.code == 0
    assert np.array_equal(pixels(tmp_path / "key.png"), pixels(tmp_path / "seed.png"))
    assert "newest" not in by_key.err + by_seed.err


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--isp", "toy-isp", "--seed", "7"), "run --isp toy-isp --direction a2b --seed 7"),
        (("--isp", "toy-isp", "--preset", "paper"), "--preset paper"),
        (("--isp", "toy-isp", "--data", "toy:size=64"), "--data toy:size=64"),
        (("--isp", "toy-impatient", "--camera", "b"), "--isp toy-impatient --direction b2a"),
        (("--isp", "toy-isp", "--mapper", "toy-mapper"), "--isp toy-isp --mapper toy-mapper"),
        (("--isp", "abcdef"), "no trained ISPs with the key abcdef"),
        (("--isp", "toy-ips"), "Did you mean 'toy-isp'?"),
        (("--isp", "toy-isp", "-o", "x.gif"), "must end in"),
        (("--isp", "toy-isp", "-o", "nowhere/x.png"), "no folder"),
        (("--isp", "toy-isp", "-o", "n" * 252 + ".png"), "File name too long"),
        (("--isp", "toy-isp", "-o", "."), "must end in"),
    ],
)
def test_what_cannot_be_done_says_what_can(trained, render, photo, options, says):
    ran = render(photo, "-o", "x.png", *options)
    assert ran.code == 2, ran.err
    assert says in ran.err
    assert "Traceback" not in ran.err


def test_an_empty_store_names_the_run(render, photo):
    ran = render(photo, "--isp", "toy-isp", "-o", "x.png")
    assert ran.code == 2
    assert "isp-bench run --isp toy-isp --direction a2b" in ran.err


def test_an_isp_for_mapped_raw_is_taken_by_its_key_alone(toy_run, render, photo, tmp_path):
    toy_run("--mapper", "global-gain", "--protocol", "augmentation", "--no-references")
    missing = render(photo, "--isp", "toy-isp", "-o", "x.png")
    assert missing.code == 2
    (line,) = [s for s in missing.err.splitlines() if "for camera a on mapped raw" in s]
    key = line.split()[0]
    assert render(photo, "--isp", key, "-o", "x.png").code == 0
    twice = render(photo, "--isp", key, "--mapper", "global-gain", "-o", "y.png")
    assert twice.code == 2
    assert "leave --mapper out" in twice.err


def test_plain_pictures_need_levels(trained, render, tmp_path):
    plain = tmp_path / "plain.png"
    Image.fromarray(np.full((80, 90), 2000, np.uint16)).save(plain)
    ran = render(plain, "--isp", "toy-isp", "-o", "x.png")
    assert ran.code == 2
    assert "levels.yaml" in ran.err
    (tmp_path / "levels.yaml").write_text("cfa: GRBG\nblack: 64\nwhite: 4095\n")
    assert render(plain, "--isp", "toy-isp", "-o", "x.png").code == 0


def test_a_real_camera_file(trained, render, shared, tmp_path):
    ran = render(shared / "raw" / "RAW_KODAK_DC50.KDC", "--isp", "toy-isp", "-o", "x.jpg")
    assert ran.code == 0, ran.err
    assert pixels(tmp_path / "x.jpg").shape == (512, 768, 3)


@pytest.mark.parametrize("name", ["n" * 251 + ".png", "x.JPG", "x.tiff", "é [b].jpeg"])
def test_a_result_of_any_name_is_a_picture(trained, render, photo, tmp_path, name):
    ran = render(photo, "--isp", "toy-isp", "-o", name)
    assert ran.code == 0, ran.err
    assert pixels(tmp_path / name).shape == (100, 140, 3)
    assert name in ran.out
    assert not list(tmp_path.glob(".*part*"))


def test_a_stop_leaves_nothing(trained, render, photo, tmp_path, monkeypatch):
    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(Image.Image, "save", stop)
    ran = render(photo, "--isp", "toy-isp", "-o", "out.png")
    assert ran.code == 130
    assert "Nothing was written" in ran.err
    assert not [f for f in tmp_path.iterdir() if "out.png" in f.name]
