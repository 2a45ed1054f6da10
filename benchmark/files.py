"""Files that appear whole or not at all, their checksums and sizes."""

import errno
import hashlib
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmark.errors import BenchError

if TYPE_CHECKING:
    from numpy.typing import NDArray

LETTERS_KEPT = 24  # of a file's name in that of its part file


def write_atomic(path: Path, text: str) -> None:
    """Writes a text file so that it appears whole or not at all."""
    with whole_file(path) as part:
        part.write_text(text, encoding="utf-8")


def save_array(path: Path, array: "NDArray[Any]") -> None:
    """Writes an array file so that it appears whole or not at all."""
    import numpy as np  # not for every command: it takes longer than the rest of this module

    with whole_file(path) as part, part.open("wb") as file:
        np.save(file, np.ascontiguousarray(array), allow_pickle=False)


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A file to write in place of `path`, which it becomes at the end of the block.

    If the block fails, nothing of it is left, and an older `path` keeps its content.
    """
    part = _part_of(path)
    try:
        yield part
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _part_of(path: Path) -> Path:
    """A hidden file in the same folder, with a name that nobody else uses.

    Processes on two machines may share a folder and have equal process numbers. The name is
    shorter than the 143 bytes that the strictest file systems allow, however long that of `path`
    is: a letter takes up to 4 bytes.
    """
    return path.with_name(f".{path.name[:LETTERS_KEPT]}.{uuid.uuid4().hex}.part")


def check_writable(path: Path, option: str) -> None:
    """Checks that a result can be written, before the work that leads to it.

    A file that exists keeps its content, and nothing new is left behind.

    Args:
        path: the file to be written.
        option: how the user named it, e.g. "-o", for the errors.

    Raises:
        BenchError: its folder is missing or cannot be written, its name is too long, or a folder,
            a device or a write-protected file has this name.
    """
    try:
        if not path.absolute().parent.is_dir():
            raise BenchError(f"{option} {path}: there is no folder {path.absolute().parent}.")
        if path.is_dir():
            raise BenchError(f"{option} {path} is a folder. Name a file.")
        if path.exists() and not path.is_file():
            raise BenchError(f"{option} {path} is a device or a pipe. Name a file.")
        if path.exists() and not os.access(path, os.W_OK):
            raise BenchError(f"{option} {path} is write-protected. Choose another name.")
        trials = [_part_of(path)] if os.path.lexists(path) else [_part_of(path), path]
        for trial in trials:
            trial.touch(exist_ok=False)
            trial.unlink()
    except OSError as error:
        raise BenchError(
            f"{option} {path} cannot be written: {error.strerror}. Choose another name or folder."
        ) from error


def sha256_of(file: Path) -> str:
    """The checksum of a file of any size."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def size_of(folder: Path) -> int:
    """Bytes of all files below a folder."""
    return sum(file.lstat().st_size for file in folder.rglob("*") if not file.is_dir())


def require_writable(folder: Path, option: str, *, make: bool = True) -> None:
    """Makes a folder and tries to write into it; `make=False` only checks and leaves no trace.

    Raises:
        BenchError: it cannot be made or written.
    """
    try:
        if make:
            probe = folder / f".write-test-{os.getpid()}"
            folder.mkdir(parents=True, exist_ok=True)
            probe.touch()
            probe.unlink()
        elif not (there := nearest_folder(folder)).is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), there)
        elif not os.access(there, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), there)
    except OSError as error:
        raise BenchError(
            f"{folder} cannot be written ({error.strerror}). Choose another folder with "
            f"{option}, or change its permissions."
        ) from error


def nearest_folder(folder: Path) -> Path:
    """The folder itself, or the nearest one above it that exists."""
    return next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
