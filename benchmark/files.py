"""Files that appear whole or not at all, their checksums and sizes."""

import hashlib
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmark.errors import BenchError


def write_atomic(path: Path, text: str) -> None:
    """Writes a text file so that it appears whole or not at all."""
    with whole_file(path) as part:
        part.write_text(text, encoding="utf-8")


def save_array(path: Path, array: NDArray) -> None:
    """Writes an array file so that it appears whole or not at all."""
    with whole_file(path) as part, part.open("wb") as file:
        np.save(file, np.ascontiguousarray(array), allow_pickle=False)


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A file to write in place of `path`, which it becomes at the end of the block.

    Its name is no other's: processes of two machines may share a folder, and have equal pids.
    """
    part = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    try:
        yield part
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def sha256_of(file: Path) -> str:
    """The checksum of a file of any size."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def size_of(folder: Path) -> int:
    """Bytes of all files below a folder."""
    return sum(file.lstat().st_size for file in folder.rglob("*") if not file.is_dir())


def require_writable(folder: Path, option: str) -> None:
    """Makes a folder and tries to write into it.

    Raises:
        BenchError: it cannot be made or written.
    """
    probe = folder / f".write-test-{os.getpid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise BenchError(
            f"{folder} cannot be written ({error.strerror}). Choose another folder with "
            f"{option}, or change its permissions."
        ) from error
