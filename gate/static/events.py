"""Applications and routers, and what was done to them: one event after the other."""

from __future__ import annotations

from gate.static.values import Made, Value

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from gate.static.values import Place, Shape


class Event:
    """Something that was done to an application: a method called, an attribute set.

    ``path`` is the method's name, with dots where it belongs to a part of the application;
    ``opaque`` whether it is unknown what was done; ``target`` what a decorator was put on.
    """

    __slots__ = ("args", "guards", "kwargs", "opaque", "path", "place", "target")

    def __init__(
        self,
        path: str,
        args: list[Value],
        kwargs: dict[str, Value],
        place: Place,
        guards: Shape,
        *,
        opaque: bool = False,
    ) -> None:
        self.path = path
        self.args = args
        self.kwargs = kwargs
        self.place = place
        self.guards = guards
        self.opaque = opaque
        self.target: Value | None = None


class Application(Value):
    """A FastAPI or Starlette application or router (``kind``), and all that was done to it."""

    __slots__ = ("args", "cls", "events", "guards", "included", "kind", "kwargs", "place")

    def __init__(self, kind: str, call: Made, guards: Shape) -> None:
        self.kind = kind
        self.cls = call.callee
        self.args = call.args
        self.kwargs = call.kwargs
        self.place = call.place
        self.guards = guards
        self.events: list[Event] = []
        self.included = False


class Part(Value):
    """A member of an application: ``get``, ``router.on_startup.append``.

    ``at`` is how much had been done to the application when it was asked for.
    """

    __slots__ = ("at", "owner", "path")

    def __init__(self, owner: Application, path: str) -> None:
        self.owner = owner
        self.path = path
        self.at = len(owner.events)


class Decorator(Value):
    """What ``app.get("/path")`` returns: nothing has happened yet."""

    __slots__ = ("event", "owner")

    def __init__(self, owner: Application, event: Event) -> None:
        self.owner = owner
        self.event = event
