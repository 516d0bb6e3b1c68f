"""How functions, methods, classes and types are described: by name, or by what they do."""

from __future__ import annotations

import functools
import inspect
import types
import typing
from typing import TYPE_CHECKING, Any

from .naming import public_name
from .parts import annotations_of, closure_of, globals_of, members_of, parameters_of
from .texts import code_hash

if TYPE_CHECKING:
    from .describe import Describer


def function(describer: Describer, value: types.FunctionType) -> str:
    """A function that can be found by its name is that name; others are what they do."""
    own = describer.of_entry(value)
    if not own and "<" not in public_name(value)[1] and value.__closure__ is None:
        return describer.name(value)
    parts = [describer.name(value), code_hash(value.__code__, value.__doc__)]
    parts.append(describer.of((value.__defaults__, value.__kwdefaults__)))
    parts.append(describer.mapping(parameters_of(value)))
    parts.append(describer.kept(closure_of(value)))
    if own:
        parts.append(describer.kept(globals_of(value)))
    return f"function({', '.join(parts)})"


def defined(describer: Describer, value: type) -> str:
    """A class that can be found by its name is that name; others are their content."""
    if not describer.of_entry(value) and "<locals>" not in value.__qualname__:
        return describer.name(value)
    content = (value.__bases__, members_of(value), annotations_of(value))
    return f"class({describer.name(value)}, {describer.of(content)})"


def generic(describer: Describer, value: Any) -> str:
    """A type with arguments is both."""
    arguments = ", ".join(describer.of(item) for item in typing.get_args(value))
    return f"{describer.of(typing.get_origin(value))}[{arguments}]"


def partial(describer: Describer, value: functools.partial[Any]) -> str:
    """A partial is its function and the arguments that it has."""
    parts = (value.func, value.args, value.keywords)
    return f"partial({', '.join(describer.of(part) for part in parts)})"


def method(describer: Describer, value: types.MethodType) -> str:
    """A method is its function and its object."""
    return f"{describer.of(value.__func__)} of {describer.of(value.__self__)}"


def builtin(describer: Describer, value: Any) -> str:
    """A built-in is its name, and its object where it is a method."""
    owner = getattr(value, "__self__", None)
    of = "" if owner is None or inspect.ismodule(owner) else f" of {describer.of(owner)}"
    return f"{describer.name(value)}{of}"


def cached(describer: Describer, value: Any) -> str:
    """A function that remembers its answers is that function."""
    return f"cached({describer.of(value.__wrapped__)})"


def getters(describer: Describer, value: property) -> str:
    """A property is its functions."""
    return f"property({describer.of((value.fget, value.fset, value.fdel))})"


def wrapped(describer: Describer, value: Any) -> str:
    """A static method or class method is its function."""
    return f"{type(value).__name__}({describer.of(value.__func__)})"
