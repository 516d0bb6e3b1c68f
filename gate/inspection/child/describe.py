"""Turns values into text that is equal exactly when the values mean the same.

By value and never by memory address; secrets only as a salted hash. The two entry points' own
modules count as one module ``<entry>``: a function that both of them define is compared by code.
"""

from __future__ import annotations

import enum
import functools
import hashlib
import hmac
import logging
import re
import types
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import PurePath
from typing import Any

from . import MARK_VARIABLE, callables
from .clock import is_reading
from .naming import is_application, is_secret, public_name
from .parts import OPAQUE, state_of
from .redaction import is_secret_name
from .texts import shortened, without_address

ENTRY = "<entry>"
MAX_DEPTH = 12
# A value may hold a whole program: so many of its parts are looked at, the rest by their types.
MAX_PARTS = 2000
# By which SQLAlchemy's expressions are known: their text says what they are, their parts are a
# graph of the whole model.
SQL = ("__clause_element__", "__visit_name__")
GUARDS = ("Depends", "Security")  # FastAPI's
PLAIN = (type(None), bool, int, float, complex, type(...), type(NotImplemented))


class Describer:
    """Describes values of one interpreter; ``salt`` is the same in both that are compared.

    ``entries`` are the modules of both entry points, that of this interpreter first, whose file is
    ``file``.
    """

    def __init__(self, entries: Sequence[str], salt: str, file: str | None = None) -> None:
        self._entries = frozenset(entries)
        self._own = entries[0]
        self._file = file
        self._salt = salt.encode()
        self._open: list[int] = []  # the values that contain the one at hand
        self._inside = 0  # how many objects and functions of those, as opposed to lists
        self._parts = 0  # how many parts of the value at hand were looked at
        self._apart = False  # whether what guards a route is told elsewhere
        self._known: dict[Any, tuple[Any, str]] = {}  # kept: addresses are used again

    def name(self, value: Any) -> str:
        """Return module and name of where a class or function is defined."""
        module, name = public_name(value)
        return f"{ENTRY if module in self._entries else module}.{name}"

    def of_entry(self, value: Any) -> bool:
        """Whether a class or function is defined by an entry point's own module."""
        return public_name(value)[0] in self._entries

    def same(self, value: Any, name: str = "") -> str:
        """Return text that is equal for equal values; ``name`` is what the value is called."""
        self._parts = 0
        key = (id(value), name, self._apart)
        if key not in self._known:
            self._known[key] = (value, shortened(self._named(value, name)))
        return self._known[key][1]

    def endpoint(self, value: Any) -> str:
        """Return :meth:`same` of what answers a route, without the guards among its parameters."""
        self._apart = True
        try:
            return self.same(value)
        finally:
            self._apart = False

    def of(self, value: Any) -> str:
        """Return the text of a part of the value at hand."""
        if self._apart and type(value).__name__ in GUARDS:
            return "<guard>"
        if is_reading(value):
            return "<now>"
        if isinstance(value, PLAIN):
            return repr(value)
        if isinstance(value, str | bytes | PurePath):
            return self._text(value)
        self._parts += 1
        if id(value) in self._open or len(self._open) > MAX_DEPTH or self._parts > MAX_PARTS:
            return f"<{self.name(type(value))}>"
        return self._compound(value)

    def mapping(self, value: Mapping[Any, Any]) -> str:
        """Return the text of what is there by name or key; secrets are hashed by their names."""
        # Keys in order first: what is beyond MAX_PARTS must not depend on who was put in first.
        named = sorted(
            ((self.of(key), str(key), item) for key, item in value.items()), key=lambda one: one[:2]
        )
        items = (
            f"{key}: {self._named(item, name)}"
            for key, name, item in named
            if name != MARK_VARIABLE  # in a copy of os.environ, ours
        )
        return f"{{{', '.join(items)}}}"

    def kept(self, parts: Mapping[str, Any]) -> str:
        """Return the text of what an object or a function keeps."""
        self._inside += 1
        try:
            return self.mapping(parts)
        finally:
            self._inside -= 1

    def _named(self, value: Any, name: str) -> str:
        if name and is_secret_name(name) and value is not None:
            return self._hashed(self.of(value))
        return self.of(value)

    def _hashed(self, text: str) -> str:
        return "secret " + hmac.new(self._salt, text.encode(), hashlib.sha256).hexdigest()

    def _text(self, value: Any) -> str:
        if isinstance(value, enum.Enum):
            return self._enum(value)
        if str(value) == self._file or (value == self._own and self._inside):
            return ENTRY  # __file__; and __name__, where an object keeps it
        return repr(value)

    def _compound(self, value: Any) -> str:
        cls: Any = type(value)
        self._open.append(id(value))
        try:
            return _describer_of(cls)(self, value)
        except Exception as exc:  # noqa: BLE001 - other people's properties may raise anything
            return f"<{self.name(cls)}: {type(exc).__name__}>"
        finally:
            self._open.pop()

    def _enum(self, value: enum.Enum) -> str:
        return f"{self.name(type(value))}.{value.name}"

    def _sequence(self, value: Iterable[Any]) -> str:
        return f"[{', '.join(self.of(item) for item in value)}]"

    def _set(self, value: Iterable[Any]) -> str:
        return f"{{{', '.join(sorted(self.of(item) for item in value))}}}"

    def _pattern(self, value: re.Pattern[Any]) -> str:
        return f"re.compile({value.pattern!r}, {value.flags})"

    def _module(self, value: types.ModuleType) -> str:
        return ENTRY if value.__name__ in self._entries else value.__name__

    def _logger(self, value: logging.Logger) -> str:
        return f"<logger {ENTRY if value.name in self._entries else value.name}>"

    def instance(self, value: Any) -> str:
        """Return what an object of no special type is: its class, and what it keeps."""
        cls = type(value)
        if is_application(value):
            return f"<application {self.name(cls)}>"
        if self.name(cls).startswith(OPAQUE):
            return f"<{self.name(cls)}>"
        if typing.get_origin(value) is not None:
            return callables.generic(self, value)
        if is_secret(value):
            return self._hashed(self.of(value.get_secret_value()))
        parts = {} if any(hasattr(cls, name) for name in SQL) else state_of(value)
        # Of an object without state the text may say no more than which module its class is of.
        if parts or str(value) == object.__repr__(value):
            return f"{self.of(cls)}({self.kept(parts)})"
        return f"{self.name(cls)} {without_address(str(value))}"

    # Type → how it is described; the first that fits.
    BY_TYPE: tuple[tuple[Any, Callable[[Any, Any], str]], ...] = (
        (enum.Enum, _enum),
        ((types.GenericAlias, types.UnionType), callables.generic),
        (type, callables.defined),
        (types.FunctionType, callables.function),
        (types.MethodType, callables.method),
        ((types.BuiltinFunctionType, types.MethodDescriptorType), callables.builtin),
        (functools._lru_cache_wrapper, callables.cached),
        (types.ModuleType, _module),
        (property, callables.getters),
        ((staticmethod, classmethod), callables.wrapped),
        (functools.partial, callables.partial),
        (re.Pattern, _pattern),
        (logging.Logger, _logger),
        ((list, tuple), _sequence),
        ((set, frozenset), _set),
        (Mapping, mapping),
    )


@functools.cache
def _describer_of(cls: Any) -> Callable[[Any, Any], str]:
    found = (describe for kinds, describe in Describer.BY_TYPE if issubclass(cls, kinds))
    return next(found, Describer.instance)
