"""One registry for mappers, deep ISPs, protocols and data sets.

A method registers itself with a decorator that carries what is known about it as literal data::

    @register_mapper("cstpp", title="...", year=2024, supervision="unpaired")
    class CSTPP(Mapper): ...

Built-in methods are found by reading those decorators from the source files of their package
without importing them, so that listing names and facts needs no torch. Third parties use the
entry-point groups ``isp_bench.mappers``, ``isp_bench.isps``, ``isp_bench.protocols`` and
``isp_bench.datasets``, or a file named on the command line (`benchmark/plugin.py`). All of them go
through :class:`Registry`.
"""

from __future__ import annotations

import importlib
import importlib.util
import logging
import sys
from collections.abc import Callable
from functools import cached_property
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from benchmark.config import build
from benchmark.errors import BenchError, ContractError, unknown_name
from benchmark.registration import (
    Entry,
    MethodInfo,
    Registered,
    Supervision,
    checked_class,
    checked_info,
    constructed,
    entry_of,
    read_decorators,
    same_file,
)

if TYPE_CHECKING:
    from benchmark.data.base import DataSource
    from isp_models.base import DeepISP
    from mappers.base import Mapper
    from protocols.base import Protocol as EvaluationProtocol

__all__ = [
    "DATASETS",
    "ISPS",
    "MAPPERS",
    "PROTOCOLS",
    "MethodInfo",
    "Registered",
    "Registry",
    "Supervision",
    "register_dataset",
    "register_isp",
    "register_mapper",
    "register_protocol",
]

LOG = logging.getLogger(__name__)


T = TypeVar("T", bound=Registered)
C = TypeVar("C", bound=Registered)


class Registry(Generic[T]):
    """Names of one kind of thing, resolved to classes when they are needed.

    An entry point that cannot be used is reported once in the log and left out, so that one broken
    package does not stop the commands that do not need it.

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
        self._registered: dict[str, Entry] = {}
        self._classes: dict[str, type[T]] = {}
        self._left_out: dict[str, str] = {}  # entry points by name, and why

    def register(self, name: str, **facts: Any) -> Callable[[type[C]], type[C]]:
        """The class decorator; `facts` are fields of :class:`MethodInfo`, written as literals.

        Raises:
            ContractError: the name cannot be a name, or a fact is unknown or wrong.
            BenchError: another class has the name.
        """
        info = checked_info(name, facts, self._decorator)

        def decorate(cls: type[C]) -> type[C]:
            target = f"{cls.__module__}:{cls.__qualname__}"
            source = getattr(sys.modules.get(cls.__module__), "__file__", None)
            entry = Entry(target, info, source or cls.__module__, Path(source) if source else None)
            known = self._entries.get(name)
            if known is not None and known.target != target and not same_file(known, entry):
                raise self._clash(name, known.origin, entry.origin)
            self._left_out.pop(name, None)
            cls.info = info
            self._registered[name] = entry
            self._classes[name] = cls  # type: ignore[assignment]  # its base is checked in `get`
            return cls

        return decorate

    @property
    def _entries(self) -> dict[str, Entry]:
        return {**self._installed, **self._builtin, **self._registered}

    @cached_property
    def _builtin(self) -> dict[str, Entry]:
        spec = importlib.util.find_spec(self._package)
        assert spec is not None and spec.submodule_search_locations
        folder = Path(spec.submodule_search_locations[0])
        entries: dict[str, Entry] = {}
        for file in sorted(folder.rglob("*.py")):
            for name, entry in read_decorators(
                file, folder, self._package, self._decorator
            ).items():
                if name in entries:
                    raise self._clash(name, entries[name].origin, str(file))
                entries[name] = entry
        return entries

    @cached_property
    def _installed(self) -> dict[str, Entry]:
        """The entry points of other packages, as far as they can be judged without an import."""
        entries: dict[str, Entry] = {}
        for point in entry_points(group=self._group):
            try:
                entry = entry_of(point)
                known = entries.get(point.name) or self._builtin.get(point.name)
                if known is not None and known.target != entry.target:
                    entries.pop(point.name, None)
                    raise self._clash(point.name, known.origin, entry.origin)
                if point.name not in self._left_out:
                    entries[point.name] = entry
            except BenchError as error:
                self._leave_out(point.name, str(error))
        return entries

    def _leave_out(self, name: str, reason: str) -> None:
        if name not in self._left_out:
            LOG.warning("%s This entry point is left out.", reason)
        self._left_out[name] = reason

    def _clash(self, name: str, one: str, other: str) -> BenchError:
        return BenchError(
            f"Two {self.kind}s are called '{name}': one from {one}, one from {other}. Rename one "
            "of them."
        )

    def __contains__(self, name: str) -> bool:
        """Whether the name is known; imports nothing."""
        return name in self._entries

    def names(self) -> list[str]:
        """All names that can be used, sorted; imports those that come from entry points only.

        >>> "global3x3" in MAPPERS.names()
        True
        """
        return sorted(name for name in self._entries if self._is_usable(name))

    def _is_usable(self, name: str) -> bool:
        if name in self._left_out and name not in self._builtin:
            return False
        if self._entries[name].info is not None:
            return True
        try:
            self.get(name)
        except BenchError as error:
            self._leave_out(name, str(error))
            return False
        return True

    def info(self, name: str) -> MethodInfo:
        """What is known about a method; imports it only if it comes from an entry point.

        Raises:
            BenchError: as `get`.

        >>> MAPPERS.info("global3x3").supervision
        'anchors'
        """
        info = self._entry(name).info
        return info if info is not None else self.get(name).info

    def get(self, name: str) -> type[T]:
        """The class behind a name.

        Raises:
            BenchError: unknown name, or the class cannot be loaded.
            ContractError: a class of the wrong kind.
        """
        if name not in self._classes:
            entry = self._entry(name)
            cls = self._checked(name, self._load(name, entry))
            if name not in self._classes:  # an entry point whose class is not decorated
                if "info" not in vars(cls):
                    self.register(name)(cls)
                elif cls.info.name != name:
                    raise ContractError(
                        f"The {entry.origin} names a class that is registered as "
                        f"'{cls.info.name}'. Give both the same name."
                    )
                self._classes[name] = cls
        return self._checked(name, self._classes[name])

    def _load(self, name: str, entry: Entry) -> object:
        module, _, attribute = entry.target.partition(":")
        ours = entry.info is not None
        expected = (ImportError, AttributeError) if ours else (Exception, SystemExit)
        try:
            found: object = importlib.import_module(module)
            for part in attribute.split("."):
                found = getattr(found, part)
        except expected as error:
            text = f"{type(error).__name__}: {error}".rstrip(".")
            raise BenchError(f"The {self._described(name)} cannot be loaded: {text}.") from error
        return found

    def create(self, name: str, **config: Any) -> T:
        """An instance with its published defaults, changed by `config`.

        Raises:
            BenchError: unknown name, unknown config key, or a value of the wrong type.
            ContractError: its `__init__` breaks the contract.

        >>> MAPPERS.create("cut", width=8).config.width
        8
        """
        cls = self.get(name)
        settings: object = build(cls.Config, config, f"{self.kind} '{name}'")
        return constructed(cls, settings, self._described(name))

    def _entry(self, name: str) -> Entry:
        entries = self._entries
        if name in entries:
            return entries[name]
        if name in self._left_out:
            raise BenchError(self._left_out[name])
        raise unknown_name(self.kind, name, entries)

    def _checked(self, name: str, cls: object) -> type[T]:
        module, _, attribute = self._base.partition(":")
        base: type[T] = getattr(importlib.import_module(module), attribute)
        return checked_class(cls, base, self._described(name))

    def _described(self, name: str) -> str:
        return f"{self.kind} '{name}' ({self._entry(name).origin})"


MAPPERS: Registry[Mapper] = Registry(
    "mapper", "mappers", "register_mapper", "mappers.base:Mapper", "isp_bench.mappers"
)
ISPS: Registry[DeepISP] = Registry(
    "ISP", "isp_models", "register_isp", "isp_models.base:DeepISP", "isp_bench.isps"
)
PROTOCOLS: Registry[EvaluationProtocol] = Registry(
    "protocol", "protocols", "register_protocol", "protocols.base:Protocol", "isp_bench.protocols"
)
DATASETS: Registry[DataSource] = Registry(
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
