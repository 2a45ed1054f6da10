"""Opening camera files with rawpy; what fails is explained."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import rawpy

from benchmark.data.files.decodable import CONVERTED, check_decodable
from benchmark.data.files.dng import DngTags, dng_tags
from benchmark.errors import BenchError


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    """A rawpy picture whose failures are sentences.

    Raises:
        BenchError: the file is missing, of no known format, cut short or damaged.
    """
    if not path.is_file():
        raise BenchError(f"{path}: there is no such file.")
    try:
        if path.suffix.lower() == ".raw":
            _check_header(path)
        with rawpy.imread(str(path)) as raw:
            yield raw
    except rawpy.LibRawFileUnsupportedError as error:
        tags = _explained(path)
        version = ".".join(str(part) for part in rawpy.libraw_version)
        if tags is not None:
            raise BenchError(
                f"{path} is a DNG that LibRaw {version} cannot read: a tiny picture, or one stored "
                f"in a way it does not know ({tags.bits} bits, TIFF compression "
                f"{tags.compression}). {CONVERTED}"
            ) from error
        raise BenchError(
            f"{path} is not a camera raw file that LibRaw {version} can read: its format is "
            f"unknown, or the picture tiny. Convert it to DNG, or to a 16-bit TIFF with a "
            f"levels.yaml."
        ) from error
    except (rawpy.LibRawError, RuntimeError, OSError) as error:
        _explained(path)
        reason = error.args[0] if error.args else error
        reason = reason.decode(errors="replace") if isinstance(reason, bytes) else reason
        raise BenchError(
            f"{path} is cut short or damaged, or cannot be opened (LibRaw: {reason}). Copy it "
            f"again from the camera."
        ) from error


def _explained(path: Path) -> DngTags | None:
    """The tags of a DNG that LibRaw cannot read; None where they do not help.

    Raises:
        BenchError: they say why it cannot be read.
    """
    try:
        tags = dng_tags(path)
    except BenchError:
        return None  # as damaged as LibRaw found it
    if tags is not None:
        check_decodable(path, tags)
    return tags


def _check_header(path: Path) -> None:
    with path.open("rb") as file:
        if file.read(2) not in (b"II", b"MM"):  # the byte orders of TIFF, on which raws build
            raise BenchError(
                f"{path} has no header, so its size, filters and levels are unknown (LibRaw would "
                f"guess them from its length). Write it as a 16-bit TIFF with a levels.yaml."
            )
