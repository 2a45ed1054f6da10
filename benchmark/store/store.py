"""The store: a folder where every finished step lies under the key of all that decided it.

`steps/<key>/` holds `spec.json` (what the step is; enough to run it), its products, and, written
last, `done.json` with their checksums, or `failure.json` with the traceback. `data/` holds
prepared data sets and what is measured on them for all cells. Both hold an `owner/` folder, the
lock (see `benchmark/store/lock.py`).
"""

import json
import os
import platform
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Literal

from benchmark.errors import BenchError
from benchmark.files import require_writable, sha256_of, write_atomic
from benchmark.interrupt import CHECKPOINT, leave_if_requested
from benchmark.store.lock import PLACE, Holding, Lock
from benchmark.store.step import KEY_LENGTH, StepSpec, is_key, step_from_json

PRODUCTS = (".safetensors", ".json", ".npy", ".png", ".jpg")  # what a finished step vouches for
FAILURE = "failure.json"
NOTES = ("spec.json", "done.json", FAILURE)
SUMS = "sha256.json"  # of a prepared data set
POLL = 0.5  # seconds between two tries to take a lock


def default_store() -> Path:
    """`$ISP_BENCH_HOME`, else the user's cache folder."""
    home = os.environ.get("ISP_BENCH_HOME")
    return Path(home).expanduser() if home else user_cache()


def user_cache() -> Path:
    """Where the system keeps what a program can make again."""
    if platform.system() == "Darwin":
        return Path.home() / "Library" / "Caches" / "isp-bench"
    cache = os.environ.get("XDG_CACHE_HOME")
    return (Path(cache) if cache else Path.home() / ".cache") / "isp-bench"


class Store:
    """A store in a folder.

    A step of a store is a folder in `steps/` that is named by a key, whatever lies in it: all
    commands that list, count or clean steps agree on that.

    Args:
        folder: where it lies.
        mode: "write" makes the folder; "read" writes nothing, and the folder must be there; in
            the others, a folder that is not there is an empty store: "plan" checks that it could
            be written, "look" does not care.

    Raises:
        BenchError: the folder cannot be written, or is not there to be read.
    """

    def __init__(
        self, folder: Path, mode: Literal["write", "read", "plan", "look"] = "write"
    ) -> None:
        self.folder = folder
        if mode in ("write", "plan"):
            require_writable(folder, "--store", make=mode == "write")
        elif mode == "read" and not folder.is_dir():
            raise BenchError(f"There is no store in {folder}. Name another with --store.")

    def data_folder(self, name: str, fingerprint: str) -> Path:
        """Where a prepared data set lies."""
        return self.folder / "data" / f"{name}-{fingerprint[:KEY_LENGTH]}"

    def step_folder(self, key: str) -> Path:
        """Where a step lies, whether it was run or not."""
        return self.folder / "steps" / key

    def step_keys(self) -> list[str]:
        """Keys of all steps of this store, sorted."""
        return sorted(f.name for f in self.folder.glob("steps/*") if is_key(f.name) and f.is_dir())

    def add(self, spec: StepSpec) -> None:
        """Writes down what a step is, so that its key alone is enough to run it."""
        folder = self.step_folder(spec.key)
        if not (folder / "spec.json").is_file():
            folder.mkdir(parents=True, exist_ok=True)
            write_atomic(folder / "spec.json", json.dumps(spec.as_json(), indent=1))

    def spec(self, key: str) -> StepSpec:
        """What a step is.

        Raises:
            BenchError: no step of that key was ever planned here, or its description is damaged.
        """
        file = self.step_folder(key) / "spec.json"
        if not file.parent.is_dir():
            raise BenchError(f"The store {self.folder} knows no step {key}.")
        if not file.is_file():
            raise BenchError(f"{file} is missing. Delete {file.parent} and run again.")
        try:
            return step_from_json(json.loads(file.read_text(encoding="utf-8")))
        except (ValueError, BenchError) as error:
            raise BenchError(
                f"{file} is damaged ({error}). Delete {file.parent} and run again."
            ) from error

    def specs(self) -> dict[str, StepSpec]:
        """All steps of this store, by key, without those whose description is damaged."""
        found = {}
        for key in self.step_keys():
            with suppress(BenchError):
                found[key] = self.spec(key)
        return found

    def is_done(self, key: str) -> bool:
        """Whether the step is finished."""
        return (self.step_folder(key) / "done.json").is_file()

    def outcome(self, key: str) -> dict[str, Any]:
        """What a finished step reports: steps trained, seconds, parameters, ..."""
        text = (self.step_folder(key) / "done.json").read_text(encoding="utf-8")
        return json.loads(text)["outcome"]

    def finish(self, key: str, outcome: dict[str, Any]) -> None:
        """Marks a step as done, with the checksums of all it made."""
        folder = self.step_folder(key)
        (folder / FAILURE).unlink(missing_ok=True)
        done = {"outcome": outcome, "sha256": checksums(folder)}
        write_atomic(folder / "done.json", json.dumps(done, indent=1))

    def seal(self, data_folder: Path) -> None:
        """Writes down the checksums of a data set just prepared, once."""
        if not (data_folder / SUMS).is_file():
            write_atomic(data_folder / SUMS, json.dumps(checksums(data_folder), indent=0))

    def fail(self, key: str, reason: str, trace: str = "") -> None:
        """Writes down why a step failed; a failure is never taken for a result.

        Args:
            key: the step.
            reason: a sentence.
            trace: the traceback, or what its process printed last; "" where there is neither.
        """
        content = {"reason": reason, **({"traceback": trace} if trace else {})}
        write_atomic(self.step_folder(key) / FAILURE, json.dumps(content, indent=1))

    def failure(self, key: str) -> str | None:
        """Why a step failed when it was last tried; None if it did not."""
        content = self._failure(key)
        return None if content is None else str(content["reason"])

    def traceback_of(self, key: str) -> Path | None:
        """The file with the traceback of a failed step; None if there is none."""
        content = self._failure(key)
        return self.step_folder(key) / FAILURE if content and content.get("traceback") else None

    def _failure(self, key: str) -> dict[str, Any] | None:
        file = self.step_folder(key) / FAILURE
        if not file.is_file():
            return None
        content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        return content

    def is_interrupted(self, key: str) -> bool:
        """Whether a training was cut off; it continues from its checkpoint."""
        return not self.is_done(key) and (self.step_folder(key) / CHECKPOINT).is_file()

    def verified(self, key: str, name: str) -> Path:
        """A product of a finished step, after its checksum was compared.

        Raises:
            BenchError: the file is not what was written.
        """
        folder = self.step_folder(key)
        done = json.loads((folder / "done.json").read_text(encoding="utf-8"))
        file = folder / name
        if not file.is_file() or sha256_of(file) != done["sha256"].get(name):
            (folder / "done.json").unlink()
            raise BenchError(
                f"{file} is damaged: its checksum is not the one written when the step was "
                "finished. The step counts as missing from now on; run again to redo it."
            )
        return file

    def intact(self, key: str) -> Path:
        """The folder of a finished step, after all its products were compared.

        Raises:
            BenchError: a file is not what was written.
        """
        folder = self.step_folder(key)
        done = json.loads((folder / "done.json").read_text(encoding="utf-8"))
        for name in done["sha256"]:
            self.verified(key, name)
        return folder

    @contextmanager
    def lock(self, folder: Path, wait: bool = False) -> Iterator[bool]:
        """Holds a folder of the store for this process; yields False when another one holds it.

        With `wait` it waits for the other one instead. What a dead process held is taken over.
        """
        lock = Lock(folder)
        while not lock.acquire():
            if not wait:
                yield False
                return
            leave_if_requested()
            time.sleep(POLL)
        try:
            yield True
        finally:
            lock.release()

    def holding(self, key: str) -> Holding | None:
        """Which living process runs a step now, if one does."""
        return Lock(self.step_folder(key)).holding()


def checksums(folder: Path) -> dict[str, str]:
    """Checksums of the products in a folder, by path below it, without logs and notes."""
    return {
        str(file.relative_to(folder).as_posix()): sha256_of(file)
        for file in sorted(folder.rglob("*"))
        if file.suffix in PRODUCTS
        and not file.name.startswith(".")
        and file.parent.name != PLACE
        and not (file.parent == folder and file.name in (*NOTES, SUMS))
    }
