"""Which steps of a store the records and the plans of runs need."""

import json
from collections.abc import Iterable
from pathlib import Path

from benchmark.errors import BenchError
from benchmark.files import write_atomic

PLANNED = "planned.json"  # in a run's folder: the keys of all its steps


def write_planned(folder: Path, keys: Iterable[str]) -> None:
    """Lists in a run's folder the steps that it needs, whether they were run or not.

    Steps of earlier commands into the same folder stay on the list.
    """
    together = needed_by([folder]) | set(keys) if folder.is_dir() else set(keys)
    folder.mkdir(parents=True, exist_ok=True)
    write_atomic(folder / PLANNED, json.dumps(sorted(together), indent=0))


def needed_by(folders: Iterable[Path]) -> set[str]:
    """Keys of the steps behind all records, and on all lists of planned steps, below folders.

    Raises:
        BenchError: a folder is not there, or holds a record that cannot be read.
    """
    keys: set[str] = set()
    for folder in folders:
        if not folder.is_dir():
            raise BenchError(f"There is no folder {folder}. Name a results folder with --results.")
        for file in (*folder.rglob("records/*.json"), *folder.rglob(PLANNED)):
            try:
                content = json.loads(file.read_text(encoding="utf-8"))
                keys |= set(content if file.name == PLANNED else content["steps"])
            except (ValueError, KeyError, TypeError) as error:
                raise BenchError(
                    f"{file} is not a readable record ({error}), so nobody knows which steps "
                    "it needs. Delete it, or name other folders with --results."
                ) from error
    return keys
