"""Methods in Python files of the user's own."""

import importlib.util
import sys
from hashlib import sha256
from pathlib import Path

from benchmark.errors import BenchError


def load_plugin(path: str | Path) -> None:
    """Runs a Python file so that the methods in it register themselves.

    Raises:
        BenchError: the file does not exist or fails while it runs.
    """
    file = Path(path).resolve()
    if not file.is_file():
        raise BenchError(f"--plugin {path}: there is no such file.")
    # Two files of one name are two modules: a class is traced to its source by its module.
    name = f"isp_bench_plugin_{file.stem}_{sha256(str(file).encode()).hexdigest()[:8]}"
    if name in sys.modules:
        return
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise BenchError(f"--plugin {path}: not a Python file (.py).")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException as error:
        del sys.modules[name]
        if isinstance(error, Exception) and not isinstance(error, BenchError):
            raise BenchError(f"--plugin {path} fails: {type(error).__name__}: {error}") from error
        raise
