"""Bundles for tests: one that takes no training, and changes as a forger would make them."""

import hashlib
import json
import shutil
import zipfile
from pathlib import Path

from benchmark.records.bundle import export
from benchmark.store.store import Store
from tests.benchmark.formats.test_formats import FORMATS


def old_bundle(folder: Path, name: str = "old.zip", **changes) -> Path:
    """The bundle of the run that an earlier version left in `formats_v1`."""
    if not (folder / "old").is_dir():
        shutil.copytree(FORMATS, folder / "old")
    run, target = folder / "old" / "results" / "simulated-smoke", folder / name
    export(run, Store(folder / "old" / "store"), target, **{"weights": True, **changes})
    return target


def rewrite(bundle, change):
    """Changes the content of files in a bundle, and mends its manifest: a forger would."""
    with zipfile.ZipFile(bundle) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(files.pop("manifest.json"))
    files = change(files)
    manifest["sha256"] = {n: hashlib.sha256(c).hexdigest() for n, c in files.items()}
    with zipfile.ZipFile(bundle, "w") as archive:
        for name, content in {**files, "manifest.json": json.dumps(manifest)}.items():
            archive.writestr(name, content)
