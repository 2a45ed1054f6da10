"""Where and with what a result was made."""

import importlib.metadata
import platform
import subprocess
from pathlib import Path
from typing import Any

from benchmark import __version__

PACKAGES = (
    "torch", "torchvision", "numpy", "scipy", "pytorch-fid", "rawpy", "colour-science", "pillow",
)  # fmt: skip


def environment() -> dict[str, Any]:
    """Version, commit, packages, Python and system; a record adds the device."""
    versions = {name: importlib.metadata.version(name) for name in PACKAGES}
    return {
        "isp-bench": __version__,
        "commit": _commit(),
        "packages": versions,
        "python": platform.python_version(),
        "system": platform.platform(),
        "processor": platform.machine(),
    }


def _commit() -> str | None:
    """The commit of the source tree, with a "+" if files were changed; None outside git.

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
