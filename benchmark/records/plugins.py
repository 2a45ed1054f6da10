"""Sources of plug-ins, kept with the results made with them: `plugins/` in a run's folder.

They are text to be read. Nothing here runs them.
"""

import re
from collections.abc import Iterable
from pathlib import Path

from benchmark.files import sha256_of, whole_file

PLUGINS = "plugins"


def keep_sources(folder: Path, files: Iterable[Path]) -> None:
    """Copies plug-ins into a run's folder; each version stays, under the name "NAME-SHA256.py".

    Args:
        folder: the run's folder.
        files: the plug-ins' Python files.
    """
    for file in files:
        stem = re.sub(r"[^\w.-]", "_", file.stem, flags=re.ASCII)
        kept = folder / PLUGINS / f"{stem}-{sha256_of(file)[:8]}.py"
        if not kept.is_file():
            kept.parent.mkdir(parents=True, exist_ok=True)
            with whole_file(kept) as part:
                part.write_bytes(file.read_bytes())


def sources(folder: Path) -> dict[str, Path]:
    """The kept plug-ins of a run's folder or of an unpacked bundle, by SHA-256."""
    return {sha256_of(file): file for file in sorted((folder / PLUGINS).glob("*.py"))}
