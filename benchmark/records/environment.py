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


def environment(device: str) -> dict[str, Any]:
    """Where and with what a result was made."""
    versions = {name: importlib.metadata.version(name) for name in PACKAGES}
    return {
        "isp-bench": __version__,
        "commit": _commit(),
        "packages": versions,
        "python": platform.python_version(),
        "system": platform.platform(),
        "processor": platform.machine(),
        "device": device,
    }


def _commit() -> str | None:
    """The commit of the source tree, "+" behind it if files were changed; None outside git."""
    here = Path(__file__).parent
    commands = (["git", "rev-parse", "HEAD"], ["git", "status", "--porcelain"])
    try:
        commit, changes = (
            subprocess.run(c, cwd=here, capture_output=True, text=True, check=True).stdout.strip()
            for c in commands
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return commit + ("+" if changes else "")
