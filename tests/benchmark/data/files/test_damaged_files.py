"""Readers fed with damaged files: a right picture or a sentence, nothing else."""

import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tifffile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from benchmark.data.files.picture_file import open_picture
from benchmark.data.files.plain import Levels
from benchmark.data.files.raw import read_raw, read_size
from benchmark.data.files.srgb import match_srgb, read_preview
from benchmark.errors import BenchError
from tests.benchmark.data.files.dng import write_dng
from tests.benchmark.data.files.mosaics import noise
from tests.benchmark.data.files.profiles import ADOBE_RGB, profile
from tests.benchmark.data.files.tiff_bytes import DNG, Tags, size_tags, write_tiff

HEIGHT, WIDTH = 68, 80
LEVELS = Levels("RGGB", 4095, 64)
RAWS = ("dng", "preview.dng", "blocks.dng", "float.dng", "tif", "png")
PICTURES = ("picture.jpg", "picture.png", "picture.tif")
CASES = 1000  # cases of each of the two tests, in every run
MORE = 25_000  # the same for the longer run
quiet = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
usual = settings(
    max_examples=CASES, deadline=None, database=None, derandomize=True, suppress_health_check=quiet
)
longer = settings(max_examples=MORE, deadline=None, database=None, suppress_health_check=quiet)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Whole files of each kind."""
    path = tmp_path_factory.mktemp("whole")
    mosaic, colours = noise(), noise(HEIGHT, 3 * WIDTH, 255).reshape(HEIGHT, WIDTH, 3).astype("u1")
    write_dng(path / "a.dng", mosaic, black=64)
    write_dng(path / "a.preview.dng", mosaic, preview=colours, jpeg=True, orientation=6)
    write_dng(
        path / "a.blocks.dng",
        mosaic,
        active=(1, 2, 67, 79),
        crop=(1, 1, 64, 74),
        BlackLevelRepeatDim=("H", [2, 4]),
        BlackLevel=("2I", [60.5, 61, 62, 63, 64, 65, 66, 67]),
        BlackLevelDeltaV=("2i", np.linspace(0, 5, 66).round(2).tolist()),
        LinearizationTable=("H", list(range(4096))),
    )
    tags = {**DNG, **size_tags(HEIGHT, WIDTH), 258: (3, [32]), 259: (3, [8]), 339: (3, [3])}
    write_tiff(path / "a.float.dng", tags, [zlib.compress((mosaic / 4095).astype("<f4").tobytes())])
    tifffile.imwrite(path / "a.tif", mosaic)
    Image.fromarray(mosaic).save(path / "a.png")
    own = profile("own", ADOBE_RGB, 2.2)
    exif = Image.Exif()
    exif[274] = 3
    for name in PICTURES:
        Image.fromarray(colours).save(path / f"a.{name}", icc_profile=own, exif=exif)
    return path


@st.composite
def damage(draw: st.DrawFn) -> Callable[[bytes], bytes]:
    """A way to damage a file: bits and words in its head and anywhere, and a cut."""
    places = st.floats(0, 1, exclude_max=True)
    words = st.sampled_from([0, 1, 2, 7, 0x7F, 0xFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF])
    flips = draw(st.lists(st.tuples(places, st.integers(0, 7), st.booleans()), max_size=6))
    writes = draw(st.lists(st.tuples(places, words, st.booleans()), max_size=3))
    cut = draw(st.one_of(st.just(1.0), st.just(1.0), st.just(1.0), places))

    def damaged(data: bytes) -> bytes:
        changed, edges = bytearray(data), min(1000, len(data))

        def at(place: float, near: bool) -> int:
            # tags are at either end of a TIFF, headers at the start of other files
            if not near:
                return int(place * len(data))
            offset = int(place * 2 * edges)
            return offset if offset < edges else len(data) - 1 - (offset - edges)

        for place, bit, near in flips:
            changed[at(place, near)] ^= 1 << bit
        for place, word, near in writes:
            start = at(place, near)
            size = min(4 if word > 0xFFFF else 2, len(data) - start)
            changed[start : start + size] = word.to_bytes(4, "little")[:size]
        return bytes(changed[: int(cut * len(data))])

    return damaged


NUMBERS = st.one_of(st.integers(0, 5), st.integers(0, 2**16 - 1), st.integers(0, 2**32 - 1))
VALUES: dict[int, st.SearchStrategy] = {
    1: st.integers(0, 255),
    3: st.integers(0, 65535),
    4: NUMBERS,
}
VALUES |= {5: NUMBERS, 9: st.integers(-(2**31), 2**31 - 1), 10: st.integers(-100, 2**31 - 1)}
VALUES |= {11: st.floats(width=32), 12: st.floats()}
CODES = [254, 256, 257, 258, 259, 262, 274, 277, 278, 317, 322, 323, 339, 33421, 33422]
CODES += [*range(50706, 50723), 50728, 50778, 50829, 50830]


@st.composite
def tags(draw: st.DrawFn) -> Tags:
    """Tags of a DNG, some with values of any kind."""
    chosen = dict(DNG) | dict(size_tags(HEIGHT, WIDTH))
    for code in draw(st.lists(st.sampled_from(CODES), min_size=1, max_size=4, unique=True)):
        kind = draw(st.sampled_from(sorted(VALUES)))
        count = draw(st.sampled_from([1, 1, 1, 2, 4, 8, HEIGHT, WIDTH]))
        count *= 2 if kind in (5, 10) else 1
        chosen[code] = (kind, draw(st.lists(VALUES[kind], min_size=count, max_size=count)))
    return chosen


def check_raw(path: Path) -> None:
    """A raw of counts in [0, range] and of the size announced before, or a BenchError."""
    levels = None if path.suffix == ".dng" else LEVELS
    try:
        size = read_size(path, levels)
        picture = read_raw(path, levels)
    except BenchError as error:
        assert path.name in str(error)
    else:
        assert picture.range > 0 and picture.counts.max() <= picture.range
        assert (picture.height, picture.width) == size
        assert picture.in_frame().counts.size > 0


def check_srgb(path: Path, read: Callable[[Path], Image.Image]) -> None:
    """A picture over the raw, or a BenchError."""
    raw = read_raw(path.parent / "a.dng")
    try:
        _, srgb = match_srgb(raw, read(path), path.name)
    except BenchError as error:
        assert path.name in str(error)
    else:
        assert srgb.pixels.shape == (3, HEIGHT, WIDTH) and srgb.pixels.dtype == np.uint8


def try_damage(folder: Path, kind: str, change: Callable[[bytes], bytes]) -> None:
    path = folder / f"damaged.{kind}"
    path.write_bytes(change((folder / f"a.{kind}").read_bytes()))
    if kind in PICTURES:
        check_srgb(path, open_picture)
    else:
        check_raw(path)
        if kind == "preview.dng":
            check_srgb(path, read_preview)


def try_tags(folder: Path, changed: dict[int, tuple[int, list]]) -> None:
    check_raw(write_tiff(folder / "tags.dng", changed, [noise().tobytes()]))


kinds = st.sampled_from(RAWS + PICTURES)


@usual
@given(kind=kinds, change=damage())
def test_damaged_files_end_in_a_picture_or_a_sentence(folder, kind, change):
    try_damage(folder, kind, change)


@usual
@given(changed=tags())
def test_random_tags_end_in_a_picture_or_a_sentence(folder, changed):
    try_tags(folder, changed)


@pytest.mark.fuzz
@longer
@given(kind=kinds, change=damage())
def test_many_damaged_files(folder, kind, change):
    try_damage(folder, kind, change)


@pytest.mark.fuzz
@longer
@given(changed=tags())
def test_many_random_tags(folder, changed):
    try_tags(folder, changed)


def test_whole_files_are_read(folder):
    for kind in RAWS + PICTURES:
        try_damage(folder, kind, lambda data: data)
        path = folder / f"a.{kind}"
        if kind in RAWS:
            assert read_raw(path, None if path.suffix == ".dng" else LEVELS).counts.any()
        else:
            assert match_srgb(read_raw(folder / "a.dng"), open_picture(path), kind)[1].notes
