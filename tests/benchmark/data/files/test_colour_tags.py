"""The colour description of raws, before and after a mapping, as LibRaw develops it."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
import rawpy
import tifffile

from benchmark.data.files.colour_tags import Colours, linear_fit, read_colours
from benchmark.data.files.raw import read_raw
from benchmark.data.files.raw_writer import read_tags, unpack, write_raw
from tests.benchmark.data.files.colour_dng import (
    CALIBRATION,
    MATRIX,
    OTHER,
    ColourTags,
    developed,
    write_colours,
)

WHITES: dict[str, ColourTags] = {
    "neutral": {50728: (0.5, 1, 0.6)},
    "neutral 1 1 1": {50728: (1, 1, 1)},
    "white xy": {50729: (0.3127, 0.329)},
    "no white": {},
}
MATRICES: dict[str, ColourTags] = {
    "one": {50721: MATRIX, 50778: 21},
    "no illuminant": {50721: MATRIX},
    "two": {50721: OTHER, 50778: 17, 50722: MATRIX, 50779: 21},
    "two, no illuminants": {50721: OTHER, 50722: MATRIX},
    "the second alone": {50722: MATRIX, 50779: 21},
    "none": {},
}
CORRECTIONS: dict[str, ColourTags] = {
    "plain": {},
    "analog balance": {50727: (2, 1, 1.5)},
    "calibration": {50723: CALIBRATION, 50724: CALIBRATION, 50727: (1.5, 1, 1)},
    "forward": {50964: OTHER, 50965: OTHER, 50730: (1.0,)},
    "profile": {50936: "Camera look", 50942: "nobody", 51109: (0.5,)},
}
MIXTURE = np.array([[0.7, 0.1, 0], [0.05, 0.9, 0.05], [0, 0.15, 0.6]])
D65, D65_XY = np.array([0.95047, 1, 1.08883]), (0.3127, 0.329)
LAYOUTS = ("flat", "preview", "inner")


def packed(path):
    picture = read_raw(path)
    return picture.counts / np.float32(picture.range)


def mapped(path, change=lambda raw: raw, target=None, out="mapped.dng"):
    """Writes a raw after a change of its packed values, and gives the tags it was written with."""
    source = packed(path)
    after = np.clip(change(source), 0, 1).astype(np.float32)
    tags = read_tags(path, None, read_raw(path))
    tags = replace(tags, colours=tags.colours.after(source, after, target))
    write_raw(path.with_name(out), unpack(after, tags.cfa), tags, "camera B")
    return tags


def hue(path):
    """Means of the developed picture over their sum."""
    means = developed(path)
    return means / means.sum()


def mix(matrix):
    """A linear map of R, G, B for packed raws."""

    def change(raw):
        red, green, blue = np.einsum("ij,jhw->ihw", matrix, [raw[0], (raw[1] + raw[2]) / 2, raw[3]])
        return np.stack([red, green, green, blue])

    return change


@pytest.mark.parametrize(
    ("layout", "parts"),
    list(zip(itertools.cycle(LAYOUTS), itertools.product(WHITES, MATRICES, CORRECTIONS))),
)
def test_unchanged_values_develop_to_the_same_colours(tmp_path, parts, layout):
    white, matrix, correction = parts
    tags = {**WHITES[white], **MATRICES[matrix], **CORRECTIONS[correction]}
    path = write_colours(tmp_path / "x.dng", tags, layout=layout)
    mapped(path)
    gains = None if 50728 in tags else (2, 1, 1.5)  # LibRaw finds none in the others
    shown = developed(tmp_path / "mapped.dng", gains)
    assert shown == pytest.approx(developed(path, gains), rel=0.005)
    with (
        rawpy.imread(str(path)) as before,
        rawpy.imread(str(tmp_path / "mapped.dng")) as after,
        tifffile.TiffFile(tmp_path / "mapped.dng") as tiff,
    ):
        daylight = [
            np.divide(raw.daylight_whitebalance[:3], raw.daylight_whitebalance[1])
            for raw in (before, after)
        ]
        assert daylight[1] == pytest.approx(daylight[0], rel=1e-3)
        written = {tag.code for tag in tiff.pages.first.tags.values()}
    if 50729 in tags and MATRICES[matrix]:
        tags[50728] = tags.pop(50729)
    assert written & {50728, 50729} == tags.keys() & {50728, 50729}
    assert tags.keys() <= written


@pytest.mark.parametrize("correction", [{}, {50727: (2, 1, 1.5)}])
def test_a_white_point_becomes_the_neutral_colour_of_the_camera(tmp_path, correction):
    """AsShotNeutral = AnalogBalance x ColorMatrix x XYZ of the white, over the largest."""
    unit = np.eye(3)
    tags = {50721: unit, 50778: 21, 50729: D65_XY, **correction}
    mapped(write_colours(tmp_path / "x.dng", tags))
    neutral = np.multiply((0.9504, 1, 1.0889), correction.get(50727, 1))
    with tifffile.TiffFile(tmp_path / "mapped.dng") as tiff:
        written = np.reshape(tiff.pages.first.tags[50728].value, (3, 2))
    assert written[:, 0] / written[:, 1] == pytest.approx(neutral / neutral.max(), rel=1e-3)


def test_a_white_point_between_two_lights_takes_both_matrices(tmp_path):
    """Halfway on the scale of 1 / CCT, as the DNG specification has it."""
    warm, cold = np.diag([1.0, 1, 1]), np.diag([2.0, 1, 1])
    lights: ColourTags = {50721: warm, 50778: 17, 50722: cold, 50779: 21}
    white: ColourTags = {50729: (0.3805, 0.3769)}  # 3963 K
    neutral = read_colours(write_colours(tmp_path / "x.dng", {**lights, **white})).neutral()
    red, _, blue = np.array([0.3805, 0.3769, 0.2426]) / 0.3769
    assert neutral is not None
    assert neutral / neutral[1] == pytest.approx([1.5 * red, 1, blue], rel=0.01)


@pytest.mark.parametrize(
    ("make", "model"),
    [("NIKON CORPORATION", "NIKON D810"), ("SONY", "ILCE-7M3"), ("Maker", "Unheard-of")],
)
@pytest.mark.parametrize("dng", [True, False])
def test_the_matrix_that_libraw_knows_of_a_model_is_kept(tmp_path, make, model, dng):
    path = write_colours(tmp_path / "x.dng", {}, model, make, dng=dng)
    tags = mapped(path)
    gains = (2, 1, 1.5)
    after = developed(tmp_path / "mapped.dng", gains)
    assert after == pytest.approx(developed(path, gains), rel=0.005)
    assert tags.colours.known == (make != "Maker")
    if make == "Maker":
        with tifffile.TiffFile(tmp_path / "mapped.dng") as tiff:
            assert "no colour description" in tiff.pages.first.description


def test_a_real_camera_file_keeps_its_colours(shared, tmp_path):
    path = tmp_path / "kodak.kdc"
    path.write_bytes((shared / "raw" / "RAW_KODAK_DC50.KDC").read_bytes())
    mapped(path)
    assert developed(tmp_path / "mapped.dng") == pytest.approx(developed(path), rel=0.005)


@pytest.mark.parametrize("correction", ["plain", "analog balance", "calibration"])
@pytest.mark.parametrize("white", ["neutral", "white xy"])
def test_a_linear_mapping_keeps_the_developed_colours(tmp_path, white, correction):
    """Without a file of the target camera: what is developed is the scene of the source.

    In daylight, because LibRaw balances white by gains, which means something else in each camera.
    """
    corrections = CORRECTIONS[correction]
    neutral = np.array(corrections.get(50727, (1, 1, 1))) * (
        np.reshape(corrections.get(50723, np.eye(3)), (3, 3)) @ np.reshape(MATRIX, (3, 3)) @ D65
    )
    whites = {50728: neutral / neutral.max()} if white == "neutral" else {50729: D65_XY}
    path = write_colours(tmp_path / "x.dng", {50721: MATRIX, **corrections, **whites})
    colours = mapped(path, mix(MIXTURE)).colours
    brought = MIXTURE @ neutral
    assert colours.neutral() == pytest.approx(brought / brought.max(), rel=0.01)
    assert "linear fit" in colours.origin
    if white == "neutral":  # LibRaw knows no white point
        assert hue(tmp_path / "mapped.dng") == pytest.approx(hue(path), abs=0.01)


def test_a_file_of_the_target_camera_gives_its_matrices(tmp_path):
    """A mapped raw then says of its colours what the other camera says of the same scene."""
    matrix = np.reshape(MATRIX, (3, 3))
    path = write_colours(tmp_path / "a.dng", {50721: matrix, 50728: matrix @ D65})
    of_b = {50721: MIXTURE @ matrix, 50778: 23, 50728: (0.1, 1, 0.1), 50936: "Profile of B"}
    reference = read_colours(write_colours(tmp_path / "b.dng", of_b))
    colours = mapped(path, mix(MIXTURE), reference).colours
    assert "b.dng" in colours.origin
    assert hue(tmp_path / "mapped.dng") == pytest.approx(hue(path), abs=0.01)
    with tifffile.TiffFile(tmp_path / "mapped.dng") as tiff:
        tags = {tag.name: tag.value for tag in tiff.pages.first.tags.values()}
    assert (tags["CalibrationIlluminant1"], tags["ProfileName"]) == (23, "Profile of B")
    white = np.reshape(tags["AsShotNeutral"], (3, 2))
    brought = MIXTURE @ matrix @ D65
    assert white[:, 0] / white[:, 1] == pytest.approx(brought / brought.max(), rel=0.01)


def test_a_target_without_matrices_is_no_help(tmp_path):
    path = write_colours(tmp_path / "a.dng", {50721: MATRIX, 50728: (0.5, 1, 0.6)})
    colours = mapped(path, lambda raw: raw * 0.5, Colours()).colours
    assert colours.known
    assert "a.dng" in colours.origin


def test_a_picture_of_a_grey_wall_gives_gains_and_nothing_wild():
    noise = np.random.default_rng(0)
    grey = np.clip(0.4 + 0.001 * noise.standard_normal((4, 32, 32)), 0, 1).astype(np.float32)
    after = grey * np.array([0.5, 0.8, 0.8, 0.4], np.float32)[:, None, None]
    after += 0.01 * noise.standard_normal(after.shape).astype(np.float32)
    assert linear_fit(grey, after) == pytest.approx(np.diag([0.625, 1, 0.5]), abs=0.1)


@pytest.mark.parametrize("raw", [np.zeros((4, 8, 8), np.float32), np.ones((4, 8, 8), np.float32)])
def test_a_black_or_white_picture_decides_nothing(raw):
    assert np.array_equal(linear_fit(raw, raw / 2 + 0.5), np.eye(3))


def test_a_mapping_that_turns_colours_round_falls_back_on_gains():
    source = np.random.default_rng(0).random((4, 32, 32), np.float32)
    fit = linear_fit(source, source[[3, 1, 2, 0]])
    assert np.array_equal(fit, np.diag(np.diag(fit)))


@pytest.mark.parametrize(
    "tags",
    [{50728: (0, 1, 0.5)}, {50728: (0.5, 1)}, {50729: (0.3, 0)}, {50721: (1, 2, 3)}],
    ids=["neutral of 0", "neutral of two", "white of 0", "matrix of three"],
)
def test_values_that_make_no_sense_are_not_used(tmp_path, tags):
    path = write_colours(tmp_path / "x.dng", {50721: MATRIX, 50728: (0.5, 1, 0.6), **tags})
    mapped(path, lambda raw: raw * 0.5)
    assert np.isfinite(developed(tmp_path / "mapped.dng")).all()
