"""What is not followed: a call of something outside, code that nobody can foresee.

Everything that it can get at may be changed by it, and what it does elsewhere is noted by name.
"""

from __future__ import annotations

import _ast as ast

from gate.static import packages, signatures
from gate.static.applications import give
from gate.static.brief import brief
from gate.static.containers import READING
from gate.static.events import Application, Event, Part
from gate.static.kinds import callee as named
from gate.static.members import is_special, special
from gate.static.reach import Reach
from gate.static.shapes import shape
from gate.static.tokens import walk
from gate.static.values import (
    Class,
    Container,
    Function,
    Got,
    Instance,
    Literal,
    Made,
    Method,
    Opaque,
    Symbol,
    Undecided,
    Value,
    unknown,
)
from gate.static.world import ANYTHING, GIVEN, World

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.static.values import Place, Shape

STEADY = ("pathlib.Path.", "str.")  # whose methods in the table of known ones change nothing
LAZY = ("builtins.map", "builtins.filter", "itertools.")


def unfollowed(world: World, made: Made) -> Made:
    """Note a call that is not followed, and return what it makes."""
    path = origin(made.callee)
    if path.startswith(packages.RANDOM):
        world.random = True
        made.version = -1
    if _only_reads(made.callee):
        return made
    if waits(made.callee):
        return made  # a coroutine, a generator, a context: nothing has run yet
    if world.effects and made.version == 0 and not path.startswith(packages.FRAMEWORKS):
        made.version = len(world.effects)
    given = [*made.args, *made.kwargs.values()]
    neutral = _is_neutral(path, made.callee) and not any(map(is_lazy, given))
    acts = not neutral or _may_act(world, path, given)
    reach = Reach([made.callee, *given] if acts else [])
    refuse_end(reach.classes, made.place)
    made.read = brief(_state(reach)) if acts and reach.read else ()
    if not _is_quiet(path, made.callee):
        world.effect(("call", shape(made)), made.place)
    if acts:
        touch(world, reach, ("call", shape(made)), made.place)
    elif path not in signatures.INJECTIVE:  # those keep what they are given as it will be
        give(given)
    return made


def refuse_end(classes: list[Class], place: Place) -> None:
    """Raise Undecided for an object that acts when it is taken apart: nobody knows when."""
    if any("__del__" in cls.names for cls in classes):
        raise Undecided("what __del__() does, and when, is not known", place)


def _may_act(world: World, path: str, given: list[Value]) -> bool:
    """Whether what is given has special methods, which the callee may call."""
    if not world.special:
        return False
    asks = path == "builtins.hasattr"
    names = (name for cls in Reach(given, idle=True).classes for name in special(cls))
    return any(asks or is_special(name) for name in names)


def _only_reads(callee: Value) -> bool:
    """Whether a method of a list or dictionary leaves it as it is."""
    if not isinstance(callee, Got) or not isinstance(callee.owner, Container):
        return False
    return callee.name in READING


def _state(reach: Reach) -> Shape:
    return tuple((name, shape(value)) for name, value in reach.read)


def touch(world: World, reach: Reach, what: Shape, place: Place) -> Shape:
    """Note that something unknown may be done to everything that is reached.

    Return ``what``, with what the names in code that runs stand for now.
    """
    # As everything is now that the code reads: it may be bound to something else later.
    what = brief((*what, *_state(reach)))
    if reach.wild:
        raise Undecided(f"{reach.wild[0]} can change anything", place)
    if reach.modules:
        raise Undecided(f"the module {reach.modules[0].name} is given away", place)
    if reach.missing:
        world.refuse(f"the name {reach.missing[0]} is not defined", place, "NameError")
    if reach.runs:
        world.effect(what, place)
        world.doubt("whether what this runs fails is not known", place, ANYTHING)
    for names, name in _bound_by(reach):
        world.bind(names, name, unknown(("?after", what, name), *reach.found))
    for value in reach.found:
        _change(world, reach, value, what, place)
    return what


def _bound_by(reach: Reach) -> Iterator[tuple[dict[str, Value], str]]:
    """Yield the names that code may bind: globals, members of classes, attributes of objects."""
    yield from reach.rebound
    for cls in reach.classes:
        yield from ((cls.names, name) for name in sorted(reach.stored & cls.names.keys()))
    for value in reach.found:
        if isinstance(value, Instance):
            yield from ((value.attributes, name) for name in list(value.attributes))


def _change(
    world: World,
    reach: Reach,
    value: Application | Container | Instance,
    what: Shape,
    place: Place,
) -> None:
    """Note a change of something, together with the applications that are there too."""
    if isinstance(value, Container):
        world.spoil(value, what, place)
    elif isinstance(value, Instance):
        if value.given:
            raise Undecided(GIVEN, place)
    else:
        others = [one for one in reach.found if isinstance(one, Application) and one is not value]
        event = Event("", [*others], {}, place, world.guards, opaque=True)
        event.target = Opaque(what)
        world.happen(value, event)


def consume(world: World, value: Value, place: Place) -> None:
    """Note that the items of ``value`` are asked for: a generator of the tree runs now."""
    touch(world, Reach([value]), ("iterated", shape(value)), place)


def waits(callee: Value) -> bool:
    """Whether a call of ``callee`` runs nothing of the tree yet."""
    if isinstance(callee, Function):
        return is_deferred(callee)
    maker = callee.callee if isinstance(callee, Made) and len(callee.args) == 1 else None
    is_context = isinstance(maker, Symbol) and maker.path in packages.CONTEXTS
    function = callee.args[0] if is_context and isinstance(callee, Made) else None
    return isinstance(function, Function) and is_deferred(function)


def is_deferred(function: Function) -> bool:
    """Whether a call runs nothing yet: of a coroutine function, of a generator."""
    if isinstance(function.node, ast.AsyncFunctionDef):
        return True
    return any(isinstance(part, ast.Yield | ast.YieldFrom) for part in walk(function.node))


def is_lazy(value: Value) -> bool:
    """Whether code of the tree runs only when the items of ``value`` are asked for."""
    if not isinstance(value, Made):
        return False
    if isinstance(value.callee, Symbol):
        return value.callee.path.startswith(LAZY)
    return isinstance(value.callee, Function | Method)


def origin(value: Value) -> str:
    """Return the full name that a value comes from; "" for what the tree defines."""
    while True:
        match value:
            case Symbol(path=path):
                return str(path)
            case Made(callee=inner) | Got(owner=inner):
                value = inner
            case Class(bases=[inner, *_]) | Opaque(parts=(inner, *_)):
                value = inner
            case Literal() | Container():
                return "builtins."
            case _:
                return ""


def _is_quiet(path: str, callee: Value) -> bool:
    """Whether a call changes nothing that it is not given."""
    if isinstance(callee, Opaque) and callee.shape[:1] == ("?later",):
        callee = callee.parts[0]
    if path in packages.LOGGERS or path == "builtins." or named(callee).startswith(STEADY):
        return True
    if path.startswith(packages.LOUD) or (isinstance(callee, Got) and path):
        return False  # a method may change what it belongs to
    package = path.partition(".")[0]
    return packages.is_standard(package) or package in packages.INERT


def _is_neutral(path: str, callee: Value) -> bool:
    """Whether a call leaves alone what it is given, and calls none of it."""
    if isinstance(callee, Made) and not any(_is_code(value) for value in callee.args):
        callee = callee.callee  # a decorator with arguments
    if isinstance(callee, Got) and path == "builtins.property":
        return True
    if not isinstance(callee, Symbol):
        return False
    if path.startswith("builtins."):
        return path.removeprefix("builtins.") in packages.NEUTRAL_BUILTINS
    return path in packages.NEUTRAL or path.startswith(packages.NEUTRAL_PACKAGES)


def _is_code(value: Value) -> bool:
    return isinstance(value, Function | Class | Method | Part | Got)
