import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmark.data.files.picture_file import deep_png, open_picture
from benchmark.data.files.plain import Levels
from benchmark.data.files.raw import read_size
from benchmark.errors import BenchError
from tests.benchmark.data.files.png16 import write_png16

DEEP = np.random.default_rng(0).integers(0, 1 << 16, (12, 20, 3)).astype(np.uint16)


def header(path: Path, width: int, height: int) -> Path:
    """A PNG of any size that nobody decodes."""
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)), (b"IDAT", b"")]
    data = b"".join(
        struct.pack(">I", len(d)) + t + d + struct.pack(">I", zlib.crc32(t + d)) for t, d in chunks
    )
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + data)
    return path


def test_pictures_of_200_megapixels_are_opened(tmp_path):
    limit = Image.MAX_IMAGE_PIXELS
    assert open_picture(header(tmp_path / "a.png", 16320, 12240)).size == (16320, 12240)
    assert read_size(tmp_path / "a.png", Levels("RGGB", 65535)) == (6120, 8160)
    assert limit == Image.MAX_IMAGE_PIXELS  # other users of Pillow keep its limit


def test_pictures_that_would_fill_the_memory_are_not(tmp_path):
    path = header(tmp_path / "a.png", 100000, 100000)
    with pytest.raises(BenchError, match=r"a.png has 100000 x 100000 pixels; .* 500 megapixels"):
        open_picture(path)
    with pytest.raises(BenchError, match=r"a.png has 100000 x 100000 pixels"):
        read_size(path, Levels("RGGB", 65535))


@pytest.mark.parametrize("content", [b"", b"text", b"%!PS-Adobe-3.0 EPSF-3.0\n", b"GIF89a"])
def test_only_known_formats_are_opened(tmp_path, content):
    (tmp_path / "a.png").write_bytes(content + bytes(100))
    with pytest.raises(BenchError, match=r"a.png cannot be opened as a picture"):
        open_picture(tmp_path / "a.png")


def test_16_bits_of_a_png_are_kept(tmp_path):
    write_png16(tmp_path / "a.png", DEEP)
    np.testing.assert_array_equal(deep_png(tmp_path / "a.png"), DEEP)


def test_a_damaged_png_of_16_bits_is_refused(tmp_path):
    """torchvision alone would end the process."""
    write_png16(tmp_path / "a.png", DEEP)
    data = bytearray((tmp_path / "a.png").read_bytes())
    for place in (len(data) // 2, len(data) - 17):  # in the pixels, and in their checksum
        damaged = data.copy()
        damaged[place] ^= 0xFF
        (tmp_path / "a.png").write_bytes(damaged)
        with pytest.raises(Exception, match=r"(?i)broken|checksum|crc"):
            deep_png(tmp_path / "a.png")
