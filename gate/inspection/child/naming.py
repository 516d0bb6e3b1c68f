"""Names of things, for people and for comparing, without the secrets in them."""

from __future__ import annotations

import enum
import inspect
import re
from collections.abc import Callable
from typing import Any

SECRET = re.compile(
    r"(?i)pass(word|wd|phrase)|secret|token|credential|(^|[_-])(api|private|signing|encryption|access|session)?[_-]?key$|(^|[_-])dsn$|^authorization$"
)
URL_PASSWORD = re.compile(r"(?<=://)([^\s/@:]*):([^\s@]+)@")
MASK = "***"
LONG = 60


def is_secret_name(name: str) -> bool:
    """Whether what is called ``name`` must not be shown."""
    return SECRET.search(name) is not None


def without_password(text: str) -> str:
    """Return ``text`` with the passwords of URLs in it masked."""
    return URL_PASSWORD.sub(rf"\1:{MASK}@", text)


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
    if inspect.isclass(value):
        return False
    return callable(value) and isinstance(getattr(value, "routes", None), list)


def shown(value: Any, name: str = "") -> str:
    """Return a short text of ``value`` for people; a secret is ``***``."""
    if hasattr(value, "get_secret_value") or (name and value is not None and is_secret_name(name)):
        return MASK
    for kinds, text in _SHOWN:
        if isinstance(value, kinds):
            return _short(text(value))
    return _short(qualified_name(value) if inspect.isroutine(value) else _text(value))


def shown_call(name: str, args: tuple[Any, ...], kwargs: dict[str, Any], names: list[str]) -> str:
    """Return ``name(args, key=value)``; ``names`` are what the positional arguments are called."""
    called = [*names, *[""] * len(args)]
    positional = [shown(value, called[at]) for at, value in enumerate(args)]
    return f"{name}({', '.join([*positional, *(f'{k}={shown(v, k)}' for k, v in kwargs.items())])})"


def _items(value: Any) -> str:
    return ", ".join(shown(item) for item in value)


def _pairs(value: dict[Any, Any]) -> str:
    items = (f"{shown(key)}: {shown(item, str(key))}" for key, item in value.items())
    return "{" + ", ".join(items) + "}"


_SHOWN: tuple[tuple[Any, Callable[[Any], str]], ...] = (
    (enum.Enum, lambda value: f"{type(value).__qualname__}.{value.name}"),
    (type, lambda value: str(value.__qualname__)),
    (list, lambda value: f"[{_items(value)}]"),
    (tuple, lambda value: f"({_items(value)})"),
    ((set, frozenset), lambda value: "{" + ", ".join(sorted(map(shown, value))) + "}"),
    (dict, _pairs),
)


def _text(value: Any) -> str:
    try:
        text = without_password(repr(value))
    except Exception:  # noqa: BLE001 - other people's __repr__ may raise anything
        text = " at 0x"
    return f"{type(value).__qualname__}(…)" if " at 0x" in text else text


def _short(text: str) -> str:
    return text if len(text) <= LONG else f"{text[: LONG - 1]}…"
