"""Turns values into text that is equal exactly when the values mean the same.

By value and never by memory address; secrets only as a salted hash. The two entry points' own
modules count as one module ``<entry>``: a function that both of them define is compared by code.
"""

from __future__ import annotations

import enum
import functools
import hashlib
import hmac
import inspect
import logging
import re
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from pathlib import PurePath
from typing import Any

from . import MARK_VARIABLE as MARK
from .naming import is_application, is_secret, public_name, qualified_name
from .parts import OPAQUE, annotations_of, closure_of, globals_of, members_of, state_of
from .redaction import is_secret_name
from .texts import code_hash, shortened, without_address

ENTRY = "<entry>"
MAX_DEPTH = 12
# A value may hold a whole program: so many of its parts are looked at, the rest by their types.
MAX_PARTS = 2000
# By which SQLAlchemy's expressions are known: their text says what they are, their parts are a
# graph of the whole model.
SQL = ("__clause_element__", "__visit_name__")
PLAIN = (type(None), bool, int, float, complex, type(...), type(NotImplemented))


class Describer:
    """Describes values of one interpreter; ``salt`` is the same in both that are compared."""

    def __init__(self, entries: Iterable[str], salt: str) -> None:
        self._entries = frozenset(entries)
        self._salt = salt.encode()
        self._open: list[int] = []  # the values that contain the one at hand
        self._parts = 0  # how many parts of the value at hand were looked at
        self._known: dict[tuple[int, str], tuple[Any, str]] = {}  # kept: addresses are used again

    def name(self, value: Any) -> str:
        """Return module and name of where a class or function is defined."""
        module, name = public_name(value)
        return f"{ENTRY if module in self._entries else module}.{name}"

    def same(self, value: Any, name: str = "") -> str:
        """Return text that is equal for equal values; ``name`` is what the value is called."""
        self._parts = 0
        key = (id(value), name)
        if key not in self._known:
            self._known[key] = (value, shortened(self._named(value, name)))
        return self._known[key][1]

    def _named(self, value: Any, name: str) -> str:
        if name and is_secret_name(name) and value is not None:
            return self._hashed(self._of(value))
        return self._of(value)

    def _hashed(self, text: str) -> str:
        return "secret " + hmac.new(self._salt, text.encode(), hashlib.sha256).hexdigest()

    def _of(self, value: Any) -> str:
        if isinstance(value, PLAIN):
            return repr(value)
        if isinstance(value, str | bytes | PurePath):
            return repr(value) if not isinstance(value, enum.Enum) else self._enum(value)
        self._parts += 1
        if id(value) in self._open:
            return "<within itself>"
        if len(self._open) > MAX_DEPTH or self._parts > MAX_PARTS:
            return f"<{self.name(type(value))}>"
        self._open.append(id(value))
        try:
            return self._compound(value)
        except Exception as exc:  # noqa: BLE001 - other people's properties may raise anything
            return f"<{self.name(type(value))}: {type(exc).__name__}>"
        finally:
            self._open.pop()

    def _compound(self, value: Any) -> str:
        cls: Any = type(value)
        return _describer_of(cls)(self, value)

    def _enum(self, value: enum.Enum) -> str:
        return f"{self.name(type(value))}.{value.name}"

    def _sequence(self, value: Iterable[Any]) -> str:
        return f"[{', '.join(self._of(item) for item in value)}]"

    def _set(self, value: Iterable[Any]) -> str:
        return f"{{{', '.join(sorted(self._of(item) for item in value))}}}"

    def _mapping(self, value: Mapping[Any, Any]) -> str:
        # Keys in order first: what is beyond MAX_PARTS must not depend on who was put in first.
        named = sorted(
            ((self._of(key), str(key), item) for key, item in value.items()),
            key=lambda one: one[:2],
        )
        items = (f"{key}: {self._named(item, name)}" for key, name, item in named if name != MARK)
        return f"{{{', '.join(items)}}}"

    def _pattern(self, value: re.Pattern[Any]) -> str:
        return f"re.compile({value.pattern!r}, {value.flags})"

    def _partial(self, value: functools.partial[Any]) -> str:
        parts = (value.func, value.args, value.keywords)
        return f"partial({', '.join(self._of(part) for part in parts)})"

    def _method(self, value: types.MethodType) -> str:
        return f"{self._of(value.__func__)} of {self._of(value.__self__)}"

    def _module(self, value: types.ModuleType) -> str:
        return ENTRY if value.__name__ in self._entries else value.__name__

    def _logger(self, value: logging.Logger) -> str:
        return f"<logger {ENTRY if value.name in self._entries else value.name}>"

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
        parts = [self.name(value), code_hash(value.__code__, value.__doc__)]
        parts.append(self._of((value.__defaults__, value.__kwdefaults__)))
        parts.append(self._mapping(annotations_of(value)))
        parts.append(self._mapping(closure_of(value)))
        if module in self._entries:
            parts.append(self._mapping(globals_of(value)))
        return f"function({', '.join(parts)})"

    def _class(self, value: type) -> str:
        """A class that can be found by its name is that name; others are their content."""
        if value.__module__ not in self._entries and "<locals>" not in value.__qualname__:
            return self.name(value)
        content = (value.__bases__, members_of(value), annotations_of(value))
        return f"class({self.name(value)}, {self._of(content)})"

    def _generic(self, value: Any) -> str:
        origin, arguments = typing.get_origin(value), typing.get_args(value)
        return f"{self._of(origin)}[{', '.join(self._of(item) for item in arguments)}]"

    def instance(self, value: Any) -> str:
        """Return what an object of no special type is: its class, and what it keeps."""
        cls = type(value)
        if is_application(value):
            return f"<application {self.name(cls)}>"
        if self.name(cls).startswith(OPAQUE):
            return f"<{self.name(cls)}>"
        if typing.get_origin(value) is not None:
            return self._generic(value)
        if is_secret(value):
            return self._hashed(self._of(value.get_secret_value()))
        parts = {} if any(hasattr(cls, name) for name in SQL) else state_of(value)
        if parts:
            return f"{self._of(cls)}({self._mapping(parts)})"
        return f"{self.name(cls)} {without_address(str(value))}"

    # Type → how it is described; the first that fits.
    BY_TYPE: tuple[tuple[Any, Callable[[Any, Any], str]], ...] = (
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
        (logging.Logger, _logger),
        ((list, tuple), _sequence),
        ((set, frozenset), _set),
        (Mapping, _mapping),
    )


@functools.cache
def _describer_of(cls: Any) -> Callable[[Any, Any], str]:
    table = Describer.BY_TYPE
    found = (describe for kinds, describe in table if issubclass(cls, kinds))
    return next(found, Describer.instance)


__all__ = ["ENTRY", "Describer", "qualified_name"]
