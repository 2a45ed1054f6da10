"""ISP-Bench: which raw-to-raw mapper lets a deep ISP work on another camera, and how well."""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from benchmark.api.frames import load_run
    from benchmark.api.run import run
    from benchmark.api.trained import load_isp, load_mapper
    from benchmark.planning.run_config import RunConfig

__version__ = "0.1.0"
__all__ = ["RunConfig", "load_isp", "load_mapper", "load_run", "run"]

_HOMES = {
    "RunConfig": "benchmark.planning.run_config",
    "load_isp": "benchmark.api.trained",
    "load_mapper": "benchmark.api.trained",
    "load_run": "benchmark.api.frames",
    "run": "benchmark.api.run",
}


def __getattr__(name: str) -> Any:
    """Imports what is asked for: most commands need none of it, and it loads torch."""
    if name not in _HOMES:
        raise AttributeError(f"module 'benchmark' has no attribute '{name}'")
    return getattr(importlib.import_module(_HOMES[name]), name)
