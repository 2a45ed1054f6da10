import numpy as np
import pytest
import rawpy
import tifffile

from benchmark.data.files.colour_tags import Colours
from benchmark.data.files.filters import CFAS
from benchmark.data.files.plain import Levels
from benchmark.data.files.raw import read_raw
from benchmark.data.files.raw_writer import (
    SourceTags,
    camera_of,
    read_tags,
    unpack,
    write_raw,
)
from benchmark.data.files.tiff_tags import tiff_tags
from tests.benchmark.data.files.colour_dng import MATRIX, ColourTags, write_colours


@pytest.mark.parametrize("cfa", CFAS)
@pytest.mark.parametrize("flip", [0, 3, 5, 6])
def test_a_dng_is_read_back_to_the_bit(tmp_path, cfa, flip):
    mapped = np.random.default_rng(0).random((4, 33, 41), np.float32)
    write_raw(tmp_path / "x.dng", unpack(mapped, cfa), SourceTags(cfa, flip), "camera B")
    picture = read_raw(tmp_path / "x.dng")
    assert np.array_equal(picture.counts, np.rint(mapped * 65535).astype(np.uint16))
    assert (picture.range, picture.flip) == (65535, flip)
    with rawpy.imread(str(tmp_path / "x.dng")) as raw:
        assert np.array_equal(raw.raw_image_visible, unpack(mapped, cfa))


def tags_of(path):
    return read_tags(path, None, read_raw(path))


@pytest.mark.parametrize("flip", [0, 3, 5, 6])
def test_a_tiff_keeps_the_turn(tmp_path, flip):
    levels, mapped = Levels("RGGB", 65535), np.random.default_rng(0).random((4, 33, 41), np.float32)
    write_raw(tmp_path / "x.tif", unpack(mapped, "RGGB"), SourceTags(flip=flip), "camera B")
    picture = read_raw(tmp_path / "x.tif", levels)
    assert np.array_equal(picture.counts, np.rint(mapped * 65535).astype(np.uint16))
    assert picture.flip == read_tags(tmp_path / "x.tif", levels, picture).flip == flip


def test_colour_tags_are_kept_and_survive_a_second_mapping(tmp_path):
    colours: ColourTags = {50721: MATRIX, 50778: 17, 50728: (0.5, 1, 0.7)}
    first = tags_of(write_colours(tmp_path / "x.dng", colours))
    write_raw(tmp_path / "y.dng", np.ones((64, 64), np.uint16), first, "camera B")
    second = tags_of(tmp_path / "y.dng")
    assert second.colours.tags == first.colours.tags
    assert "Maker Two mapped to camera B" in second.camera


@pytest.mark.parametrize(
    ("model", "kept"),
    [
        ("Café 1", "Café 1"),
        ("小米 14", "小米 14"),
        ("caf\udce9", "caf\ufffd"),  # a byte of latin-1
        ("  D810 \0 rest", "D810"),
        ("", ""),
    ],
)
def test_names_of_cameras_are_kept_in_utf8(tmp_path, model, kept):
    path = tmp_path / "x.dng"
    tifffile.imwrite(
        path, np.ones((64, 64), np.uint16), extratags=[(271, "s", 0, "Maker", True),
        (272, "s", 0, model.encode(errors="surrogateescape"), True)], metadata=None,
    )  # fmt: skip
    camera = camera_of(path)
    assert camera == f"Maker {kept}".strip()
    write_raw(path, np.ones((64, 64), np.uint16), SourceTags(camera=camera), "camera 'ä'")
    assert camera_of(path) == f"ISP-Bench {camera} mapped to camera 'ä'"
    assert f"{camera} mapped to camera 'ä'" in tiff_tags(path)[270].data.decode()


def test_a_file_that_is_not_a_tiff_has_no_camera(tmp_path):
    (tmp_path / "x.raf").write_bytes(b"FUJIFILMCCD-RAW " + bytes(100))
    assert camera_of(tmp_path / "x.raf") == ""


@pytest.mark.parametrize("name", ["x.dng", "x.tif"])
def test_nothing_is_left_of_a_file_that_fails(tmp_path, monkeypatch, name):
    def half(file, *_, **__):
        file.write_bytes(b"II*")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tifffile, "imwrite", half)
    with pytest.raises(OSError, match="No space"):
        write_raw(tmp_path / name, np.ones((64, 64), np.uint16), SourceTags(), "camera B")
    assert not list(tmp_path.iterdir())


def test_a_tiff_says_nothing_of_colours(tmp_path):
    tags = SourceTags(colours=Colours(origin="colours of x.dng"))
    write_raw(tmp_path / "x.tif", np.ones((64, 64), np.uint16), tags, "camera B")
    assert b"colours of" not in tiff_tags(tmp_path / "x.tif")[270].data
