"""Imports what a request names; what goes wrong there is a failure of the judged code."""

from __future__ import annotations

import asyncio
import importlib
import inspect
import sys
from types import ModuleType
from typing import Any

from .answer import FailedError, from_exception


def module(name: str, root: str) -> ModuleType:
    """Import ``name``; raises FailedError ``import-failed`` or ``exits``."""
    try:
        return importlib.import_module(name)
    except BaseException as exc:  # also SystemExit and worse are its failure
        raise from_exception("import-failed", exc, root) from exc


def attribute(loaded: ModuleType, dotted: str) -> Any:
    """Return the attribute ``dotted`` of a module; raises FailedError ``no-attribute``."""
    value: Any = loaded
    for part in dotted.split("."):
        try:
            value = getattr(value, part)
        except AttributeError as exc:
            place = (loaded.__file__, 1) if loaded.__file__ else None
            raise FailedError(
                "no-attribute",
                f"names {dotted}, which {loaded.__name__} does not have",
                place=place,
            ) from exc
    return value


def application(specification: str, root: str) -> Any:
    """Return what ``module:attribute`` names, or what the factory ``module:function()`` makes."""
    name, _, dotted = specification.partition(":")
    value = attribute(module(name, root), dotted.removesuffix("()"))
    if not dotted.endswith("()"):
        return value
    return call(value, root, "factory-failed")


def prepare(specification: str, root: str, app: Any, *, entry: str = "", other: str = "") -> None:
    """Call ``module:function`` that loads what is loaded on demand, with ``app`` if it takes one.

    The module ``other``, the other entry point's, is not imported for that: the two must not be
    mixed up in one process. The module ``entry`` is asked for a function of its own instead.
    """
    name, _, dotted = specification.partition(":")
    if name not in sys.modules and name == other:
        if not hasattr(sys.modules[entry], dotted):
            return
        name = entry
    function = attribute(module(name, root), dotted)
    call(function, root, "prepare-failed", *((app,) if _takes_one(function) else ()))


def call(function: Any, root: str, kind: str, *arguments: Any) -> Any:
    """Call other people's function, awaiting what it returns; raises FailedError ``kind``."""
    try:
        result = function(*arguments)
        return asyncio.run(_awaited(result)) if inspect.isawaitable(result) else result
    except BaseException as exc:  # whatever it raises is its failure
        raise from_exception(kind, exc, root) from exc


def accepts(function: Any, *arguments: Any) -> bool:
    """Whether ``function`` can be called with ``arguments``; True where Python cannot tell."""
    try:
        inspect.signature(function).bind(*arguments)
    except TypeError:
        return False
    except ValueError:
        return True
    return True


def _takes_one(function: Any) -> bool:
    return not accepts(function) and accepts(function, None)


async def _awaited(result: Any) -> Any:
    return await result
