"""Arguments by name, with the defaults that are known filled in."""

from __future__ import annotations

from gate.static import signatures
from gate.static.members import in_class
from gate.static.values import Function, Items, Literal, Symbol, Value

# Parameters → their defaults, None where one is required; after "*" they go by keyword alone.
Signature = dict[str, Value | None]


def bound(
    callee: Value, args: list[Value], kwargs: dict[str, Value]
) -> tuple[list[Value], dict[str, Value]]:
    """Return positional arguments that no name is known for, and all others with their names."""
    signature = _signature(callee)
    if signature is None:
        return args, kwargs
    names = list(signature)
    positional = names[: names.index("*")] if "*" in names else names
    named = dict(zip(positional, args, strict=False))
    if len(args) > len(positional) or named.keys() & kwargs.keys():
        return args, kwargs
    named |= kwargs
    for name, default in signature.items():
        if default is not None and name not in named:
            named[name] = default
    return [], named


def _signature(callee: Value) -> Signature | None:
    """Return the parameters after ``self`` and the application; None where they are not known."""
    if isinstance(callee, Symbol):
        known = signatures.SIGNATURES.get(callee.path)
        return None if known is None else {n: _value(default) for n, default in known.items()}
    init = in_class(callee, "__init__")
    if not isinstance(init, Function):
        return None
    arguments = init.node.args
    if arguments.vararg or arguments.kwarg or arguments.posonlyargs:
        return None
    names = [argument.arg for argument in arguments.args[2:]]
    keywords = [argument.arg for argument in arguments.kwonlyargs]
    return {name: init.defaults.get(name) for name in (*names, "*", *keywords)}


def _value(default: object) -> Value | None:
    if default is signatures.REQUIRED:
        return None
    if isinstance(default, tuple):
        return Items("tuple", [Literal(item) for item in default])
    return Literal(default)
