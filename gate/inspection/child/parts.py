"""The parts that values are made of: what an object keeps, what a function's code reaches."""

from __future__ import annotations

import dataclasses
import inspect
import types
from collections.abc import Iterator
from typing import Any

# Which module it is, and nothing else.
OF_EVERY_MODULE = ("__name__", "__file__", "__spec__", "__loader__", "__package__", "__cached__")
# State of a running process, of no meaning for what was built, by the module of its class.
OPAQUE = ("_thread.", "threading.", "weakref.", "asyncio.", "contextvars.", "_contextvars.")


def state_of(value: Any) -> dict[str, Any]:
    """Return the named parts of an object, whichever way it keeps them."""
    if dataclasses.is_dataclass(value):
        return {field.name: getattr(value, field.name, None) for field in dataclasses.fields(value)}
    found = dict(getattr(value, "__dict__", {}))
    for cls in type(value).__mro__:
        slots = cls.__dict__.get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            if hasattr(value, name) and not name.startswith("__"):
                found[name] = getattr(value, name)
    return found


def annotations_of(value: Any) -> dict[str, Any]:
    """Return the annotations of a function or class; none where they cannot be evaluated."""
    try:
        return dict(inspect.get_annotations(value))
    except Exception:  # noqa: BLE001 - evaluating other people's annotations may raise anything
        return {}


def parameters_of(function: types.FunctionType) -> dict[str, Any]:
    """Return the annotations of a function's parameters.

    What it returns means something to a route alone, which keeps it as its response model.
    """
    return {name: what for name, what in annotations_of(function).items() if name != "return"}


def members_of(cls: type) -> dict[str, Any]:
    """Return what the body of a class defines, without what Python adds."""
    if hasattr(cls, "model_fields"):
        return {"fields": cls.model_fields}
    return {
        name: member
        for name, member in vars(cls).items()
        if not name.startswith("__") or name in ("__init__", "__call__")
    }


def closure_of(function: types.FunctionType) -> dict[str, Any]:
    """Return the variables that a function closes over."""
    cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=False)
    return {name: _content(cell) for name, cell in cells}


def globals_of(function: types.FunctionType) -> dict[str, Any]:
    """Return the globals that a function's code names, also in functions inside it."""
    known = function.__globals__
    named = (name for name in _names(function.__code__) if name not in OF_EVERY_MODULE)
    return {name: known[name] for name in named if name in known}


def _names(code: types.CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _names(constant)


def _content(cell: types.CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # not filled yet
        return None
