"""Bundles: a run in one zip file, with all that is needed to score it again elsewhere.

`manifest.json` (format, who made it, environment, checksums of all other files), `packages.txt`,
the run's `records/` and `tables/`, the source of its plug-ins in `plugins/`, and for every step
behind a record `steps/<key>/spec.json` (its config), `done.json` (what it really did) and, for
trained steps, `weights.safetensors`. The sources are there to be read; reading a bundle runs none
of them.
"""

import hashlib
import importlib.metadata
import json
import re
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from benchmark import __version__
from benchmark.errors import BenchError
from benchmark.files import check_writable, sha256_of, whole_file
from benchmark.records.archive import extract
from benchmark.records.environment import environment
from benchmark.records.plugins import sources
from benchmark.records.record import read_records
from benchmark.store.step import (
    KEY_LENGTH,
    WEIGHTS,
    Kind,
    StepSpec,
    Training,
    is_key,
    step_from_json,
)
from benchmark.store.store import Store

FORMATS = (1, 2)  # what is read; the second may hold plug-ins
TABLES = (".md", ".tex", ".csv")
TEXT_BYTES = 256 * 2**20
PLUGIN_BYTES = 4 * 2**20
STEP = f"steps/[0-9a-f]{{{KEY_LENGTH}}}"
ALLOWED = {
    r"manifest\.json|packages\.txt": TEXT_BYTES,
    r"records/[\w.=-]+\.json": TEXT_BYTES,
    r"tables/[\w.=-]+\.(md|tex|csv)": TEXT_BYTES,
    r"plugins/[\w.-]+\.py": PLUGIN_BYTES,
    rf"{STEP}/(spec|done)\.json": TEXT_BYTES,
    rf"{STEP}/weights\.safetensors": 16 * 2**30,
}

# What a step may read: the kind of the step that each role names.
ROLES: dict[str, Kind] = {"isp": "isp", "raw": "map", "validation": "map", "mapper": "mapper"}
MOST_LETTERS = 100  # of the name and the link of whoever made it


@dataclass(frozen=True)
class Bundle:
    """An unpacked bundle whose checksums were compared.

    Attributes:
        folder: where it was unpacked.
        manifest: its own description.
    """

    folder: Path
    manifest: dict[str, Any]

    def step_folder(self, key: str) -> Path:
        """The folder of a step in it."""
        return self.folder / "steps" / key

    @cached_property
    def specs(self) -> dict[str, StepSpec]:
        """Its steps by key; each key is the hash of what the step says.

        Raises:
            BenchError: a step cannot be read, or is not what its key says.
        """
        return {folder.name: _read_spec(folder) for folder in sorted(self.folder.glob("steps/*"))}

    def behind(self, key: str) -> list[str]:
        """Keys of a step and of all behind it, inputs first.

        Raises:
            BenchError: one of them is not in the bundle, or reads what its kind of step cannot.
        """
        if key not in self.specs:
            raise BenchError(f"the bundle lacks the step {key}.")
        found: dict[str, None] = {}
        for role, needed in self.specs[key].inputs.items():
            if needed in self.specs and self.specs[needed].kind != ROLES[role]:
                raise BenchError(f"the step {key} reads a step that is no '{role}'.")
            found |= dict.fromkeys(self.behind(needed))
        return [*found, key]


@dataclass(frozen=True)
class Exported:
    """What was written into a bundle.

    Attributes:
        steps: their number.
        plugins: names of the plug-ins' files.
        lacking: methods of plug-ins whose source was not kept with the run.
    """

    steps: int
    plugins: tuple[str, ...]
    lacking: tuple[str, ...]


def export(
    run: Path, store: Store, target: Path, weights: bool, by: str = "", link: str = ""
) -> Exported:
    """Writes the bundle of a run.

    Args:
        run: a run's folder.
        store: where its steps are kept.
        target: the zip file; must not exist.
        weights: whether it holds the weights of trained steps.
        by: who made it; empty for not said.
        link: an https address of theirs; empty for none.

    Raises:
        BenchError: no records, a step that is no longer in the store, a file in the way, or a name
            or link that no bundle may have.
    """
    for fault in maker_faults(by, link):
        raise BenchError(f"The bundle cannot be written: {fault}")
    check_writable(target, "The bundle")
    if target.exists():
        raise BenchError(f"{target} exists. Delete it, or choose another name.")
    keys = sorted({key for record in read_records(run) for key in record.steps})
    files = {f"records/{f.name}": f for f in sorted((run / "records").glob("*.json"))}
    files |= {f"tables/{f.name}": f for f in sorted(run.iterdir()) if f.suffix in TABLES}
    kept = sources(run)
    files |= {f"plugins/{file.name}": file for file in kept.values()}
    lacking = set()
    for key in keys:
        files |= _step_files(store, key, weights)
        spec = store.spec(key)
        if isinstance(spec, Training) and spec.source not in (None, *kept):
            lacking.add(spec.method)
    with (
        whole_file(target) as part,
        zipfile.ZipFile(part, "x", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive,
    ):
        packages = _packages()
        sums = {"packages.txt": hashlib.sha256(packages.encode()).hexdigest()}
        archive.writestr("packages.txt", packages)
        for name, file in files.items():
            sums[name] = sha256_of(file)
            archive.write(file, name)
        manifest = _manifest(run, keys, sums) | {"by": by, "link": link}
        archive.writestr("manifest.json", json.dumps(manifest, indent=1))
    return Exported(len(keys), tuple(file.name for file in kept.values()), tuple(sorted(lacking)))


def unpack(archive: Path, folder: Path) -> Bundle:
    """Unpacks a bundle into an empty folder.

    Raises:
        BenchError: it is not a bundle, is damaged, or holds what does not belong there.
    """
    names = extract(archive, folder, ALLOWED)
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        form, sums = manifest["format"], dict(manifest["sha256"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise BenchError(f"{archive} is not a bundle: its manifest cannot be read.") from error
    if form not in FORMATS:
        raise BenchError(f"{archive} has format {form}; this version reads formats 1 and 2.")
    if set(names) != {*sums, "manifest.json"}:
        odd = sorted(set(names) ^ {*sums, "manifest.json"})[0]
        raise BenchError(f"{archive} is damaged: {odd} is missing, or not in its manifest.")
    for name, expected in sums.items():
        if sha256_of(folder / name) != expected:
            raise BenchError(f"{archive} is damaged: {name} is not what the manifest says.")
    return Bundle(folder, manifest)


def maker_faults(by: object, link: object) -> list[str]:
    """What is wrong with the name and the link of whoever made a bundle, a sentence each."""
    faults = []
    for what, value in (("name", by), ("link", link)):
        if not isinstance(value, str) or len(value) > MOST_LETTERS or not value.isprintable():
            faults.append(
                f"the {what} of who made it is not a line of up to {MOST_LETTERS} letters."
            )
        elif what == "link" and value and not re.fullmatch(r"https://[^\s\"'<>]+", value):
            faults.append("the link does not begin with https://, or has a space or a quote in it.")
    return faults


def _read_spec(folder: Path) -> StepSpec:
    """A step of a bundle, if its key is the hash of what it says."""
    try:
        spec = step_from_json(json.loads((folder / "spec.json").read_text(encoding="utf-8")))
        genuine = spec.key == folder.name and all(map(is_key, spec.inputs.values()))
    except (OSError, ValueError, TypeError, RecursionError, BenchError) as error:
        raise BenchError(f"The bundle's step {folder.name} cannot be read: {error}.") from error
    if not genuine:
        raise BenchError(f"The bundle's step {folder.name} is not what its key says.")
    return spec


def _step_files(store: Store, key: str, weights: bool) -> dict[str, Path]:
    spec = store.spec(key)
    if not store.is_done(key):
        raise BenchError(
            f"The step {key} ({spec.title}) is no longer done in the store {store.folder}. Do the "
            "run again; only what is missing is computed."
        )
    names = ["spec.json", "done.json"]
    if weights and spec.is_training:
        store.verified(key, WEIGHTS)
        names.append(WEIGHTS)
    return {f"steps/{key}/{name}": store.step_folder(key) / name for name in names}


def _manifest(run: Path, keys: list[str], sums: dict[str, str]) -> dict[str, Any]:
    return {
        "format": 2 if any(name.startswith("plugins/") for name in sums) else 1,
        "isp-bench": __version__,
        "run": run.resolve().name,
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "steps": keys,
        "environment": environment(),
        "sha256": sums,
    }


def _packages() -> str:
    """All installed packages, as in a requirements file."""
    found = {d.metadata["Name"]: d.version for d in importlib.metadata.distributions()}
    return "".join(f"{name}=={found[name]}\n" for name in sorted(found, key=str.lower))
