"""Calls: of functions of the tree, which are followed, and of everything else."""

from __future__ import annotations

from gate.static import applications, containers, frameworks, packages, signatures, standard
from gate.static.annotations import require_now
from gate.static.doubts import doubt_call, doubt_construction, doubt_event, doubt_target
from gate.static.effects import refuse_end, unfollowed
from gate.static.events import Decorator, Part
from gate.static.functions import follow
from gate.static.members import in_class, lineage
from gate.static.operands import doubt_iteration, doubt_key
from gate.static.refusals import CLASSES, refuse_call
from gate.static.shapes import shape
from gate.static.values import (
    Class,
    Container,
    Function,
    Got,
    Instance,
    Literal,
    Made,
    Method,
    Symbol,
    Undecided,
    Unsupported,
    Value,
)
from gate.static.world import World

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from gate.static.values import Place

    Kwargs = dict[str, Value]


def call(world: World, callee: Value, args: list[Value], kwargs: Kwargs, place: Place) -> Value:
    """Return what a call returns; what it does is noted in ``world``."""
    refuse_call(world, callee, args, kwargs, place)
    found = _CALLS.get(type(callee))
    result = found(world, callee, args, kwargs, place) if found is not None else None
    if result is not None:
        return result
    made = Made(callee, args, kwargs, place)
    doubt_call(world, made)
    return unfollowed(world, made)


def _function(
    world: World, callee: Function, args: list[Value], kwargs: Kwargs, place: Place
) -> Value | None:
    return follow(world, callee, args, kwargs, place)


def _method(
    world: World, callee: Method, args: list[Value], kwargs: Kwargs, place: Place
) -> Value | None:
    return _function(world, callee.function, [callee.owner, *args], kwargs, place)


def _class(
    world: World, callee: Class, args: list[Value], kwargs: Kwargs, place: Place
) -> Value | None:
    kind = applications.kind_of(callee)
    if kind:
        return _application(world, kind, Made(callee, args, kwargs, place))
    if not callee.plain:
        return None
    refuse_end(lineage(callee), place)
    instance = Instance(callee)
    init = in_class(callee, "__init__")
    if in_class(callee, "__new__") is not None or not isinstance(init, Function | None):
        return None
    if init is None:
        if args or kwargs:
            world.refuse(f"{callee.name}() takes no arguments", place, "TypeError")
        return instance
    done = _function(world, init, [instance, *args], kwargs, place)
    return instance if done is not None else None


def _application(world: World, kind: str, call: Made) -> Value:
    made = applications.made(world, kind, call)
    doubt_construction(world, CLASSES[kind], call)
    return made


def _part(
    world: World, callee: Part, args: list[Value], kwargs: Kwargs, place: Place
) -> Value | None:
    if callee.path in frameworks.DECORATORS or callee.path in frameworks.METHODS:
        doubt_event(world, callee, args, kwargs, place)
    return applications.happen(world, callee, args, kwargs, place)


def _decorator(
    world: World, callee: Decorator, args: list[Value], kwargs: Kwargs, place: Place
) -> Value | None:
    if len(args) != 1 or kwargs:
        raise Undecided("a decorator of an application is called otherwise", place)
    if isinstance(args[0], Function) and callee.event.path in frameworks.HTTP_METHODS:
        require_now(world, args[0])
    if isinstance(args[0], Literal | Container):
        world.refuse("it cannot be called", place)
    doubt_target(world, callee.owner, callee.event, args[0])
    callee.event.target = args[0]
    world.happen(callee.owner, callee.event)
    return args[0]


def _symbol(
    world: World, callee: Symbol, args: list[Value], kwargs: Kwargs, place: Place
) -> Value | None:
    kind = signatures.APPLICATIONS.get(callee.path)
    if kind:
        return _application(world, kind, Made(callee, args, kwargs, place))
    if callee.path in packages.WILD:
        raise Undecided(f"{callee.path.removeprefix('builtins.')}() can change anything", place)
    if callee.path in packages.ENDS:
        ends = f"{callee.path.removeprefix('builtins.')}() ends the process"
        if not world.guards:
            raise Undecided(ends, place)
        world.doubt(ends, place, "SystemExit")
        return Literal(None)
    if callee.path == "builtins.super":
        raise Unsupported("super()")
    return standard.called(world, callee.path, args, kwargs, place)


def _got(
    world: World, callee: Got, args: list[Value], kwargs: Kwargs, place: Place
) -> Value | None:
    owner = callee.owner
    if kwargs:
        return None
    if isinstance(owner, Literal) and isinstance(owner.value, str):
        return containers.of_text(owner.value, callee.name, args)
    if isinstance(owner, Container):
        _doubt_change(world, callee, args, place)
        if callee.name in ("append", "extend", "add") and len(args) != 1:
            world.refuse(f"the call does not fit {callee.name}()", place, "TypeError")
        return containers.called(world, owner, callee.name, args)
    return None


def _doubt_change(world: World, callee: Got, args: list[Value], place: Place) -> None:
    """Note the change of a list, set or dictionary that may fail, where it is followed."""
    if callee.name == "add":
        doubt_key(world, args, place)
    elif callee.name == "extend" and args:
        doubt_iteration(world, args[0], place)


def _made(
    world: World, callee: Made, args: list[Value], kwargs: Kwargs, place: Place
) -> Value | None:
    """A function behind a cache is called as it is, one in a partial with what that holds."""
    if isinstance(callee.callee, Symbol) and callee.callee.path == "functools.partial":
        held = callee.args[0] if callee.args and "**" not in callee.kwargs else None
        more = [*callee.args[1:], *args]
        return held and call(world, held, more, {**callee.kwargs, **kwargs}, place)
    inner = callee.callee.callee if isinstance(callee.callee, Made) else callee.callee
    is_cache = isinstance(inner, Symbol) and inner.path in packages.CACHES
    function = callee.args[0] if is_cache and len(callee.args) == 1 else None
    if not isinstance(function, Function):
        return None
    doubt_key(world, [*args, *kwargs.values()], place)
    key = f"{id(callee)} {[*map(shape, args)]} {[(n, shape(kwargs[n])) for n in kwargs]}"
    if key not in world.cached:
        result = follow(world, function, args, kwargs, place)
        if result is None:
            return None
        world.bind(world.cached, key, result)
    return world.cached[key]


_CALLS: dict[type[Value], Callable[[World, Any, list[Value], Kwargs, Place], Value | None]] = {
    Function: _function,
    Method: _method,
    Class: _class,
    Part: _part,
    Decorator: _decorator,
    Symbol: _symbol,
    Got: _got,
    Made: _made,
}
