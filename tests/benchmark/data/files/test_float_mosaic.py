import zlib

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmark.data.files.raw import read_raw
from benchmark.errors import BenchError
from tests.benchmark.data.files.mosaics import expected
from tests.benchmark.data.files.tiff_bytes import DNG, size_tags, write_tiff

HEIGHT, WIDTH = 68, 80


def values(low: float = 0.0, high: float = 1.0) -> NDArray[np.float64]:
    """A mosaic whose numbers 16 and 24 bits hold exactly."""
    steps = np.random.default_rng(0).integers(0, 513, (HEIGHT, WIDTH))
    return np.asarray(low + (high - low) * steps / 512)


def as_bytes(mosaic: NDArray[np.float64], bits: int) -> NDArray[np.uint8]:
    """(h, w, size) bytes of each number, highest first."""
    if bits != 24:
        return mosaic.astype(f">f{bits // 8}").view(np.uint8).reshape(*mosaic.shape, -1)
    mantissa, exponent = np.frexp(mosaic)  # mantissa in [0.5, 1)
    whole = np.rint((2 * mantissa - 1) * 65536).astype(int)
    top = np.where(mosaic == 0, 0, exponent - 1 + 63)
    whole = np.where(mosaic == 0, 0, whole)
    return np.stack([top, whole >> 8, whole & 255], axis=-1).astype(np.uint8)


def predicted(samples: NDArray[np.uint8], stride: int) -> bytes:
    """The rows as the floating-point predictors store them: byte planes, then differences."""
    lines = samples.transpose(0, 2, 1).reshape(len(samples), -1)  # (h, size * w)
    difference = lines.copy()
    difference[:, stride:] -= lines[:, :-stride]
    return difference.tobytes()


def stored(mosaic, bits, predictor, order) -> bytes:
    samples = as_bytes(mosaic, bits)
    if predictor != 1:
        return predicted(samples, {3: 1, 34894: 2, 34895: 4}[predictor])
    return (samples if order == ">" else samples[..., ::-1]).tobytes()


def tags(bits: int = 32, compression: int = 1, predictor: int = 1, **other):
    own = {258: (3, [bits]), 259: (3, [compression]), 317: (3, [predictor]), 339: (3, [3])}
    return {**DNG, **size_tags(HEIGHT, WIDTH), **own, **{int(k[1:]): v for k, v in other.items()}}


def check(path, truth):
    picture = read_raw(path)
    planes = np.stack([truth[y::2, x::2] for y, x in ((0, 0), (0, 1), (1, 0), (1, 1))])
    assert picture.range > 50000
    assert np.abs(picture.counts / picture.range - np.clip(planes, 0, 1)).max() <= 3 / 65535


@pytest.mark.parametrize("bits", [16, 24, 32])
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    ("compression", "predictor"), [(1, 1), (8, 1), (8, 3), (8, 34894), (8, 34895)]
)
def test_floating_point_numbers(tmp_path, bits, order, compression, predictor):
    data = stored(values(), bits, predictor, order)
    parts = [data if compression == 1 else zlib.compress(data)]
    check(
        write_tiff(tmp_path / "a.dng", tags(bits, compression, predictor), parts, order), values()
    )


def test_tiles(tmp_path):
    mosaic = np.zeros((96, 96))
    mosaic[:HEIGHT, :WIDTH] = values()
    parts = [
        zlib.compress(stored(mosaic[y : y + 48, x : x + 32], 32, 3, "<"))
        for y in (0, 48)
        for x in (0, 32, 64)
    ]
    own = {"_322": (4, [32]), "_323": (4, [48])}
    check(write_tiff(tmp_path / "a.dng", tags(32, 8, 3, **own), parts), values())


def test_strips(tmp_path):
    parts = [stored(values()[y : y + 30], 32, 1, "<") for y in (0, 30, 60)]
    check(write_tiff(tmp_path / "a.dng", tags(_278=(4, [30])), parts), values())


@pytest.mark.parametrize("brightest", [1.0, 4.0])
def test_the_white_level_is_that_of_the_tag(tmp_path, brightest):
    mosaic = values()
    mosaic[0, 0] = brightest
    check(write_tiff(tmp_path / "a.dng", tags(), [stored(mosaic, 32, 1, "<")]), mosaic)
    scaled = write_tiff(tmp_path / "b.dng", tags(_50717=(4, [8])), [stored(8 * mosaic, 32, 1, "<")])
    check(scaled, mosaic)


def test_black_levels(tmp_path):
    mosaic = 0.05 + 0.95 * values()
    path = write_tiff(tmp_path / "a.dng", tags(_50714=(5, [5, 100])), [stored(mosaic, 32, 1, "<")])
    check(path, values())
    by_row = np.linspace(0, 0.2, HEIGHT).round(3)
    fractions = np.column_stack([np.rint(by_row * 1000), np.full(HEIGHT, 1000)]).astype(int).ravel()
    mosaic = 0.8 * values() + by_row[:, None]
    own = tags(_50716=(10, fractions.tolist()))
    check(write_tiff(tmp_path / "b.dng", own, [stored(mosaic, 32, 1, "<")]), values())


def test_an_active_area(tmp_path):
    path = write_tiff(
        tmp_path / "a.dng", tags(_50829=(4, [2, 4, 68, 80])), [stored(values(), 32, 1, "<")]
    )
    truth = expected(np.rint(values()[2:, 4:] * 65535).astype(np.uint16), "RGGB")
    assert np.abs(read_raw(path).counts - truth.astype(int)).max() <= 1


@pytest.mark.parametrize(
    ("own", "change", "what"),
    [
        ({"compression": 32946}, None, "32 bits, TIFF compression 32946"),
        ({"compression": 8, "predictor": 2}, None, "predictor"),
        ({"bits": 64}, None, "64 bits, TIFF compression 1"),
        ({}, np.nan, "not numbers"),
        ({"compression": 8}, "half", "damaged|buffer|cannot be decoded"),
    ],
)
def test_what_cannot_be_decoded(tmp_path, own, change, what):
    mosaic = values()
    if change is np.nan:
        mosaic[5, 5] = np.nan
    data = stored(mosaic, own.get("bits", 32), 1, "<")
    if own.get("compression", 1) != 1:
        data = zlib.compress(data)
    if change == "half":
        data = data[: len(data) // 2]
    path = write_tiff(tmp_path / "a.dng", tags(**own), [data])
    with pytest.raises(BenchError, match=rf"a.dng .*({what})"):
        read_raw(path)
