"""Names of things, for people and for comparing, without the secrets in them."""

from __future__ import annotations

import dataclasses
import enum
import functools
import inspect
import typing
from collections.abc import Callable, Mapping
from typing import Any

from .redaction import MASK, is_secret_name, without_secrets

LONG = 60
# Whose texts say what they are and hold nothing else; any other object's text may hold anything.
PLAIN_MODULES = frozenset(
    {"builtins", "datetime", "decimal", "fractions", "ipaddress", "pathlib", "re", "uuid"}
)


def public_name(value: Any) -> tuple[str, str]:
    """Return module and qualified name of where a class or function is defined."""
    if not (inspect.isroutine(value) or inspect.isclass(value)):
        value = type(value)
    module = getattr(value, "__module__", None)
    name = getattr(value, "__qualname__", None) or getattr(value, "__name__", None)
    return str(module or "builtins"), str(name or type(value).__name__)


def qualified_name(value: Any) -> str:
    """Return ``module.name`` of a class, a function, or an object's class, as people read it."""
    module, name = public_name(value)
    return name if module == "builtins" else f"{module}.{name}"


def is_application(value: Any) -> bool:
    """Whether ``value`` is a Starlette or FastAPI application or router, by its public members."""
    if inspect.isclass(value) or not callable(value):
        return False
    return isinstance(getattr(value, "routes", None), list) and hasattr(value, "url_path_for")


def is_secret(value: Any) -> bool:
    """Whether ``value`` keeps a secret by its type, as pydantic's do."""
    return hasattr(type(value), "get_secret_value")


def shown(value: Any, name: str = "") -> str:
    """Return a short text of ``value`` for people; a secret is ``***``."""
    try:
        if is_secret(value) or (name and value is not None and is_secret_name(name)):
            return MASK
        return _short(_text(value))
    except Exception:  # noqa: BLE001 - other people's properties may raise anything
        return _hidden(value)


def shown_call(name: str, args: tuple[Any, ...], kwargs: dict[str, Any], names: list[str]) -> str:
    """Return ``name(args, key=value)``; ``names`` are what the positional arguments are called."""
    called = [*names, *[""] * len(args)]
    positional = [shown(value, called[at]) for at, value in enumerate(args)]
    return f"{name}({', '.join([*positional, *_named(kwargs)])})"


def fields(value: Any) -> dict[str, Any] | None:
    """Return the declared fields of a dataclass, named tuple, attrs or pydantic object, by name."""
    cls = type(value)
    if dataclasses.is_dataclass(value):
        names = [field.name for field in dataclasses.fields(value)]
    elif hasattr(cls, "__attrs_attrs__"):
        names = [field.name for field in cls.__attrs_attrs__]
    elif isinstance(value, tuple) and hasattr(cls, "_fields"):
        names = list(cls._fields)
    elif isinstance(getattr(cls, "model_fields", None), Mapping):
        names = list(cls.model_fields)
    else:
        return None
    return {name: getattr(value, name, None) for name in names}


def _text(value: Any) -> str:
    for kinds, describe in _SHOWN:
        if isinstance(value, kinds):
            return describe(value)
    if inspect.isroutine(value):
        return qualified_name(value)
    if typing.get_origin(value) is not None:  # list[shared.Out]
        return without_secrets(str(value))
    named = fields(value)
    if named is not None:
        return f"{type(value).__qualname__}({', '.join(_named(named))})"
    if type(value).__module__ not in PLAIN_MODULES:
        return _hidden(value)
    text = without_secrets(repr(value))
    return _hidden(value) if " at 0x" in text else text


def _hidden(value: Any) -> str:
    return f"{type(value).__qualname__}(…)"


def _named(values: Mapping[str, Any]) -> list[str]:
    return [f"{name}={shown(value, name)}" for name, value in values.items()]


def _items(value: Any) -> str:
    return ", ".join(shown(item) for item in value)


def _tuple(value: Any) -> str:
    named = fields(value)
    if named is not None:
        return f"{type(value).__qualname__}({', '.join(_named(named))})"
    return f"({_items(value)})"


def _pairs(value: dict[Any, Any]) -> str:
    items = (f"{shown(key)}: {shown(item, str(key))}" for key, item in value.items())
    return "{" + ", ".join(items) + "}"


def _partial(value: functools.partial[Any]) -> str:
    return shown_call(f"partial {shown(value.func)}", value.args, value.keywords, [])


_SHOWN: tuple[tuple[Any, Callable[[Any], str]], ...] = (
    (enum.Enum, lambda value: f"{type(value).__qualname__}.{value.name}"),
    (type, lambda value: str(value.__qualname__)),
    (str, lambda value: without_secrets(str.__repr__(value))),
    (list, lambda value: f"[{_items(value)}]"),
    (tuple, _tuple),
    ((set, frozenset), lambda value: "{" + ", ".join(sorted(map(shown, value))) + "}"),
    (dict, _pairs),
    (functools.partial, _partial),
)


def _short(text: str) -> str:
    return text if len(text) <= LONG else f"{text[: LONG - 1]}…"


__all__ = [
    "MASK",
    "fields",
    "is_application",
    "is_secret",
    "is_secret_name",
    "public_name",
    "qualified_name",
    "shown",
    "shown_call",
]
