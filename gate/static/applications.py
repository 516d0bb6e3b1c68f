"""What is done to applications and routers: their making, and one event after the other."""

from __future__ import annotations

from gate.static import frameworks, packages, signatures
from gate.static.events import Application, Decorator, Event, Part
from gate.static.members import in_class
from gate.static.refusals import refuse_construction, refuse_event, refuse_setting
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
    Unsupported,
    Value,
)
from gate.static.world import GIVEN

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
    refuse_construction(world, kind, call)
    give([*call.args, *call.kwargs.values()])
    world.append(world.happened, call)
    return Application(kind, call, world.guards)


def happen(
    world: World, part: Part, args: list[Value], kwargs: dict[str, Value], place: Place
) -> Value | None:
    """Note the call of a method of an application; None for one that is not known."""
    refuse_event(world, part, args, kwargs, place)
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
    if not isinstance(owner, Instance):
        give([value])
    what = ("set", shape(owner), name, shape(value))
    if isinstance(owner, Application | Part):
        path = name if isinstance(owner, Application) else f"{owner.path}.{name}"
        app = owner if isinstance(owner, Application) else owner.owner
        refuse_setting(world, path, value, place)
        world.happen(app, Event(f"set {path}", [value], {}, place, world.guards))
    elif isinstance(owner, Instance):
        _put_in(world, owner, name, value, place)
    else:
        if isinstance(owner, Symbol) and owner.path.startswith(packages.FRAMEWORKS):
            raise Undecided("what this changes is not known", place)
        if isinstance(owner, Literal | Items | Pairs):
            world.refuse(f"it has no {name}", place, "AttributeError")
        world.effect(what, place)
        if isinstance(owner, Module | Class):
            world.bind(owner.scope.names if isinstance(owner, Module) else owner.names, name, value)
        if not isinstance(owner, Module):
            world.tampered = world.tampered or place


def _put_in(world: World, owner: Instance, name: str, value: Value, place: Place) -> None:
    if owner.given:
        raise Undecided(GIVEN, place)
    if in_class(owner.cls, "__setattr__") is not None or isinstance(
        in_class(owner.cls, name), Made | Instance
    ):
        raise Unsupported("an attribute that its class sets")
    world.bind(owner.attributes, name, value)


def put_item(world: World, part: Part, index: Value, value: Value, place: Place) -> None:
    """Note ``app.dependency_overrides[index] = value``."""
    event = Event(f"put {part.path}", [index, value], {}, place, world.guards)
    world.happen(part.owner, event)


def give(values: list[Value]) -> None:
    """Mark what in ``values`` can change as kept: a later change of it would count."""
    for value in values:
        if isinstance(value, Instance) and not value.given:
            value.given = True
            give(list(value.attributes.values()))
        if isinstance(value, Items | Pairs) and not value.given:
            value.given = True
            pairs = value.items if isinstance(value, Items) else [v for p in value.pairs for v in p]
            give(pairs)
