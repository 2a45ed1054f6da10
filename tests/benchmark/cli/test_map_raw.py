"""Mapping one's own raw file to the other camera, through the command line."""

import numpy as np
import pytest
import rawpy
import tifffile
from PIL import Image

from benchmark.data.files.areas import Frame
from benchmark.data.files.plain import Levels
from benchmark.data.files.raw import read_raw
from tests.benchmark.data.files.colour_dng import MATRIX, OTHER, ColourTags, mosaic, write_colours
from tests.benchmark.data.files.dng import write_dng
from tests.conftest import TOY


@pytest.fixture
def fit(toy_run):
    def run(mapper):
        assert toy_run("--protocol", "raw-to-raw", "--mapper", mapper, "--no-references").code == 0

    return run


@pytest.fixture
def map_raw(bench):
    def run(*arguments):
        return bench("map", *arguments, "--plugin", TOY)

    return run


@pytest.fixture
def photo(tmp_path):
    mosaic = np.random.default_rng(0).integers(528, 4096, (120, 160)).astype(np.uint16)
    crop = (6, 8, 100, 140)
    return write_dng(tmp_path / "photo.dng", mosaic, "GBRG", 528, orientation=8, crop=crop)


def test_identity_gives_the_same_picture_in_16_bits(fit, map_raw, photo, tmp_path):
    fit("identity")
    ran = map_raw(photo, "--mapper", "identity", "--to", "B", "-o", "out.dng")
    assert ran.code == 0, ran.err
    before, after = read_raw(photo), read_raw(tmp_path / "out.dng")
    exact = np.rint(before.counts * (65535 / before.range))
    assert np.abs(after.counts - exact).max() <= 1
    assert (after.range, after.flip, after.frame) == (65535, 5, Frame(3, 4, 50, 70))
    with rawpy.imread(str(tmp_path / "out.dng")) as raw:
        assert raw.camera_whitebalance[:3] == pytest.approx([2, 1, 2], rel=1e-4)
        assert raw.raw_image_visible.shape == (120, 160)
    with tifffile.TiffFile(tmp_path / "out.dng") as tiff:
        tags = {tag.name: tag.value for tag in tiff.pages.first.tags.values()}
    assert "Maker Model mapped to camera B of toy by identity" in tags["UniqueCameraModel"]
    assert tags["CalibrationIlluminant1"] == 21
    matrix = np.reshape(tags["ColorMatrix1"], (3, 3, 2))
    assert np.allclose(matrix[..., 0] / matrix[..., 1], np.eye(3), atol=1e-4)


def test_a_gain_reaches_the_pixels_and_the_white_balance(fit, map_raw, photo, tmp_path):
    """Camera B of the toy pair is A with the gains 0.5, 0.9, 0.9, 0.7."""
    fit("global-gain")
    assert map_raw(photo, "--mapper", "global-gain", "--to", "b", "-o", "b.dng").code == 0
    before, after = read_raw(photo), read_raw(tmp_path / "b.dng")
    gains = after.counts.mean((1, 2)) / 65535 / (before.counts.mean((1, 2)) / before.range)
    assert gains == pytest.approx([0.5, 0.9, 0.9, 0.7], rel=0.02)
    with rawpy.imread(str(tmp_path / "b.dng")) as raw:
        balance = np.array(raw.camera_whitebalance[:3])
    assert balance / balance[1] == pytest.approx([2 * 0.9 / 0.5, 1, 2 * 0.9 / 0.7], rel=0.02)
    assert map_raw("b.dng", "--mapper", "global-gain", "--to", "A", "-o", "back.dng").code == 0
    back = read_raw(tmp_path / "back.dng")
    assert np.abs(back.counts / 65535 - before.counts / before.range).max() < 0.002


def test_a_tiff_holds_the_mosaic(fit, map_raw, photo, tmp_path):
    fit("identity")
    for name in ("out.dng", "out.tif"):
        assert map_raw(photo, "--mapper", "identity", "--to", "B", "-o", name).code == 0
    plain = read_raw(tmp_path / "out.tif", Levels("GBRG", 65535))
    assert np.array_equal(plain.counts, read_raw(tmp_path / "out.dng").counts)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (
            ("--mapper", "toy-mapper", "--seed", "3"),
            "run --mapper toy-mapper --protocol raw-to-raw",
        ),
        (("--mapper", "identty"), "Did you mean 'identity'?"),
        (("--mapper", "identity", "-o", "x.png"), "must end in"),
        (("--mapper", "identity", "-o", "photo.dng"), "the picture itself"),
        (("--mapper", "identity", "-o", "n" * 252 + ".dng"), "File name too long"),
        (("--mapper", "identity", "-o", "nowhere/x.dng"), "there is no folder"),
        (("--mapper", "identity", "-o", "folder.dng"), "is a folder"),
    ],
)
def test_what_cannot_be_done_says_what_can(fit, map_raw, photo, tmp_path, options, says):
    fit("identity")
    before = photo.read_bytes()
    (tmp_path / "folder.dng").mkdir()
    ran = map_raw(photo, "--to", "B", "-o", "x.dng", *options)
    assert ran.code == 2, ran.err
    assert says in ran.err
    assert photo.read_bytes() == before
    assert "Mapper: " not in ran.err, "nothing was begun"
    assert not list(tmp_path.glob(".*.part"))


def test_a_real_camera_file(fit, map_raw, shared, tmp_path):
    fit("identity")
    kodak = shared / "raw" / "RAW_KODAK_DC50.KDC"
    assert map_raw(kodak, "--mapper", "identity", "--to", "B", "-o", "out.dng").code == 0
    before, after = read_raw(kodak), read_raw(tmp_path / "out.dng")
    assert np.abs(after.counts - np.rint(before.counts * (65535 / before.range))).max() <= 1
    with tifffile.TiffFile(tmp_path / "out.dng") as tiff:
        assert "DC50" in tiff.pages.first.tags["UniqueCameraModel"].value


def test_the_longest_name_of_a_file_is_written(fit, map_raw, photo, tmp_path):
    fit("identity")
    name = "n" * 251 + ".dng"
    ran = map_raw(photo, "--mapper", "identity", "--to", "B", "-o", name)
    assert ran.code == 0, ran.err
    assert read_raw(tmp_path / name).range == 65535


def test_a_stop_leaves_nothing(fit, map_raw, photo, tmp_path, monkeypatch):
    fit("identity")

    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(tifffile, "imwrite", stop)
    ran = map_raw(photo, "--mapper", "identity", "--to", "B", "-o", "out.dng")
    assert ran.code == 130
    assert "Nothing was written" in ran.err
    assert not [f for f in tmp_path.iterdir() if "out.dng" in f.name]


MODELS = {"left": ("Maker", "Café One"), "right": ("Other", "Two")}


@pytest.fixture
def two_cameras(bench, tmp_path):
    """Two folders of DNG with models and matrices of their own, and a fitted mapper."""
    for number, (name, (make, model)) in enumerate(MODELS.items()):
        (tmp_path / "two" / name / "srgb").mkdir(parents=True)
        for i in range(5):
            stem = f"pair{i}" if i < 2 else f"{name}{i}"
            matrix = OTHER if number else MATRIX
            colours: ColourTags = {50721: matrix, 50728: (0.5, 1, 0.6), 50778: 20 + number}
            pixels = mosaic(10 * number + i)
            write_colours(
                tmp_path / "two" / name / f"{stem}.dng", colours, model, make, pixels=pixels
            )
            srgb = np.full((*pixels.shape, 3), 20 * i, np.uint8)
            Image.fromarray(srgb).save(tmp_path / "two" / name / "srgb" / f"{stem}.png")
    ran = bench(
        "run", "--data", f"folder:{tmp_path / 'two'}", "--preset", "smoke", "--mapper", "fda",
        "--isp", "toy-isp", "--plugin", TOY, "--workers", "1", "--no-references",
    )  # fmt: skip
    assert ran.code == 0, ran.err
    return tmp_path / "two"


def test_a_picture_of_a_known_camera(two_cameras, bench, map_raw, tmp_path):
    """It takes the matrices of the target camera; one of the target camera itself is refused."""
    photo = two_cameras / "left" / "pair0.dng"
    ran = map_raw(photo, "--mapper", "fda", "--to", "B", "-o", "b.dng")
    assert ran.code == 0, ran.err
    assert "colours of right: " in ran.out
    with tifffile.TiffFile(tmp_path / "b.dng") as tiff:
        tags = {tag.name: tag.value for tag in tiff.pages.first.tags.values()}
    matrix = np.reshape(tags["ColorMatrix1"], (9, 2))
    assert matrix[:, 0] / matrix[:, 1] == pytest.approx(OTHER)
    assert tags["CalibrationIlluminant1"] == 21
    assert "Maker Café One mapped to camera B" in tags["UniqueCameraModel"]
    assert "colours of right: " in tags["ImageDescription"]

    wrong = map_raw(photo, "--mapper", "fda", "--to", "A", "-o", "a.dng")
    assert wrong.code == 2
    assert "was taken by Maker Café One: this is camera A (left)" in wrong.err
    assert "Use --to B." in wrong.err
    assert not (tmp_path / "a.dng").exists()
    plugin = ("--plugin", TOY)
    developed = bench(
        "render", photo, "--isp", "toy-isp", "--mapper", "fda", "-o", "x.png", *plugin
    )
    assert developed.code == 2
    assert "Leave --mapper out." in developed.err

    stranger = write_colours(tmp_path / "x.dng", {50721: MATRIX}, "Three")
    odd = map_raw(stranger, "--mapper", "fda", "--to", "A", "-o", "c.dng")
    assert odd.code == 0, odd.err
    assert "neither by Maker Café One (left) nor Other Two (right)" in odd.err
    again = map_raw("b.dng", "--mapper", "fda", "--to", "A", "-o", "back.dng")
    assert (again.code, again.err.count("taken by")) == (0, 0)


@pytest.mark.slow
def test_settings_for_the_mapping_alone(toy_run, map_raw, photo, tmp_path):
    ran = toy_run(
        *("--protocol", "raw-to-raw", "--mapper", "cyclegan", "--no-references"),
        *("--set", "mapper.width=4", "mapper.blocks=1", "mapper.steps=1"),
    )
    assert ran.code == 0, ran.err
    to_b = (photo, "--mapper", "cyclegan", "--to", "B")
    for name, *setting in (("whole.tif",), ("tiles.tif", "--set", "mapper.tile=32")):
        ran = map_raw(*to_b, "-o", name, *setting)
        assert ran.code == 0, ran.err
    whole, tiles = (tifffile.imread(tmp_path / name) for name in ("whole.tif", "tiles.tif"))
    assert (whole != tiles).any()
    ran = map_raw(*to_b, "-o", "no.tif", "--set", "mapper.width=8")
    assert ran.code == 2
    assert "--set mapper.width: cyclegan is fitted, and obeys mapper.tile when it maps" in ran.err
