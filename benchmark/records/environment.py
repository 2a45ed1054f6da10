"""Where and with what a result was made."""

import importlib.metadata
import platform
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

from benchmark import __version__

PACKAGES = (
    "torch", "torchvision", "numpy", "scipy", "pytorch-fid", "rawpy", "colour-science", "pillow",
)  # fmt: skip


def environment() -> dict[str, Any]:
    """Version, commit, packages, Python and system; a record adds the device."""
    versions = {name: _version(name) for name in PACKAGES}
    return {
        "isp-bench": __version__,
        "commit": _commit(),
        "packages": versions,
        "python": platform.python_version(),
        "system": platform.platform(),
        "processor": platform.machine(),
    }


@cache
def _version(package: str) -> str:
    return importlib.metadata.version(package)


@cache
def _commit() -> str | None:
    """The commit of the source tree, with a "+" if files were changed; None outside git.

    Asked for once: the code that runs is that of the time when it was loaded.

    An installed package may be inside an unrelated repository, so git must know this very file.
    """
    here = Path(__file__)
    commands = (
        ["git", "ls-files", "--error-unmatch", here.name],
        ["git", "rev-parse", "HEAD"],
        ["git", "status", "--porcelain"],
    )
    try:
        _, commit, changes = (
            subprocess.run(
                command, cwd=here.parent, capture_output=True, text=True, check=True
            ).stdout.strip()
            for command in commands
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return commit + ("+" if changes else "")
