"""Functions of the standard library that are followed."""

from __future__ import annotations

from gate.static import applications
from gate.static.containers import iterated
from gate.static.members import computed
from gate.static.operands import doubt_key, doubt_member, doubt_set
from gate.static.protocols import asked
from gate.static.refusals import refuse_member
from gate.static.values import Items, Literal, Pairs, Undecided, Unsupported, Value

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from collections.abc import Callable

    from gate.static.values import Place
    from gate.static.world import World

    Args = list[Value]
    Kwargs = dict[str, Value]

MAX_RANGE = 1000


def called(world: World, path: str, args: Args, kwargs: Kwargs, place: Place) -> Value | None:
    """Return what a function returns; None for one that is not followed."""
    found = _FUNCTIONS.get(path)
    if found is None or (kwargs and path != "builtins.dict"):
        return None
    return found(world, args, kwargs, place)


def _sequence(kind: str) -> Callable[[World, Args, Kwargs, Place], Value | None]:
    def make(world: World, args: Args, _kwargs: Kwargs, place: Place) -> Value | None:
        items = iterated(args[0]) if args else []
        if kind == "set":
            doubt_key(world, items or [], place)
        return None if items is None or len(args) > 1 else Items(kind, items, world.guards)

    return make


def _dictionary(world: World, args: Args, kwargs: Kwargs, _place: Place) -> Value | None:
    first = args[0] if args else Pairs([])
    if not isinstance(first, Pairs) or first.changes or len(args) > 1 or "**" in kwargs:
        return None
    more = [(Literal(name), value) for name, value in kwargs.items()]
    return Pairs([*first.pairs, *more], world.guards)


def _reversed(world: World, args: Args, _kwargs: Kwargs, _place: Place) -> Value | None:
    fails = bool(args) and isinstance(args[0], Items) and args[0].kind in ("set", "iterator")
    items = iterated(args[0]) if len(args) == 1 and not fails else None
    return None if items is None else Items("iterator", items[::-1], world.guards, (args[0],))


def _range(world: World, args: Args, _kwargs: Kwargs, _place: Place) -> Value | None:
    numbers = [arg.value for arg in args if isinstance(arg, Literal)]
    whole = [number for number in numbers if isinstance(number, int)]
    if len(whole) != len(args) or not args or whole[2:3] == [0]:
        return None
    span = range(*whole[:3])
    known = len(span) <= MAX_RANGE
    return Items("range", [Literal(n) for n in span], world.guards) if known else None


def _enumerated(world: World, args: Args, _kwargs: Kwargs, _place: Place) -> Value | None:
    items = iterated(args[0]) if len(args) == 1 else None
    if items is None:
        return None
    rows: list[Value] = [
        Items("tuple", [Literal(at), item], world.guards) for at, item in enumerate(items)
    ]
    return Items("iterator", rows, world.guards, (args[0],))


def _zipped(world: World, args: Args, _kwargs: Kwargs, _place: Place) -> Value | None:
    columns = [items for items in map(iterated, args) if items is not None]
    if len(columns) != len(args):
        return None
    rows: list[Value] = [
        Items("tuple", list(row), world.guards) for row in zip(*columns, strict=False)
    ]
    return Items("iterator", rows, world.guards, tuple(args))


def _converted(convert: type) -> Callable[[World, Args, Kwargs, Place], Value | None]:
    def make(world: World, args: Args, _kwargs: Kwargs, place: Place) -> Value | None:
        value = args[0].value if len(args) == 1 and isinstance(args[0], Literal) else None
        plain = isinstance(value, str | int | float) and len(str(value)) < MAX_RANGE
        try:
            return Literal(convert(value)) if plain else None
        except ValueError as exc:
            world.refuse(f"ValueError: {exc}", place, "ValueError")
            return None

    return make


def _length(_world: World, args: Args, _kwargs: Kwargs, _place: Place) -> Value | None:
    is_iterator = bool(args) and isinstance(args[0], Items) and args[0].kind == "iterator"
    items = iterated(args[0]) if args and not is_iterator else None
    return None if items is None else Literal(len(items))


def _get(world: World, args: Args, _kwargs: Kwargs, place: Place) -> Value | None:
    name = args[1].value if len(args) == 2 and isinstance(args[1], Literal) else None  # noqa: PLR2004
    if not isinstance(name, str) or computed(args[0], name) is not None:
        return None
    found = asked(world, args[0], name, place)
    if found is not None:
        refuse_member(world, args[0], name, place)
        doubt_member(world, args[0], name, found, place)
    return found


def _set(world: World, args: Args, _kwargs: Kwargs, place: Place) -> Value | None:
    name = args[1].value if len(args) == 3 and isinstance(args[1], Literal) else None  # noqa: PLR2004
    if not isinstance(name, str):
        raise Undecided("setattr() can change anything", place)
    doubt_set(world, args[0], name, args[2], place)
    applications.put(world, args[0], name, args[2], place)
    return Literal(None)


def _cast(_world: World, args: Args, _kwargs: Kwargs, _place: Place) -> Value | None:
    return args[1] if len(args) == 2 else None  # noqa: PLR2004


def _imported(world: World, args: Args, _kwargs: Kwargs, place: Place) -> Value | None:
    from gate.static.modules import imported  # noqa: PLC0415 - importing a module makes calls

    name = args[0].value if len(args) == 1 and isinstance(args[0], Literal) else None
    if not isinstance(name, str) or name.startswith("."):
        raise Unsupported("an import of what is not known")
    return imported(world, name, place)


_FUNCTIONS: dict[str, Callable[[World, Args, Kwargs, Place], Value | None]] = {
    "builtins.list": _sequence("list"),
    "builtins.tuple": _sequence("tuple"),
    "builtins.set": _sequence("set"),
    "builtins.frozenset": _sequence("set"),
    "builtins.dict": _dictionary,
    "builtins.reversed": _reversed,
    "builtins.range": _range,
    "builtins.enumerate": _enumerated,
    "builtins.zip": _zipped,
    "builtins.len": _length,
    "builtins.str": _converted(str),
    "builtins.int": _converted(int),
    "builtins.bool": _converted(bool),
    "builtins.getattr": _get,
    "builtins.setattr": _set,
    "typing.cast": _cast,
    "importlib.import_module": _imported,
}
