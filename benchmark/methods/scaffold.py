"""A new method to start from: a plug-in or a package, with its test.

What it writes are the files in `templates/` with the method's name in them. Each is a whole method
that trains, so that an author changes what works.
"""

import importlib.util
import keyword
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from benchmark import __version__
from benchmark.errors import BenchError
from benchmark.files import require_writable, write_atomic
from benchmark.registration import name_problem
from benchmark.registry import ISPS, MAPPERS

Kind = Literal["mapper", "isp"]
TEMPLATES = Path(__file__).parent / "templates"


def new_method(kind: Kind, name: str, package: bool = False) -> dict[str, str]:
    """The files of a new method, by their path below the folder that is to hold them.

    Args:
        kind: of the method.
        name: its name in the registry.
        package: whether to make a package with an entry point, in a folder called `name`, and not
            a plug-in.

    Raises:
        BenchError: `name` cannot be one, or something has it or its module's name already.
    """
    module = re.sub("[-.]", "_", name)
    cls = "".join(part[:1].upper() + part[1:] for part in module.split("_"))
    _check(name, module, cls, (TEMPLATES / f"{kind}.py.j2").read_text("utf-8"))
    values = {
        "name": name,
        "kind": kind,
        "module": module,
        "cls": cls,
        "project": module.replace("_", "-").strip("-"),
        "version": __version__,
    }
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, keep_trailing_newline=True
    )

    def made(template: str) -> str:
        return environment.get_template(f"{template}.j2").render(values)

    method, test = made(f"{kind}.py"), made(f"test_{kind}.py")
    if not package:
        return {f"{module}.py": method, f"test_{module}.py": test}
    return {
        f"{name}/pyproject.toml": made("pyproject.toml"),
        f"{name}/{module}/__init__.py": made("__init__.py"),
        f"{name}/{module}/{kind}.py": method,
        f"{name}/tests/test_{module}.py": test,
    }


def write_new(files: Mapping[str, str], folder: Path) -> None:
    """Writes the files of a new method; all of them, or none where anything is in the way.

    Raises:
        BenchError: a file or a package of this name exists, or the folder cannot be written.
    """
    for name in {Path(file).parts[0] for file in files}:
        if os.path.lexists(folder / name):
            raise BenchError(
                f"{folder / name} exists, and nothing is overwritten. Choose another name, or "
                "another folder with -o."
            )
    require_writable(folder, "-o")
    for file, text in files.items():
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        write_atomic(folder / file, text)


def _check(name: str, module: str, cls: str, template: str) -> None:
    """Whether a method, its module and its class can have their names."""
    if problem := name_problem(name):
        raise BenchError(problem)
    for registry in (MAPPERS, ISPS):
        if name in registry:
            raise BenchError(f"The {registry.kind} '{name}' exists already. Choose another name.")
    if not module.isidentifier() or keyword.iskeyword(module) or keyword.iskeyword(cls):
        raise BenchError(
            f"'{name}' gives a module {module} and a class {cls}, which Python does not "
            "allow. Choose a name that begins with a letter and is not a keyword."
        )
    if importlib.util.find_spec(module) is not None:
        raise BenchError(
            f"'{name}' gives a module {module}, and there is one already, which it would hide. "
            "Choose another name."
        )
    if re.search(rf"\b{cls}\b", template):
        raise BenchError(
            f"'{name}' gives a class {cls}, which means something else in its file. Choose "
            "another name."
        )
