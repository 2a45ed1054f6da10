"""One registry for mappers, deep ISPs, protocols and data sets.

A method registers itself with a decorator that carries what is known about it as literal data::

    @register_mapper("cstpp", title="...", year=2024, supervision="unpaired")
    class CSTPP(Mapper): ...

Built-in methods are found by reading those decorators from the source files of their package
without importing them, so that listing names and facts needs no torch. Third parties use the
entry-point groups ``isp_bench.mappers`` and ``isp_bench.isps``, or a file named on the command
line (:func:`load_plugin`). All take the same way through :class:`Registry`.
"""

from __future__ import annotations

import ast
import dataclasses
import importlib
import importlib.util
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, TypeVar

from benchmark.errors import BenchError, unknown_name

C = TypeVar("C", bound=type)


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
        supervision: the data a mapper learns from: "none", "unpaired" or "anchors".
        deviations: how this implementation differs from the publication, and why.
        needs: things beyond the installed packages, e.g. "VGG-19 weights".
        version: raised when a change of the code makes trained weights or results obsolete.
        reference: True for the floor, the ceiling and the like: shown, never ranked.
        adds: for a method that is another one with a part of its own: that other one and the name
            of the part, e.g. ("uvcgan", "CSTPP"); the two share a table.
    """

    name: str
    title: str = ""
    authors: str = ""
    year: int | None = None
    link: str = ""
    licence: str = "none"
    supervision: str = "none"
    deviations: str = ""
    needs: tuple[str, ...] = ()
    version: int = 1
    reference: bool = False
    adds: tuple[str, str] | None = None


@dataclass(frozen=True)
class _Entry:
    """A registered name: where its class is and what is known about it."""

    target: str  # "module:Class"
    info: MethodInfo | None  # None: known only after the import (entry points)
    origin: str


class Registry:
    """Names of one kind of thing, resolved to classes when they are needed.

    Args:
        kind: the word for messages, e.g. "mapper".
        package: the package whose files hold the built-in ones.
        decorator: name of the decorator that registers in this registry.
        base: "module:Class" that every registered class must derive from.
        group: entry-point group of third parties.
    """

    def __init__(self, kind: str, package: str, decorator: str, base: str, group: str) -> None:
        self.kind = kind
        self._package = package
        self._decorator = decorator
        self._base = base
        self._group = group
        self._registered: dict[str, _Entry] = {}
        self._classes: dict[str, type] = {}

    def register(self, name: str, **facts: Any) -> Callable[[C], C]:
        """The class decorator; `facts` are fields of :class:`MethodInfo`, written as literals.

        Raises:
            BenchError: another class has the name, or a fact is not a field.
        """
        info = _info(name, facts, self._decorator)

        def decorate(cls: C) -> C:
            target = f"{cls.__module__}:{cls.__qualname__}"
            origin = getattr(sys.modules.get(cls.__module__), "__file__", None) or cls.__module__
            entry = _Entry(target, info, origin)
            known = self._entries.get(name)
            if known is not None and known.target != target:
                raise self._clash(name, known.origin, origin)
            cls.info = info  # type: ignore[attr-defined]
            self._registered[name] = entry
            self._classes[name] = cls
            return cls

        return decorate

    @property
    def _entries(self) -> dict[str, _Entry]:
        return {**self._installed, **self._builtin, **self._registered}

    @cached_property
    def _builtin(self) -> dict[str, _Entry]:
        spec = importlib.util.find_spec(self._package)
        assert spec is not None and spec.submodule_search_locations
        folder = Path(spec.submodule_search_locations[0])
        entries: dict[str, _Entry] = {}
        for file in sorted(folder.rglob("*.py")):
            for name, entry in _read_decorators(
                file, folder, self._package, self._decorator
            ).items():
                if name in entries:
                    raise self._clash(name, entries[name].origin, str(file))
                entries[name] = entry
        return entries

    @cached_property
    def _installed(self) -> dict[str, _Entry]:
        entries: dict[str, _Entry] = {}
        for point in entry_points(group=self._group):
            origin = f"entry point {point.group} = {point.value}"
            known = entries.get(point.name) or self._builtin.get(point.name)
            if known is not None and known.target != point.value:
                raise self._clash(point.name, known.origin, origin)
            entries[point.name] = _Entry(point.value, None, origin)
        return entries

    def _clash(self, name: str, one: str, other: str) -> BenchError:
        return BenchError(
            f"Two {self.kind}s are called '{name}': one from {one}, one from {other}. Rename one "
            "of them."
        )

    def names(self) -> list[str]:
        """All names, sorted; imports no method."""
        return sorted(self._entries)

    def info(self, name: str) -> MethodInfo:
        """What is known about a method; imports it only if it comes from an entry point."""
        info = self._entry(name).info
        return info if info is not None else self.get(name).info  # type: ignore[attr-defined]

    def get(self, name: str) -> type:
        """The class behind a name.

        Raises:
            BenchError: unknown name, failing import, or a class of the wrong kind.
        """
        if name in self._classes:
            return self._classes[name]
        entry = self._entry(name)
        module, _, attribute = entry.target.partition(":")
        try:
            cls = getattr(importlib.import_module(module), attribute)
        except (ImportError, AttributeError) as error:
            raise BenchError(
                f"The {self.kind} '{name}' ({entry.origin}) cannot be loaded: {error}."
            ) from error
        if name not in self._classes:  # an entry point whose class is not decorated
            self.register(name)(cls)
        self._check_base(name, cls)
        return cls

    def create(self, name: str, **config: Any) -> Any:
        """An instance with its published defaults, changed by `config`.

        Raises:
            BenchError: unknown name, unknown config key, or a value of the wrong type.
        """
        from benchmark.config import build

        cls = self.get(name)
        self._check_base(name, cls)
        return cls(build(cls.Config, config, f"{self.kind} '{name}'"))  # type: ignore[attr-defined]

    def _entry(self, name: str) -> _Entry:
        entries = self._entries
        if name not in entries:
            raise unknown_name(self.kind, name, entries)
        return entries[name]

    def _check_base(self, name: str, cls: type) -> None:
        module, _, attribute = self._base.partition(":")
        base = getattr(importlib.import_module(module), attribute)
        if not (isinstance(cls, type) and issubclass(cls, base)):
            raise BenchError(f"The {self.kind} '{name}' must derive from {module}.{attribute}.")


def _info(name: str, facts: dict[str, Any], decorator: str) -> MethodInfo:
    fields = {field.name for field in dataclasses.fields(MethodInfo)} - {"name"}
    for key in facts:
        if key not in fields:
            raise unknown_name("fact", key, fields, where=f'@{decorator}("{name}")')
    return MethodInfo(name=name, **facts)


def _read_decorators(file: Path, folder: Path, package: str, decorator: str) -> dict[str, _Entry]:
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
                entries[name] = _Entry(target, _info(name, facts, decorator), str(file))
    return entries


def load_plugin(path: str | Path) -> None:
    """Runs a Python file so that the methods in it register themselves.

    Raises:
        BenchError: the file does not exist or fails while it runs.
    """
    file = Path(path).resolve()
    if not file.is_file():
        raise BenchError(f"--plugin {path}: there is no such file.")
    name = f"isp_bench_plugin_{file.stem}"
    if name in sys.modules and getattr(sys.modules[name], "__file__", None) == str(file):
        return
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise BenchError(f"--plugin {path}: not a Python file (.py).")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BenchError:
        del sys.modules[name]
        raise
    except Exception as error:
        del sys.modules[name]
        raise BenchError(f"--plugin {path} fails: {type(error).__name__}: {error}") from error


MAPPERS = Registry(
    "mapper", "mappers", "register_mapper", "mappers.base:Mapper", "isp_bench.mappers"
)
ISPS = Registry("ISP", "isp_models", "register_isp", "isp_models.base:DeepISP", "isp_bench.isps")
PROTOCOLS = Registry(
    "protocol", "protocols", "register_protocol", "protocols.base:Protocol", "isp_bench.protocols"
)
DATASETS = Registry(
    "data set",
    "benchmark.data",
    "register_dataset",
    "benchmark.data.base:DataSource",
    "isp_bench.datasets",
)

register_mapper = MAPPERS.register
register_isp = ISPS.register
register_protocol = PROTOCOLS.register
register_dataset = DATASETS.register
