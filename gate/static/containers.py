"""Methods of lists, dictionaries and texts."""

from __future__ import annotations

from gate.static.operators import item, members
from gate.static.packages import FRAMEWORKS
from gate.static.shapes import shape
from gate.static.values import Class, Container, Function, Items, Literal, Pairs, Symbol, Value
from gate.static.words import words

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from gate.static.values import Place
    from gate.static.world import World

# Methods of texts that give the same for the same, and take and give what is small.
TEXT = words(
    """
    lower upper title strip lstrip rstrip removeprefix removesuffix startswith endswith
    split rsplit splitlines replace capitalize partition rpartition count find join
    """
)
READING = frozenset({"copy", "count", "index", "get", "keys", "values", "items", "union"})
MAX_TEXT = 10_000  # characters
MAX_ARGUMENT = 1_000
MAX_ITEMS = 10_000


def iterated(value: Value) -> list[Value] | None:
    """Return what a loop over ``value`` sees; None where that is not known."""
    if isinstance(value, Literal) and isinstance(value.value, str):
        return [Literal(char) for char in value.value] if len(value.value) < MAX_TEXT else None
    if isinstance(value, Container) and not value.changes:
        items = members(value)
        unordered = isinstance(value, Items) and value.kind == "set" and len(items) > 1
        return list(items) if not unordered and len(items) <= MAX_ITEMS else None
    return None


def sizes(value: Value) -> list[int]:
    """Return how many items there are in what a loop over ``value`` looks into."""
    inside = [size for view in value.views for size in sizes(view)] if type(value) is Items else []
    return [len(members(value)), *inside] if isinstance(value, Container) else inside


def of_text(text: str, name: str, args: list[Value]) -> Value | None:
    """Return what a method of a text returns; None where that is not known."""
    values = [_plain(argument) for argument in args]
    small = len(text) <= MAX_TEXT and len(repr(values)) <= MAX_ARGUMENT
    if name not in TEXT or None in values or not small:
        return None
    try:
        result = getattr(text, name)(*values)
    except (TypeError, ValueError):
        return None
    if isinstance(result, list | tuple):
        return Items("list", [Literal(part) for part in result])
    return Literal(result) if not isinstance(result, str) or len(result) < MAX_TEXT else None


def _plain(value: Value) -> object | None:
    if isinstance(value, Literal):
        return value.value
    if isinstance(value, Items) and not value.changes:
        items = [part.value for part in value.items if isinstance(part, Literal)]
        return items if len(items) == len(value.items) else None
    return None


def called(world: World, owner: Container, name: str, args: list[Value]) -> Value | None:
    """Carry out a method of a list or dictionary; return None where that is not followed."""
    if owner.changes:
        return None
    if owner.guards is world.guards and not owner.given and _changed(world, owner, name, args):
        return Literal(None)
    if isinstance(owner, Pairs):
        return _read(world, owner, name, args)
    if isinstance(owner, Items) and name == "copy" and not args:
        return Items(owner.kind, list(owner.items), world.guards)
    return None


def _changed(world: World, owner: Container, name: str, args: list[Value]) -> bool:
    """Carry out a change that can be followed."""
    if isinstance(owner, Items) and len(args) == 1:
        more = args if name in ("append", "add") else iterated(args[0])
        if name in ("append", "extend", "add") and more is not None:
            for value in more:
                world.append(owner.items, value)
            return True
    if isinstance(owner, Pairs) and name == "update" and len(args) == 1:
        other = args[0]
        if isinstance(other, Pairs) and not other.changes:
            for pair in list(other.pairs):
                world.append(owner.pairs, pair)
            return True
    return False


def _read(world: World, owner: Pairs, name: str, args: list[Value]) -> Value | None:
    keys = members(owner)
    values = [_found(owner, key) for key in keys]
    known = [value for value in values if value is not None]
    if len(known) != len(keys):
        return None
    rows: list[Value] = [
        Items("tuple", [key, value], world.guards) for key, value in zip(keys, known, strict=True)
    ]
    if name in ("keys", "values", "items") and not args:
        listed = {"keys": keys, "values": known, "items": rows}[name]
        return Items("view", listed, world.guards, (owner,))
    if name == "copy" and not args:
        return Pairs(list(owner.pairs), world.guards)
    plain = all(isinstance(key, Literal) for key in keys)
    if name == "get" and len(args) in (1, 2) and isinstance(args[0], Literal) and plain:
        found = item(owner, args[0])
        return found or (args[1] if len(args) > 1 else Literal(None))
    return None


def _found(owner: Pairs, key: Value) -> Value | None:
    """Return what a key of a dictionary has; None where another key may be the same one."""
    if isinstance(key, Literal):
        return item(owner, key)
    known = isinstance(key, Class | Function) or (
        isinstance(key, Symbol) and key.path.startswith(FRAMEWORKS)
    )
    same = [value for other, value in owner.pairs if shape(other) == shape(key)]
    return same[-1] if known else None


def put(world: World, owner: Value, index: Value, value: Value, place: Place) -> bool:
    """Carry out ``owner[index] = value`` for a dictionary; whether ``owner`` is a container."""
    if not isinstance(owner, Container):
        return False
    followed = owner.guards is world.guards and not owner.changes and not owner.given
    if isinstance(owner, Pairs) and followed:
        world.append(owner.pairs, (index, value))
    else:
        world.spoil(owner, ("put", shape(index), shape(value)), place)
    return True
