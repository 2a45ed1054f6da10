"""Hashes of files, kept in memory while a file stays as it is."""

from pathlib import Path

from benchmark.errors import BenchError
from benchmark.files import sha256_of

_known: dict[tuple[Path, int, int], str] = {}  # (path, size, mtime in ns): SHA-256


def digest(path: Path) -> str:
    """SHA-256 of a file, computed again only when its size or time has changed.

    Raises:
        BenchError: it cannot be read.
    """
    try:
        status = path.stat()
        key = (path, status.st_size, status.st_mtime_ns)
        if key not in _known:
            _known[key] = sha256_of(path)
        return _known[key]
    except OSError as error:
        raise BenchError(f"{path} cannot be read: {error.strerror}.") from error
