"""Building a method's config from a mapping, with errors that name the key."""

import dataclasses
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, TypeAdapter, ValidationError

from benchmark.errors import BenchError, unknown_name

M = TypeVar("M", bound=BaseModel)

T = TypeVar("T")


def field_names(config: type) -> set[str]:
    """Names of the fields of a config dataclass."""
    return {field.name for field in dataclasses.fields(config)}


def build(config: type[T], values: Mapping[str, Any], where: str) -> T:
    """The config dataclass with `values` in place of its defaults, types checked and converted.

    Args:
        config: a dataclass.
        values: field name to value.
        where: what the values are for, named in the errors.

    Raises:
        BenchError: a key that is no field, or a value of the wrong type or range.
    """
    known = field_names(config)
    for key in values:
        if key not in known:
            raise unknown_name("config key", key, known, where)
    adapter: TypeAdapter[T] = _adapter(config)  # type: ignore[arg-type]  # any class has a hash
    try:
        return adapter.validate_python(dict(values))
    except ValidationError as error:
        raise _not_valid(where, error) from error


def pairs(parts: Iterable[str], where: str, form: str = "KEY=VALUE") -> dict[str, str]:
    """Keys and values of texts like "key=value"; a value may hold "=" itself.

    Args:
        parts: the texts.
        where: what they were given to, e.g. "--set".
        form: the right form, for the error.

    Raises:
        BenchError: a text without "=" or without a key.
    """
    found = {}
    for part in parts:
        key, equals, value = part.partition("=")
        if not equals or not key.strip():
            raise BenchError(f"{where} {part}: write {form}.")
        found[key.strip()] = value
    return found


def scalar(text: str, where: str) -> Any:
    """The value that a text has in YAML: a number, a list, true, ...

    Raises:
        BenchError: it is not valid YAML.
    """
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise BenchError(f"{where}: '{text}' is not a YAML value.") from error


def key_values(parts: Iterable[str], where: str, form: str = "KEY=VALUE") -> dict[str, Any]:
    """As :func:`pairs`, with values read as YAML.

    Raises:
        BenchError: a text without "=" or a key, or a value that is not valid YAML.
    """
    given = pairs(parts, where, form)
    return {key: scalar(value, f"{where} {key}={value}") for key, value in given.items()}


def read_yaml(file: Path) -> dict[str, Any]:
    """A YAML file that holds a mapping.

    Raises:
        BenchError: unreadable, not YAML, or not a mapping.
    """
    try:
        values = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
    except (OSError, UnicodeDecodeError) as error:
        raise BenchError(f"{file} cannot be read: {error}.") from error
    except yaml.YAMLError as error:
        raise BenchError(f"{file} is not valid YAML: {error}") from error
    if not isinstance(values, dict):
        raise BenchError(f"{file} must hold `key: value` lines, not a {type(values).__name__}.")
    return values


def validated(model: type[M], values: Mapping[str, Any], where: str) -> M:
    """A pydantic model from a mapping, with errors that name the key and the nearest right one.

    Args:
        model: its attribute `former`, if it has one, maps keys of earlier versions, which are
            still read, to today's.
        values: the mapping.
        where: what the values are for, named in the errors.

    Raises:
        BenchError: an unknown key or a wrong value.
    """
    former: Mapping[str, str] = getattr(model, "former", {})
    for key in values:
        if key not in model.model_fields and key not in former:
            raise unknown_name("key", str(key), model.model_fields, where)
    try:
        return model(**{former.get(key, key): value for key, value in values.items()})
    except ValidationError as error:
        raise _not_valid(where, error) from error


@cache
def _adapter(config: type) -> TypeAdapter[Any]:
    return TypeAdapter(config)  # takes a hundred times as long as to validate with it


def _not_valid(where: str, error: ValidationError) -> BenchError:
    first = error.errors()[0]
    key = ".".join(str(part) for part in first["loc"]) or "config"
    return BenchError(f"{where}: {key} = {first['input']!r} is not valid: {first['msg']}.")
