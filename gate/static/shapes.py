"""Shapes: nested tuples that are equal when the values they are of are known to be the same.

The first member is a tag; one that begins with "?" marks what is not known. Shapes that are not
equal say nothing by themselves: :func:`relation` tells whether the values must differ.
"""

from __future__ import annotations

from gate.static import packages
from gate.static.binding import bound
from gate.static.brief import brief, spend
from gate.static.code import Code
from gate.static.events import Application, Decorator, Event, Part
from gate.static.scope import Module
from gate.static.values import (
    Class,
    Container,
    Function,
    Got,
    Instance,
    Items,
    Literal,
    Made,
    Method,
    ModuleName,
    Opaque,
    Pairs,
    Symbol,
    Unsure,
    Value,
)

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from gate.static.values import Shape

ENTRY = "<entry>"  # either entry point's module, as the comparison at run time calls it
ABSENT = ("absent",)
NOTHING = Literal(None)
_OPEN: set[int] = set()  # instances that contain the one at hand


def label(module: Module, name: str) -> str:
    """Return the full name of something that ``module`` defines."""
    return f"{ENTRY if module.own else module.name}.{name}"


def shape(value: Value) -> Shape:
    """Return the shape of ``value``; raises TooMuchError."""
    spend(1)
    return _SHAPES[type(value)](value)


def _literal(value: Literal) -> Shape:
    return ("=", repr(value.value))


def _module_name(value: ModuleName) -> Shape:
    return ("?name", value.value)


def _symbol(value: Symbol) -> Shape:
    return ("symbol", value.path)


def _made(value: Made) -> Shape:
    if isinstance(value.callee, Symbol) and value.callee.path in packages.LOGGERS:
        first = value.args[0] if value.args else None
        return ("logger", ENTRY if isinstance(first, ModuleName) else shape(first or NOTHING))
    made = ("made", shape(value.callee), arguments(value))
    if value.version < 0:  # another one each time
        return ("?random", id(value))
    made = ("?read", value.read, made) if value.read else made
    return ("?later", value.version, made) if value.version else made


def arguments(call: Made) -> Shape:
    """Return the arguments of a call, by name where its signature is known."""
    args, named = bound(call.callee, call.args, call.kwargs)
    return (
        "arguments",
        ("positional", *map(shape, args)),
        ("named", *((("=", repr(name)), shape(named[name])) for name in sorted(named))),
    )


def _got(value: Got) -> Shape:
    return ("?got", shape(value.owner), value.name)


def _opaque(value: Opaque) -> Shape:
    return value.shape


def _spoiled(value: Container, base: Shape) -> Shape:
    return ("?changed", base, *value.changes) if value.changes else base


def _items(value: Items) -> Shape:
    shapes = [shape(item) for item in value.items]
    if value.kind == "set":
        once = {repr(item): item for item in shapes}
        return _spoiled(value, ("set", *(once[key] for key in sorted(once))))
    tag = "list" if value.kind in ("list", "tuple") else f"?{value.kind}"
    return _spoiled(value, (tag, *shapes))


def _pairs(value: Pairs) -> Shape:
    pairs = {repr(key): (key, item) for key, item in _shaped(value)}
    return _spoiled(value, ("dict", *(pairs[key] for key in sorted(pairs))))


def _shaped(value: Pairs) -> list[tuple[Shape, Shape]]:
    return [(shape(key), shape(item)) for key, item in value.pairs]


def _function(value: Function) -> Shape:
    module = value.scope.module
    name = label(module, value.name)
    if module.own or "<" in value.name:
        code = Code(value.node, value.scope, value.early)
        return ("code", name, code, _defaults(value))
    return ("def", name)


def _defaults(value: Function) -> Shape:
    return (
        "dict",
        *((("=", repr(name)), shape(value.defaults[name])) for name in value.defaults),
    )


def _class(value: Class) -> Shape:
    module = value.scope.module
    name = label(module, value.name)
    if module.own or "<" in value.name:
        return ("code", name, Code(value.node, value.scope, value.early), _made_of(value))
    return ("def", name)


def _made_of(value: Class) -> Shape:
    """Return the bases of a class, as they were when it was defined."""
    return ("dict", (("=", "bases"), ("list", *map(shape, value.bases))))


def _instance(value: Instance) -> Shape:
    attributes = value.attributes
    if id(value) in _OPEN:
        return ("within itself",)
    _OPEN.add(id(value))
    try:
        named = ((("=", repr(name)), shape(attributes[name])) for name in sorted(attributes))
        return ("instance", shape(value.cls), ("dict", *named))
    finally:
        _OPEN.discard(id(value))


def _application(value: Application) -> Shape:
    return ("application", shape(value.cls))


def _part(value: Part) -> Shape:
    # What it is depends on all that had been done by then, not on how much that was.
    done = map(_done, value.owner.events[: value.at])
    return brief(("?part", shape(value.owner), value.path, *done))


def _done(event: Event) -> Shape:
    target = () if event.target is None else (shape(event.target),)
    named = ((name, shape(event.kwargs[name])) for name in sorted(event.kwargs))
    return (event.path, event.opaque, event.guards, target, *map(shape, event.args), *named)


def _decorator(value: Decorator) -> Shape:
    return ("?decorator", value.event.path)


def _method(value: Method) -> Shape:
    return ("method", shape(value.owner), shape(value.function))


def _module(value: Module) -> Shape:
    return ("module", ENTRY if value.own else value.name)


_SHAPES: dict[type[Value], Callable[[Any], Shape]] = {
    Literal: _literal,
    ModuleName: _module_name,
    Symbol: _symbol,
    Made: _made,
    Got: _got,
    Opaque: _opaque,
    Unsure: _opaque,
    Items: _items,
    Pairs: _pairs,
    Function: _function,
    Class: _class,
    Instance: _instance,
    Application: _application,
    Part: _part,
    Decorator: _decorator,
    Method: _method,
    Module: _module,
}
