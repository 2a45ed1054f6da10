import numpy as np
import pytest
import rawpy

from benchmark.data.files.raw import CFAS, read_raw
from benchmark.data.files.raw_writer import SourceTags, read_tags, unpack, write_raw


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


def test_colour_tags_are_kept_and_survive_a_second_mapping(tmp_path):
    neutral, matrix = np.array([0.5, 1, 0.7]), np.array([[0.9, -0.2, 0], [0, 1, 0.1], [0, 0, 0.8]])
    tags = SourceTags("GRBG", make="Maker", model="One", neutral=neutral, matrices=((17, matrix),))
    write_raw(tmp_path / "x.dng", np.ones((64, 64), np.uint16), tags, "camera B")
    read = read_tags(tmp_path / "x.dng", None, None)
    assert read.cfa == "GRBG"
    assert np.allclose(read.neutral, neutral, atol=1e-5)
    ((light, kept),) = read.matrices
    assert light == 17
    assert np.allclose(kept, matrix, atol=1e-5)
    assert "Maker One mapped to camera B" in read.model


def test_neutral_and_matrix_follow_the_gains_of_the_mapping():
    source = np.random.default_rng(0).random((4, 8, 8), np.float32)
    mapped = source * np.array([0.4, 0.8, 0.8, 0.6], np.float32)[:, None, None]
    tags = SourceTags(neutral=np.array([1.0, 1.0, 1.0]), matrices=((21, np.eye(3)),))
    scaled = tags.scaled(source, mapped)
    assert scaled.neutral == pytest.approx([0.5, 1, 0.75], rel=1e-4)
    assert np.allclose(scaled.matrices[0][1], np.diag([0.5, 1, 0.75]), rtol=1e-4)


def test_a_black_picture_changes_no_tags():
    black = np.zeros((4, 8, 8), np.float32)
    assert SourceTags(neutral=np.ones(3)).scaled(black, black).neutral.tolist() == [1, 1, 1]
