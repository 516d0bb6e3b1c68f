"""A frozen dataclass from a TOML table: its fields are the keys, their types what is allowed."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")


class WrongTable(Exception):  # noqa: N818 - the name says what is wrong
    """What is wrong with a table, on one line, without the file."""


def made(kind: type[T], table: Mapping[str, Any], where: str = "") -> T:
    """Return the dataclass ``kind`` that ``table`` says.

    Fields may be text, numbers from 0 up, truths, paths, dataclasses, and tuples or mappings
    of these. ``where`` begins each message.

    Raises:
        WrongTable: an unknown key, one that is missing, or a value of another type.
    """
    fields = dataclasses.fields(kind)  # type: ignore[arg-type]  # every T here is a dataclass
    hints = typing.get_type_hints(kind)
    for key in table:
        if key not in hints:
            raise WrongTable(f"{where}no key {key!r}; there are {', '.join(hints)}")
    for one in fields:
        if one.name not in table and _needed(one):
            raise WrongTable(f"{where}{one.name} is missing")
    return kind(**{key: _value(hints[key], value, key, where) for key, value in table.items()})


def _needed(one: dataclasses.Field[Any]) -> bool:
    return one.default is dataclasses.MISSING and one.default_factory is dataclasses.MISSING


def _value(hint: Any, value: Any, key: str, where: str) -> Any:
    if isinstance(hint, types.UnionType):  # X | None: a table says it or leaves it out
        hint = typing.get_args(hint)[0]
    origin = typing.get_origin(hint)
    if origin is tuple and isinstance(value, list):
        inner = typing.get_args(hint)[0]
        return tuple(_value(inner, one, key, where) for one in value)
    if origin is not None and origin is not tuple and isinstance(value, dict):
        inner = typing.get_args(hint)[1]
        items = {name: _value(inner, one, key, where) for name, one in value.items()}
        return types.MappingProxyType(items)
    if dataclasses.is_dataclass(hint) and isinstance(value, dict):
        return made(hint, value, f"[{key}] ")  # type: ignore[arg-type]  # is_dataclass says it
    return _plain(hint, value, f"{where}{key}")


def _plain(hint: Any, value: Any, what: str) -> Any:
    if hint is float and isinstance(value, int | float) and not isinstance(value, bool):
        if value >= 0:
            return float(value)
    elif hint in (str, bool, Path) and isinstance(value, hint):
        return value
    raise WrongTable(f"{what} must be {_expected(hint)}")


def _expected(hint: Any) -> str:
    words = {str: "text", float: "a number from 0 up", bool: "true or false", Path: "a path"}
    if hint in words:
        return words[hint]
    return "a list" if typing.get_origin(hint) is tuple else "a table"
