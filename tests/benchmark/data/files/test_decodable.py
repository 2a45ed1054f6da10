import zlib

import pytest

from benchmark.data.files.raw import read_raw, read_size
from benchmark.errors import BenchError
from tests.benchmark.data.files.mosaics import noise
from tests.benchmark.data.files.tiff_bytes import DNG, size_tags, write_tiff

HEIGHT, WIDTH = 68, 80


def pixels() -> bytes:
    return noise().tobytes()


@pytest.mark.parametrize(
    ("tags", "parts", "what"),
    [
        ({259: (3, [52546])}, [b"\xff\x0a" + bytes(500)], "JPEG XL"),
        ({259: (3, [8])}, None, "Deflate"),
        ({339: (3, [2])}, [pixels()], "signed whole numbers of 16 bits"),
        ({258: (3, [32])}, [2 * pixels()], "whole numbers of 32 bits"),
    ],
)
def test_pixels_that_libraw_cannot_read(tmp_path, tags, parts, what):
    parts = parts or [zlib.compress(pixels())]
    path = write_tiff(tmp_path / "a.dng", {**DNG, **size_tags(HEIGHT, WIDTH), **tags}, parts)
    with pytest.raises(BenchError, match=rf"a.dng .*{what}") as caught:
        read_raw(path)
    assert "Convert it with Adobe DNG Converter" in str(caught.value)
    assert "Copy it again" not in str(caught.value) and "to DNG," not in str(caught.value)


def test_a_dng_with_less_data_than_its_size_needs(tmp_path):
    path = write_tiff(tmp_path / "a.dng", {**DNG, **size_tags(30000, 30000)}, [pixels()])
    for read in (read_size, read_raw):
        with pytest.raises(BenchError, match=r"a.dng is cut short: .* 1800000000 bytes"):
            read(path)
