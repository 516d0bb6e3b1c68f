"""Turns values into text that is equal exactly when the values mean the same.

By value and never by memory address; secrets only as a salted hash. The two entry points' own
modules count as one module ``<entry>``: a function that both of them define is compared by code.
"""

from __future__ import annotations

import dataclasses
import enum
import functools
import hashlib
import hmac
import inspect
import re
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from pathlib import PurePath
from typing import Any

from .naming import is_application, is_secret_name, public_name, qualified_name, without_password

ENTRY = "<entry>"
MAX_DEPTH = 12
PLAIN = (type(None), bool, int, float, complex, type(...), type(NotImplemented))
# State of a running process, of no meaning for what was built.
OPAQUE = ("_thread.", "threading.", "weakref.", "asyncio.", "contextvars.", "_contextvars.")


class Describer:
    """Describes values of one interpreter; ``salt`` is the same in both that are compared."""

    def __init__(self, entries: Iterable[str], salt: str) -> None:
        self._entries = frozenset(entries)
        self._salt = salt.encode()
        self._open: list[int] = []  # the values that contain the one at hand

    def name(self, value: Any) -> str:
        """Return module and name of where a class or function is defined."""
        module, name = public_name(value)
        return f"{ENTRY if module in self._entries else module}.{name}"

    def same(self, value: Any, name: str = "") -> str:
        """Return text that is equal for equal values; ``name`` is what the value is called."""
        if name and is_secret_name(name) and value is not None:
            return self._hashed(self._of(value))
        return self._of(value)

    def _hashed(self, text: str) -> str:
        return "secret " + hmac.new(self._salt, text.encode(), hashlib.sha256).hexdigest()

    def _of(self, value: Any) -> str:
        if isinstance(value, PLAIN):
            return repr(value)
        if isinstance(value, str | bytes | PurePath) and type(value).__module__ != "__main__":
            return repr(value) if not isinstance(value, enum.Enum) else self._enum(value)
        if id(value) in self._open or len(self._open) > MAX_DEPTH:
            return "<within itself>" if id(value) in self._open else f"<{self.name(type(value))}>"
        self._open.append(id(value))
        try:
            return self._compound(value)
        except Exception as exc:  # noqa: BLE001 - other people's properties may raise anything
            return f"<{self.name(type(value))}: {type(exc).__name__}>"
        finally:
            self._open.pop()

    def _compound(self, value: Any) -> str:
        for kinds, describe in self._BY_TYPE:
            if isinstance(value, kinds):
                return describe(self, value)
        return self._instance(value)

    def _enum(self, value: enum.Enum) -> str:
        return f"{self.name(type(value))}.{value.name}"

    def _sequence(self, value: Iterable[Any]) -> str:
        return f"[{', '.join(self._of(item) for item in value)}]"

    def _set(self, value: Iterable[Any]) -> str:
        return f"{{{', '.join(sorted(self._of(item) for item in value))}}}"

    def _mapping(self, value: Mapping[Any, Any]) -> str:
        items = sorted((self._of(key), self.same(item, str(key))) for key, item in value.items())
        return f"{{{', '.join(f'{key}: {item}' for key, item in items)}}}"

    def _pattern(self, value: re.Pattern[Any]) -> str:
        return f"re.compile({value.pattern!r}, {value.flags})"

    def _partial(self, value: functools.partial[Any]) -> str:
        parts = (value.func, value.args, value.keywords)
        return f"partial({', '.join(self._of(part) for part in parts)})"

    def _method(self, value: types.MethodType) -> str:
        return f"{self._of(value.__func__)} of {self._of(value.__self__)}"

    def _module(self, value: types.ModuleType) -> str:
        return ENTRY if value.__name__ in self._entries else value.__name__

    def _builtin(self, value: Any) -> str:
        owner = getattr(value, "__self__", None)
        of = "" if owner is None or inspect.ismodule(owner) else f" of {self._of(owner)}"
        return f"{self.name(value)}{of}"

    def _property(self, value: property) -> str:
        return f"property({self._of((value.fget, value.fset, value.fdel))})"

    def _wrapped(self, value: Any) -> str:
        return f"{type(value).__name__}({self._of(value.__func__)})"

    def _function(self, value: types.FunctionType) -> str:
        """A function that can be found by its name is that name; others are what they do."""
        module, name = public_name(value)
        if module not in self._entries and "<" not in name and value.__closure__ is None:
            return self.name(value)
        parts = [self.name(value), self._code(value.__code__, value.__doc__)]
        parts.append(self._of((value.__defaults__, value.__kwdefaults__)))
        parts.append(self._mapping(_annotations(value)))
        parts.append(self._mapping(_closure(value)))
        if module in self._entries:
            parts.append(self._mapping(_globals(value)))
        return f"function({', '.join(parts)})"

    def _code(self, code: types.CodeType, doc: str | None = None) -> str:
        constants = [
            self._code(item) if isinstance(item, types.CodeType) else repr(item)
            for item in code.co_consts
            if doc is None or item != doc  # what is said about it changes nothing
        ]
        parts = (code.co_code, code.co_names, code.co_varnames, code.co_freevars, constants)
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]

    def _class(self, value: type) -> str:
        """A class of a shared module is its name; one of the entry point's own is its content."""
        if value.__module__ not in self._entries:
            return self.name(value)
        members = {
            name: member
            for name, member in vars(value).items()
            if not name.startswith("__") or name in ("__init__", "__call__")
        }
        if hasattr(value, "model_fields"):
            members = {"fields": value.model_fields}
        content = (value.__bases__, members, _annotations(value))
        return f"class({self.name(value)}, {self._of(content)})"

    def _generic(self, value: Any) -> str:
        origin, arguments = typing.get_origin(value), typing.get_args(value)
        return f"{self._of(origin)}[{', '.join(self._of(item) for item in arguments)}]"

    def _instance(self, value: Any) -> str:
        kind = self.name(type(value))
        if is_application(value):
            return f"<application {kind}>"
        if kind.startswith(OPAQUE):
            return f"<{kind}>"
        if typing.get_origin(value) is not None:
            return self._generic(value)
        if hasattr(value, "get_secret_value"):
            return self._hashed(self._of(value.get_secret_value()))
        state = _state(value)
        if state:
            return f"{kind}({self._mapping(state)})"
        text = without_password(repr(value))
        return f"<{kind}>" if " at 0x" in text else f"{kind} {text}"

    # The order matters: the first type that fits describes the value.
    _BY_TYPE: tuple[tuple[Any, Callable[[Any, Any], str]], ...] = (
        (enum.Enum, _enum),
        (types.GenericAlias, _generic),
        (type, _class),
        (types.FunctionType, _function),
        (types.MethodType, _method),
        (
            (types.BuiltinFunctionType, types.MethodDescriptorType, functools._lru_cache_wrapper),
            _builtin,
        ),
        (types.ModuleType, _module),
        (types.UnionType, _generic),
        (property, _property),
        ((staticmethod, classmethod), _wrapped),
        (functools.partial, _partial),
        (re.Pattern, _pattern),
        ((list, tuple), _sequence),
        ((set, frozenset), _set),
        (Mapping, _mapping),
    )


def _state(value: Any) -> dict[str, Any]:
    """Return the named parts of an object, whichever way it keeps them."""
    if dataclasses.is_dataclass(value):
        return {field.name: getattr(value, field.name, None) for field in dataclasses.fields(value)}
    state = dict(getattr(value, "__dict__", {}))
    for cls in type(value).__mro__:
        slots = cls.__dict__.get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            if hasattr(value, name) and not name.startswith("__"):
                state[name] = getattr(value, name)
    return state


def _annotations(value: Any) -> dict[str, Any]:
    try:
        return dict(inspect.get_annotations(value))
    except Exception:  # noqa: BLE001 - evaluating other people's annotations may raise anything
        return {}


def _closure(function: types.FunctionType) -> dict[str, Any]:
    cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=False)
    return {name: _content(cell) for name, cell in cells}


def _content(cell: types.CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # not filled yet
        return None


def _globals(function: types.FunctionType) -> dict[str, Any]:
    """Return the globals that a function's code names."""
    names = [name for name in function.__code__.co_names if name in function.__globals__]
    return {name: function.__globals__[name] for name in names}


__all__ = ["ENTRY", "Describer", "qualified_name"]
