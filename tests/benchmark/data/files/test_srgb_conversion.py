import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image, ImageCms

from benchmark.data.files.srgb import read_srgb
from benchmark.errors import BenchError
from tests.benchmark.data.files.profiles import (
    ADOBE_RGB,
    DISPLAY_P3,
    SRGB,
    SRGB_CURVE,
    in_srgb,
    profile,
)

COLOURS = np.random.default_rng(0).integers(40, 216, (80, 120, 3), dtype=np.uint8)


def read(path: Path) -> tuple[np.ndarray, tuple[str, ...]]:
    """(h, w, 3) pixels, and notes."""
    srgb = read_srgb(path, 40, 60)
    return srgb.pixels.transpose(1, 2, 0), srgb.notes


def save(path: Path, pixels: np.ndarray = COLOURS, **options: Any) -> Path:
    Image.fromarray(pixels).save(path, **options)
    return path


@pytest.mark.parametrize("name", ["sRGB IEC61966-2.1", "a camera's own", "Linear"])
@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_a_profile_with_the_curve_and_colours_of_srgb_changes_nothing(tmp_path, name, suffix):
    path = save(tmp_path / f"a{suffix}", icc_profile=profile(name, SRGB, SRGB_CURVE))
    pixels, notes = read(path)
    assert np.array_equal(pixels, COLOURS) and notes == ()


def test_pillows_own_srgb_profile_changes_nothing(tmp_path):
    own = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    pixels, notes = read(save(tmp_path / "a.png", icc_profile=own))
    assert np.array_equal(pixels, COLOURS) and notes == ()


@pytest.mark.parametrize("name", ["sRGB", "Linear sRGB", "something else"])
@pytest.mark.parametrize(
    ("colours", "gamma"),
    [(SRGB, 1.0), (SRGB, 1.8), (SRGB, 2.4), (DISPLAY_P3, 2.2), (ADOBE_RGB, 563 / 256)],
)
def test_other_profiles_are_converted_whatever_their_name(tmp_path, name, colours, gamma):
    path = save(tmp_path / "a.png", icc_profile=profile(name, colours, gamma))
    pixels, notes = read(path)
    assert np.abs(pixels - in_srgb(COLOURS, colours, gamma)).max() <= 2
    assert notes == (f"converted from the colour profile '{name}' to sRGB",)


@pytest.mark.parametrize("broken", [b"no profile", profile("cut", SRGB, 2.2)[:300], b"\0" * 400])
def test_a_broken_profile_is_reported(tmp_path, broken):
    with pytest.raises(BenchError, match=r"a.png .*colour profile is broken.* Export the picture"):
        read(save(tmp_path / "a.png", icc_profile=broken))


def test_a_profile_of_another_kind_is_reported(tmp_path):
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    with pytest.raises(BenchError, match=r"a.png cannot be decoded.* not one of RGB"):
        read(save(tmp_path / "a.png", icc_profile=lab))


@pytest.mark.parametrize("mode", ["L", "LA", "1", "I;16"])
def test_grey_pictures_are_refused(tmp_path, mode):
    grey = np.full((80, 120), 700, np.uint16)
    picture = Image.fromarray(grey) if mode == "I;16" else Image.fromarray(COLOURS).convert(mode)
    picture.save(tmp_path / "a.png")
    with pytest.raises(BenchError, match=r"a.png is a grey picture"):
        read(tmp_path / "a.png")


def test_a_grey_jpeg_and_a_grey_palette_are_refused(tmp_path):
    grey = Image.fromarray(COLOURS).convert("L")
    grey.save(tmp_path / "a.jpg")
    grey.convert("P").save(tmp_path / "b.png")
    for name in ("a.jpg", "b.png"):
        with pytest.raises(BenchError, match=rf"{name} is a grey picture"):
            read(tmp_path / name)


def test_cmyk_is_refused(tmp_path):
    Image.fromarray(COLOURS).convert("CMYK").save(tmp_path / "a.jpg")
    with pytest.raises(BenchError, match=r"a.jpg has the channels CMYK, not red, green and blue"):
        read(tmp_path / "a.jpg")


def test_a_palette_of_colours_is_read(tmp_path):
    palette = Image.fromarray(COLOURS).quantize(16)
    palette.save(tmp_path / "a.png")
    pixels, _ = read(tmp_path / "a.png")
    assert np.array_equal(pixels, np.asarray(palette.convert("RGB")))


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_transparency_is_ignored_and_noted(tmp_path, suffix):
    alpha = np.full((80, 120, 1), 255, np.uint8)
    opaque = save(tmp_path / f"a{suffix}", np.dstack([COLOURS, alpha]))
    pixels, notes = read(opaque)
    assert np.array_equal(pixels, COLOURS) and notes == ()
    alpha[:40] = 100
    pixels, notes = read(save(tmp_path / f"b{suffix}", np.dstack([COLOURS, alpha])))
    assert np.array_equal(pixels, COLOURS) and notes == ("transparency ignored",)


def png(path: Path, pixels: np.ndarray, *chunks: tuple[bytes, bytes]) -> Path:
    """A PNG of 16 bits, with further chunks; grey, grey with alpha, RGB or RGBA."""
    height, width, channels = pixels.shape
    header = struct.pack(">IIBBBBB", width, height, 16, {1: 0, 2: 4, 3: 2, 4: 6}[channels], 0, 0, 0)
    data = zlib.compress(b"".join(b"\0" + row.astype(">u2").tobytes() for row in pixels))
    parts = [(b"IHDR", header), *chunks, (b"IDAT", data), (b"IEND", b"")]
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + b"".join(
            struct.pack(">I", len(d)) + t + d + struct.pack(">I", zlib.crc32(t + d))
            for t, d in parts
        )
    )
    return path


DEEP = np.random.default_rng(1).integers(0, 65536, (80, 120, 3), dtype=np.uint16)


@pytest.mark.parametrize("suffix", [".png", ".tif"])
@pytest.mark.parametrize("alpha", [False, True])
def test_16_bits_are_reduced_to_8(tmp_path, suffix, alpha):
    path, given = tmp_path / f"a{suffix}", DEEP
    if alpha:
        given = np.dstack([DEEP, np.full((80, 120), 65535, np.uint16)])
    if suffix == ".png":
        png(path, given)
    else:
        extra: dict[str, Any] = {"extrasamples": ["unassalpha"]} if alpha else {}
        tifffile.imwrite(path, given, photometric="rgb", **extra)
    pixels, notes = read(path)
    assert np.abs(pixels - DEEP / 257).max() <= 1
    assert notes == ("16 bits per channel reduced to 8",)


def test_grey_of_16_bits_with_alpha_is_grey(tmp_path):
    with pytest.raises(BenchError, match=r"a.png is a grey picture"):
        read(png(tmp_path / "a.png", DEEP[..., :2]))


def test_16_linear_bits_do_not_fit_into_8(tmp_path):
    def chunk(gamma: float) -> tuple[bytes, bytes]:
        return b"iCCP", b"p\0\0" + zlib.compress(profile("p", SRGB, gamma))

    with pytest.raises(BenchError, match=r"a.png has 16 bits .* shadows 8 bits cannot hold"):
        read(png(tmp_path / "a.png", DEEP, chunk(1.0)))
    pixels, _ = read(png(tmp_path / "b.png", DEEP, chunk(1.8)))
    assert np.abs(pixels - in_srgb(DEEP / 257, SRGB, 1.8)).max() <= 4


def test_the_gamma_of_a_png(tmp_path):
    def chunk(gamma: float) -> tuple[bytes, bytes]:
        return b"gAMA", struct.pack(">I", round(100000 * gamma))

    for number, chunks in enumerate(([chunk(0.45455)], [chunk(1.0), (b"sRGB", b"\0")])):
        read(png(tmp_path / f"{number}.png", DEEP, *chunks))
    with pytest.raises(BenchError, match=r"a.png says that its gamma is 1, not that of sRGB"):
        read(png(tmp_path / "a.png", DEEP, chunk(1.0)))


def test_adobe_rgb_by_exif_alone_is_refused(tmp_path):
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0xA005] = {1: "R03"}
    with pytest.raises(BenchError, match=r"a.jpg says in its EXIF that its colours are Adobe RGB"):
        read(save(tmp_path / "a.jpg", exif=exif))
    exif.get_ifd(0x8769)[0xA005] = {1: "R98"}
    read(save(tmp_path / "b.jpg", exif=exif))
