"""Code that runs under a condition which is not known: both ways are read, and joined."""

from __future__ import annotations

from gate.static.shapes import shape
from gate.static.values import Class, Function, Literal, Opaque, Symbol, Unsupported, Unsure, Value
from gate.static.world import MISSING, Bindings, World

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from collections.abc import Callable

    from gate.static.values import Shape

UNBOUND = ("=", "unbound")
IMMUTABLE = (Literal, Symbol, Function, Class)


class Signal:
    """How a block ends other than at its last statement.

    ``kind`` is "return", "raise", "break", "continue", or "maybe": it returns ``value`` where
    ``guard`` holds, and goes on where not.
    """

    __slots__ = ("guard", "kind", "value")

    def __init__(self, kind: str, value: Value | None = None, guard: Shape = ()) -> None:
        self.kind = kind
        self.value = value if value is not None else Literal(None)
        self.guard = guard


Block = "Callable[[], Signal | None]"


def either(
    world: World,
    guard: Shape,
    first: Callable[[], Signal | None],
    second: Callable[[], Signal | None],
) -> Signal | None:
    """Read ``first`` as if ``guard`` holds and ``second`` as if it does not.

    A way that ends in an exception is not the one that is gone on with.
    """
    one, mine = world.under(guard, first)
    other, theirs = world.under(("not", guard), second)
    if one is not None and one.kind == "raise":
        mine, one = theirs, other
    elif other is not None and other.kind == "raise":
        theirs, other = mine, one
    _join_names(world, guard, mine, theirs)
    return _joined(guard, one, other)


def partly(
    world: World, guard: Shape, bound: list[tuple[dict[str, Value], str, list[Value]]]
) -> None:
    """Bind what a block has bound to any of the values on its way: it may have ended anywhere."""
    for names, name, values in bound:
        known = tuple(dict.fromkeys(value for value in values if value is not MISSING))
        shapes = [UNBOUND if value is MISSING else shape(value) for value in values]
        unsure = len(known) < len(set(values)) or any(isinstance(v, Unsure) for v in known)
        kind = Unsure if unsure else Opaque
        world.bind(names, name, kind(("?or", "tried", guard, name, *shapes), known))


def nothing() -> Signal | None:
    """Do nothing: the way not taken."""
    return None


def _join_names(world: World, guard: Shape, mine: Bindings, theirs: Bindings) -> None:
    """Bind what two ways have bound: to one value where both agree."""
    for key, (names, _, old) in (mine.changes | theirs.changes).items():
        values = [way.changes.get(key, (names, old, old))[1] for way in (mine, theirs)]
        known = tuple(value for value in values if value is not MISSING)
        if not known:
            world.unbind(names, key[1])
        elif len(known) == len(values) and _agree(*known):
            world.bind(names, key[1], known[0])
        else:
            shapes = [UNBOUND if value is MISSING else shape(value) for value in values]
            unsure = len(known) < len(values) or any(isinstance(v, Unsure) for v in known)
            kind = Unsure if unsure else Opaque
            world.bind(names, key[1], kind(("?if", guard, *shapes), known))


def _agree(one: Value, other: Value) -> bool:
    if one is other:
        return True
    return isinstance(one, IMMUTABLE) and shape(one) == shape(other)


def _joined(guard: Shape, one: Signal | None, other: Signal | None) -> Signal | None:
    if one is other:
        return one
    if {signal.kind for signal in (one, other) if signal is not None} & {"break", "continue"}:
        raise Unsupported("a loop that may end early")
    if one is None or other is None:
        signal = one or other
        assert signal is not None  # noqa: S101 - both are None above
        here = guard if one is not None else ("not", guard)
        return Signal("maybe", signal.value, ("and", here, signal.guard))
    shapes = (shape(one.value), shape(other.value))
    value = Opaque(("?if", guard, *shapes), (one.value, other.value))
    if one.kind == other.kind == "return":
        return Signal("return", value)
    guards = (one.kind, one.guard, other.kind, other.guard)
    return Signal("maybe", value, ("or", guard, *guards))
