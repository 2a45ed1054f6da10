"""Which data set a text means: NAME, NAME:PATH, or a path alone."""

import re
from pathlib import Path
from typing import Any

from benchmark.data.prepared import PreparedSource
from benchmark.data.prepared_folder import ORIGIN, read_manifest
from benchmark.errors import BenchError, unknown_name
from benchmark.registry import DATASETS


def full_name(text: str) -> str:
    """The text as NAME or NAME:ARGUMENT, where it may be the path of a folder alone.

    A folder that was prepared, or that looks like a download, belongs to its data set; any other
    one holds somebody's own pictures. Options may follow the path as they do after `folder:`.

    Raises:
        BenchError: it is neither a data set nor a folder.
    """
    name, colon, _ = text.partition(":")
    path, *options = re.split(r",(?=\w+=)", text)
    folder = Path(path).expanduser().absolute()
    is_folder = bool(path) and folder.is_dir()
    if name in DATASETS.names() and (colon or not (is_folder and _needs_path(name))):
        return text
    if not is_folder:
        if any(sign in name for sign in "/~."):
            raise BenchError(f"{folder}: there is no such folder.")
        unknown = unknown_name("data set", name, DATASETS.names())
        raise BenchError(f"{text}: there is no such folder. {unknown}")
    return ",".join((f"{_owner(folder)}:{folder}", *options))


def prepared_sources() -> list[type[PreparedSource]]:
    """The classes of all data sets that are prepared from a download."""
    classes: list[Any] = [DATASETS.get(name) for name in DATASETS.names()]
    return [cls for cls in classes if issubclass(cls, PreparedSource)]


def _needs_path(name: str) -> bool:
    """Whether the data set is in a folder that must be named."""
    cls: Any = DATASETS.get(name)
    return "path" in getattr(cls.Config, "__dataclass_fields__", {})


def _owner(folder: Path) -> str:
    """The data set that a folder belongs to."""
    manifest = read_manifest(folder)
    if manifest is not None:
        return manifest.name
    if (folder / ORIGIN).is_file():
        raise BenchError(f"{folder} was not prepared to the end; run the same command again.")
    return next((cls.info.name for cls in prepared_sources() if cls.recognises(folder)), "folder")
