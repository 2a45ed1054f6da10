"""What a registration says of a class: its name, its facts and where it is.

Registrations are read without importing the classes.
"""

from __future__ import annotations

import ast
import importlib.util
import inspect
import re
from dataclasses import dataclass, is_dataclass
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any, ClassVar, Literal, TypeVar, get_args

from benchmark.config import build, field_names
from benchmark.errors import BenchError, ContractError, unknown_name

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
RESERVED = ("all", "none")  # on the command line: every method; in records: no method

# What torch says when a module is used before its base class is initialised.
NO_SUPER = re.compile(
    r"before Module\.__init__|no attribute '(config|training|_parameters|_buffers|_modules)'"
)

Supervision = Literal["none", "unpaired", "anchors"]


@dataclass(frozen=True)
class MethodInfo:
    """What is known about a method, for lists, tables and citations.

    Attributes:
        name: the name in the registry.
        title: title of the publication, or a sentence on what the method is.
        authors: authors, as cited.
        year: year of publication.
        link: a DOI or address of the publication or its code.
        licence: licence of the reference implementation ("none" where there is no reference).
        supervision: the data a mapper learns from; "anchors" includes the unpaired pictures.
        deviations: how this implementation differs from the publication, and why.
        needs: things beyond the installed packages, e.g. "VGG-19 weights".
        version: raised when a change of the code makes trained weights or results obsolete.
        reference: True for the floor, the ceiling and the like: shown, never ranked.
        adds: for a method that adds a part to another one: the name of that other one and of the
            part, e.g. ("uvcgan", "CSTPP"); the two share a table.
    """

    name: str
    title: str = ""
    authors: str = ""
    year: int | None = None
    link: str = ""
    licence: str = "none"
    supervision: Supervision = "none"
    deviations: str = ""
    needs: tuple[str, ...] = ()
    version: int = 1
    reference: bool = False
    adds: tuple[str, str] | None = None


class Registered:
    """The base of every class in a registry: settings, and what is known about it.

    Attributes:
        Config: a dataclass of the settings; every field has a default.
        info: what is known about the class, set by its registration.
        config: the settings of this instance.
    """

    Config: ClassVar[type]
    info: ClassVar[MethodInfo]
    config: Any

    def __init__(self, config: Any = None) -> None:
        self.config = self.Config() if config is None else config


T = TypeVar("T", bound=Registered)


@dataclass(frozen=True)
class Entry:
    """A registered name: where its class is and what is known about it."""

    target: str  # "module:Class"
    info: MethodInfo | None  # None: known only after the import (entry points)
    origin: str  # as messages name it
    file: Path | None  # the source; None where it cannot be found without running code


def name_problem(name: str) -> str | None:
    """Why this cannot be the name of a method; None if it can."""
    if NAME.fullmatch(name) and name not in RESERVED:
        return None
    return (
        f"'{name}' cannot be a name. Names stand in file names and on the command line: at most "
        "64 letters, digits, '-', '_' and '.', the first a letter or digit; "
        f"{' and '.join(RESERVED)} have a meaning of their own."
    )


def checked_info(name: str, facts: dict[str, Any], decorator: str) -> MethodInfo:
    """The facts of a decorator, checked.

    Raises:
        ContractError: a name that cannot be one, an unknown fact, or a wrong value.
    """
    if not isinstance(name, str):
        raise ContractError(
            f'@{decorator} needs the name first: @{decorator}("my-name", title="...").'
        )
    where = f'@{decorator}("{name}")'
    if problem := name_problem(name):
        raise ContractError(f"{where}: {problem}")
    known = field_names(MethodInfo) - {"name"}
    for key in facts:
        if key not in known:
            raise ContractError(str(unknown_name("fact", key, known, where)))
    supervision = facts.get("supervision")
    if isinstance(supervision, str) and supervision not in get_args(Supervision):
        raise ContractError(
            str(unknown_name("supervision", supervision, get_args(Supervision), where))
        )
    try:
        return build(MethodInfo, {"name": name, **facts}, where)
    except BenchError as error:
        raise ContractError(str(error)) from error


def read_decorators(file: Path, folder: Path, package: str, decorator: str) -> dict[str, Entry]:
    """The registrations in a source file, read without running it."""
    source = file.read_text(encoding="utf-8")
    if f"@{decorator}(" not in source:
        return {}
    module = ".".join((package, *file.relative_to(folder).with_suffix("").parts))
    entries = {}
    for node in ast.parse(source, str(file)).body:
        for call in getattr(node, "decorator_list", []):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") == decorator:
                name = ast.literal_eval(call.args[0])
                facts = {str(k.arg): ast.literal_eval(k.value) for k in call.keywords}
                target = f"{module}:{getattr(node, 'name', '')}"
                entries[name] = Entry(target, checked_info(name, facts, decorator), str(file), file)
    return entries


def entry_of(point: EntryPoint) -> Entry:
    """An entry point; its class is not imported.

    Raises:
        BenchError: it does not name a class, or its name cannot be one.
    """
    origin = f"entry point {point.group}: {point.name} = {point.value}"
    package = getattr(point.dist, "name", None)
    origin += f" of the package {package}" if package else ""
    match = EntryPoint.pattern.match(point.value)
    if match is None or not match["attr"]:
        raise BenchError(f"The {origin} does not name a class. Write it as module:Class.")
    checked_info(point.name, {}, origin)
    return Entry(f"{match['module']}:{match['attr']}", None, origin, _file_of(match["module"]))


def _file_of(module: str) -> Path | None:
    """The source of a module, found without running it or a package that holds it."""
    first, *rest = module.split(".")
    try:
        spec = importlib.util.find_spec(first)
    except (ImportError, ValueError):
        return None
    if spec is None:
        return None
    if not rest:
        return Path(spec.origin) if spec.origin else None
    for folder in spec.submodule_search_locations or ():
        inside = Path(folder, *rest)
        for file in (inside.with_name(f"{inside.name}.py"), inside / "__init__.py"):
            if file.is_file():
                return file
    return None


def same_file(one: Entry, other: Entry) -> bool:
    """Whether two classes come from the same source, e.g. an installed package and its file."""
    if one.file is None or other.file is None or not (one.file.is_file() and other.file.is_file()):
        return False
    same_class = one.target.partition(":")[2] == other.target.partition(":")[2]
    return same_class and (
        one.file.resolve() == other.file.resolve()
        or one.file.read_bytes() == other.file.read_bytes()
    )


def checked_class(cls: object, base: type[T], what: str) -> type[T]:
    """A class that may be registered.

    Args:
        cls: the class.
        base: the class that it must derive from.
        what: names it in errors.

    Raises:
        ContractError: it does not derive from `base`, or its `Config` is not a dataclass.
    """
    if not (isinstance(cls, type) and issubclass(cls, base)):
        raise ContractError(f"The {what} must derive from {base.__module__}.{base.__qualname__}.")
    config = getattr(cls, "Config", None)
    if not (isinstance(config, type) and is_dataclass(config)):
        raise ContractError(
            f"The {what} has Config = {config!r}; it must be a dataclass of its settings."
        )
    return cls


def constructed(cls: type[T], config: object, what: str) -> T:
    """An instance of a registered class.

    Args:
        cls: the class.
        config: its settings, an instance of `cls.Config`.
        what: names the class in errors.

    Raises:
        ContractError: its `__init__` does not take the settings, or does not initialise its base.
    """
    signature = inspect.signature(cls)
    try:
        signature.bind(config)
    except TypeError as error:
        raise ContractError(
            f"The {what} has an __init__ that takes {signature}, but must take its settings. Write "
            "def __init__(self, config=None) and begin it with super().__init__(config)."
        ) from error
    no_super = ContractError(
        f"The {what} does not initialise its base class. Begin its __init__ with "
        "super().__init__(config)."
    )
    try:
        made = cls(config)
    except AttributeError as error:
        if NO_SUPER.search(str(error)) is None:
            raise
        raise no_super from error
    if not hasattr(made, "config"):
        raise no_super
    return made
