"""What facts share: places, relative conditions, and how a value is said to people."""

from __future__ import annotations

from gate.static import frameworks
from gate.static.events import Application, Event
from gate.static.values import Function, Literal, Made, Value

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from collections.abc import Callable

    from gate.static.values import Place, Shape


def constructed(app: Application) -> dict[str, Value] | None:
    """Return the constructor's arguments by name; None where they are not known."""
    names = frameworks.POSITIONAL[app.kind].split()
    if len(app.args) > len(names) or "**" in app.kwargs:
        return None
    return {**dict(zip(names, app.args, strict=False)), **app.kwargs}


def relative(event: Event, app: Application) -> Shape:
    """Return the conditions of an event that are not those of the application itself."""
    return event.guards[len(app.guards) :]


def definition(value: Value) -> Place | None:
    """Return where a function is defined: at its first decorator."""
    if isinstance(value, Made) and value.args:
        return definition(value.args[0])
    if not isinstance(value, Function) or value.scope.module.source is None:
        return None
    decorators = getattr(value.node, "decorator_list", [])
    return value.scope.module.source.file, (decorators or [value.node])[0].lineno


# Each of these returns a function, since saying things to people needs modules that are slow to
# import, and most of the time nothing is said.
def call(made: Made) -> Callable[[], str]:
    """Say a class with its arguments."""

    def show() -> str:
        from gate.static import show as to_people  # noqa: PLC0415

        return to_people.call(made.callee, made.args, made.kwargs)

    return show


def called(value: Value) -> Callable[[], str]:
    """Say the name of a class or function."""

    def show() -> str:
        from gate.static import show as to_people  # noqa: PLC0415

        return to_people.called(value)

    return show


def of_shape(what: Shape) -> Callable[[], str]:
    """Say a value that several levels have made."""

    def show() -> str:
        if what[0] == "=":
            return str(what[1])
        if what[0] == "list":
            return f"[{', '.join(of_shape(item)() for item in what[1:])}]"
        return (
            str(what[1]).rpartition(".")[2] if what[0] == "symbol" else "what reading does not tell"
        )

    return show


def plain(value: Value | None, default: object, name: str) -> Callable[[], str]:
    """Say a value, or the default of what is called ``name``."""

    def show() -> str:
        from gate.static import show as to_people  # noqa: PLC0415

        return to_people.shown(value if value is not None else Literal(default), name)

    return show
