"""Everything that was done to an application, in order: equal histories make equal applications."""

from __future__ import annotations

from gate.static import frameworks, showing
from gate.static.documents import described, returned
from gate.static.events import Application, Event
from gate.static.reading import Reading
from gate.static.shapes import shape
from gate.static.values import Function, Items, Made, Pairs, Symbol, Value

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from gate.static.values import Place, Shape

    Reason = tuple[str, Place]
    Effects = list[tuple[Shape, Place]]

DEEPEST = 20
MAX_EFFECTS = 1000
ROUTING = frameworks.HTTP_METHODS | {"api_route", "websocket", "add_api_route", "route"}


def alike(reference: Reading, candidate: Reading) -> bool:
    """Whether the same was done to both, one thing after the other, known or not."""
    return (
        not elsewhere(reference, candidate)
        and history(reference.app) == history(candidate.app)
        and [_layer(layer) for layer in reference.layers]
        == [_layer(layer) for layer in candidate.layers]
    )


def elsewhere(reference: Reading, candidate: Reading, *, shared_only: bool = False) -> list[Reason]:
    """Return what is done elsewhere than to the applications, in one entry point alone.

    What was before what counts; with ``shared_only`` no more than among the events of both.
    """
    ours, theirs = reference.world.effects, candidate.world.effects
    if ours and theirs and shared_only:
        ours, theirs = _beside_shared(reference, candidate)
    reasons: list[Reason] = []
    for mine, others in ((ours, theirs), (theirs, ours)):
        rest = [what for what, _ in others[:MAX_EFFECTS]]
        for what, place in mine[:MAX_EFFECTS]:
            if what in rest:
                rest.remove(what)
            else:
                reasons.append((_changing(what[-1]), place))
        reasons += [("there is too much to compare", place) for _, place in mine[MAX_EFFECTS:][:1]]
    return reasons


def _beside_shared(reference: Reading, candidate: Reading) -> tuple[Effects, Effects]:
    """Return the effects with the numbers of those events before them that both have."""
    done = [[_done(one) for one in side.world.happened] for side in (reference, candidate)]
    found: list[Effects] = []
    for mine, others, side in zip(done, done[::-1], (reference, candidate), strict=True):
        rest, shared = list(others), [0]
        for what in mine:
            is_shared = what in rest
            if is_shared:
                rest.remove(what)
            shared.append(shared[-1] + is_shared)
        effects = side.world.effects
        found.append([((("after", shared[w[0][1]]), *w[1:]), p) for w, p in effects])
    return found[0], found[1]


def _done(one: Event | Made) -> Shape:
    return shape(one) if isinstance(one, Made) else _event(one, ())


def _changing(what: Shape) -> str:
    """Say what is done in words, as far as it has a name."""
    match what:
        case ("import", name):
            return f"what the import of {name} changes is not known"
        case ("call", ("made", ("symbol", name), *_)):
            return f"what {name}() changes is not known"
    return "what this changes is not known"


def _layer(layer: Made) -> Shape:
    kwargs = {name: shape(value) for name, value in layer.kwargs.items() if name != "app"}
    return (shape(layer.callee), *map(shape, layer.args[1:]), *sorted(kwargs.items(), key=repr))


def history(app: Application, within: tuple[Application, ...] = ()) -> Shape:
    """Return everything that was done to an application, and to those that it was given."""
    if app in within:
        return ("within itself", within.index(app))
    inside = (*within, app)
    return (
        shape(app.cls),
        app.guards,
        *(_deep(value, inside) for value in app.args),
        *((name, _deep(app.kwargs[name], inside)) for name in sorted(app.kwargs)),
        *(_event(event, inside) for event in app.events),
    )


def _event(event: Event, inside: tuple[Application, ...]) -> Shape:
    target = event.target
    return (
        event.path,
        event.opaque,
        event.guards,
        None if target is None else _deep(target, inside),
        *(_deep(value, inside) for value in event.args),
        *((name, _deep(event.kwargs[name], inside)) for name in sorted(event.kwargs)),
    )


def _deep(value: Value, inside: tuple[Application, ...]) -> Shape:
    """Return the shape of ``value`` with the histories of the applications in it."""
    if isinstance(value, Application):
        return ("history", history(value, inside))
    if isinstance(value, Function):
        return ("documented", shape(value), described(value), returned(value))
    if isinstance(value, Made) and _holds_application(value):
        args = tuple(_deep(argument, inside) for argument in value.args)
        kwargs = tuple((n, _deep(value.kwargs[n], inside)) for n in sorted(value.kwargs))
        return ("deep", shape(value.callee), args, kwargs)
    if isinstance(value, Items | Pairs) and _holds_application(value):
        parts = value.items if isinstance(value, Items) else [v for p in value.pairs for v in p]
        return ("deep", shape(value), *(_deep(part, inside) for part in parts))
    return shape(value)


def _holds_application(value: Value) -> bool:
    if isinstance(value, Made):
        return any(map(_holds_application, (*value.args, *value.kwargs.values())))
    if isinstance(value, Items):
        return any(map(_holds_application, value.items))
    if isinstance(value, Pairs):
        return any(_holds_application(part) for pair in value.pairs for part in pair)
    return isinstance(value, Application)


def count(app: Application, depth: int = 0) -> int:
    """Return how many routes an application surely has."""
    if depth > DEEPEST:
        return 0
    listed = app.kwargs.get("routes") or (*app.args[1:2], None)[0]
    known = listed.items if isinstance(listed, Items) and not listed.changes else []
    found = sum(1 for item in known if isinstance(item, Made) and not _holds_application(item))
    for event in app.events:
        if showing.relative(event, app):
            continue
        given = [*event.args, *event.kwargs.values()]
        inside = [value for value in given if isinstance(value, Application)]
        if event.path in ROUTING:
            found += 1
        elif event.path in ("include_router", "mount"):
            found += sum(count(value, depth + 1) for value in inside)
            found += event.path == "mount" and any(map(_is_files, given))
    return found


def _is_files(value: Value) -> bool:
    callee = value.callee if isinstance(value, Made) else None
    return isinstance(callee, Symbol) and callee.path.startswith("starlette.staticfiles.")
