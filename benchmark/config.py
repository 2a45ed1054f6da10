"""Building a method's config from a mapping, with errors that name the key."""

import dataclasses
from collections.abc import Mapping
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
    for key in values:
        if key not in field_names(config):
            raise unknown_name("config key", key, field_names(config), where)
    try:
        return TypeAdapter(config).validate_python(dict(values))
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "config"
        raise BenchError(
            f"{where}: {key} = {first['input']!r} is not right: {first['msg']}."
        ) from error


def key_values(text: str, where: str) -> dict[str, Any]:
    """The mapping in "key=value,key=value"; values are read as YAML scalars.

    Raises:
        BenchError: a part without "=".
    """
    values: dict[str, Any] = {}
    for part in filter(None, text.split(",")):
        key, equals, value = part.partition("=")
        if not equals:
            raise BenchError(f"{where}: '{part}' must be written key=value.")
        values[key.strip()] = yaml.safe_load(value)
    return values


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

    Raises:
        BenchError: an unknown key or a wrong value.
    """
    for key in values:
        if key not in model.model_fields:
            raise unknown_name("key", str(key), model.model_fields, where)
    try:
        return model(**values)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise BenchError(
            f"{where}: {key} = {first['input']!r} is not right: {first['msg']}."
        ) from error
