"""What is done to applications and routers: their making, and one event after the other."""

from __future__ import annotations

from gate.static import frameworks, packages, signatures
from gate.static.events import Application, Decorator, Event, Part
from gate.static.scope import Module
from gate.static.shapes import shape
from gate.static.values import (
    Class,
    Instance,
    Items,
    Literal,
    Made,
    Pairs,
    Symbol,
    Undecided,
    Value,
)

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from gate.static.values import Place
    from gate.static.world import World


def kind_of(cls: Value) -> str:
    """Return which kind of application a class makes; "" for none."""
    if isinstance(cls, Symbol):
        return signatures.APPLICATIONS.get(cls.path, "")
    if isinstance(cls, Class):
        return next((kind for kind in map(kind_of, cls.bases) if kind), "")
    return ""


def made(world: World, kind: str, call: Made) -> Application:
    """Return the application that the call of a constructor makes."""
    give([*call.args, *call.kwargs.values()])
    world.append(world.happened, None)
    return Application(kind, call, world.guards)


def happen(
    world: World, part: Part, args: list[Value], kwargs: dict[str, Value], place: Place
) -> Value | None:
    """Note the call of a method of an application; None for one that is not known."""
    give([*args, *kwargs.values()])
    event = Event(part.path, args, kwargs, place, world.guards)
    if part.path in frameworks.DECORATORS:
        return Decorator(part.owner, event)
    if part.path not in frameworks.METHODS:
        return None
    world.happen(part.owner, event)
    if part.path == "include_router":
        for value in (*args[:1], *kwargs.values()):
            if isinstance(value, Application):
                value.included = True
    return Literal(None)


def put(world: World, owner: Value, name: str, value: Value, place: Place) -> None:
    """Note ``owner.name = value``."""
    give([value])
    what = ("set", shape(owner), name, shape(value))
    if isinstance(owner, Application | Part):
        path = name if isinstance(owner, Application) else f"{owner.path}.{name}"
        app = owner if isinstance(owner, Application) else owner.owner
        world.happen(app, Event(f"set {path}", [value], {}, place, world.guards))
    elif isinstance(owner, Instance):
        world.bind(owner.attributes, name, value)
    else:
        if isinstance(owner, Symbol) and owner.path.startswith(packages.FRAMEWORKS):
            raise Undecided("what this changes is not known", place)
        world.effect(what, place)
        if isinstance(owner, Module | Class):
            world.bind(owner.scope.names if isinstance(owner, Module) else owner.names, name, value)
        if not isinstance(owner, Module):
            world.tampered = world.tampered or place


def put_item(world: World, part: Part, index: Value, value: Value, place: Place) -> None:
    """Note ``app.dependency_overrides[index] = value``."""
    event = Event(f"put {part.path}", [index, value], {}, place, world.guards)
    world.happen(part.owner, event)


def give(values: list[Value]) -> None:
    """Mark the containers in ``values`` as kept: a later change of them would count."""
    for value in values:
        if isinstance(value, Items | Pairs) and not value.given:
            value.given = True
            pairs = value.items if isinstance(value, Items) else [v for p in value.pairs for v in p]
            give(pairs)
