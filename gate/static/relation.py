"""Whether two shapes are of the same value, surely of different ones, or nobody can tell."""

from __future__ import annotations

from gate.static import packages, signatures

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from gate.static.values import Shape

SAME, DIFFERENT, UNSURE = "same", "different", "unsure"
# Tags of values that are surely not a constant, nor of each other's kind.
KINDS = {"=": "constant", "list": "list", "set": "set", "dict": "dict", "def": "code"}
KINDS |= {"code": "code", "application": "application", "module": "module"}


def relation(one: Shape, other: Shape) -> str:
    """Return SAME, DIFFERENT or UNSURE."""
    if one == other:
        return SAME
    if not one or not other or one[0] != other[0]:
        kinds = {KINDS.get(what[0] if what else "") or _framework(what) for what in (one, other)}
        return DIFFERENT if len(kinds) > 1 and "" not in kinds else UNSURE
    compare = _RELATIONS.get(one[0])
    return compare(one, other) if compare is not None else UNSURE


def _framework(what: Shape) -> str:
    """Return the kind of a name of the frameworks, which is no constant and not of the tree."""
    if what and what[0] == "symbol" and what[1].startswith(packages.FRAMEWORKS):
        return "framework"
    if what and what[0] == "made":
        callee = what[1]
        return "made" if callee[0] == "symbol" and callee[1] in signatures.INJECTIVE else ""
    return ""


def _constants(_one: Shape, _other: Shape) -> str:
    return DIFFERENT


def _symbols(one: Shape, other: Shape) -> str:
    """Two names of the frameworks may be one thing only where they end alike."""
    paths = (one[1], other[1])
    last = {path.rpartition(".")[2] for path in paths}
    known_paths = all(path.startswith(packages.FRAMEWORKS) for path in paths)
    return DIFFERENT if known_paths and len(last) > 1 else UNSURE


def _worst(pairs: Iterable[tuple[Shape, Shape]]) -> str:
    """One member that is surely different makes the whole different."""
    found = {relation(mine, theirs) for mine, theirs in pairs}
    return DIFFERENT if DIFFERENT in found else UNSURE if UNSURE in found else SAME


def _lists(one: Shape, other: Shape) -> str:
    if len(one) != len(other):
        return DIFFERENT
    return _worst(zip(one[1:], other[1:], strict=True))


def _positional(one: Shape, other: Shape) -> str:
    return _lists(one, other) if len(one) == len(other) else UNSURE


def _sets(one: Shape, other: Shape) -> str:
    plain = all(item[0] == "=" for item in (*one[1:], *other[1:]))
    return DIFFERENT if plain else UNSURE


def _by_key(one: Shape, other: Shape, otherwise: str) -> str:
    mine, theirs = ({repr(key): value for key, value in what[1:]} for what in (one, other))
    plain = all(key[0] == "=" for key, _ in (*one[1:], *other[1:]))
    if not plain:
        return UNSURE
    found = _worst((mine[key], theirs[key]) for key in mine.keys() & theirs.keys())
    if mine.keys() == theirs.keys() or found == DIFFERENT:
        return found
    return otherwise


def _dictionaries(one: Shape, other: Shape) -> str:
    return _by_key(one, other, DIFFERENT)


def _named(one: Shape, other: Shape) -> str:
    """Arguments by name: one that is left out may be a default written out."""
    return _by_key(one, other, UNSURE)


def _arguments(one: Shape, other: Shape) -> str:
    return _worst(zip(one[1:], other[1:], strict=True))


def _calls(one: Shape, other: Shape) -> str:
    """Other arguments give another value only where the call is known to keep them apart."""
    known_calls = all(_framework(what) == "made" for what in (one, other))
    if not known_calls:
        return UNSURE
    callee = relation(one[1], other[1])
    return relation(one[2], other[2]) if callee == SAME else callee


def _code(one: Shape, other: Shape) -> str:
    """Functions and classes: surely different only in constants, or in what is known to differ."""
    if one[1] != other[1]:
        return UNSURE
    return _worst(((("tokens", one[2]), ("tokens", other[2])), (one[3], other[3])))


def _tokens(one: Shape, other: Shape) -> str:
    mine, theirs = one[1].tokens, other[1].tokens
    if len(mine) != len(theirs):
        return UNSURE
    found = SAME
    for (kind, what), (other_kind, other_what) in zip(mine, theirs, strict=True):
        if kind == other_kind and what == other_what:
            continue
        if kind != other_kind or kind not in ("constant", "shape"):
            return UNSURE
        here = DIFFERENT if kind == "constant" else relation(what, other_what)
        found = DIFFERENT if DIFFERENT in (here, found) else UNSURE
    return found


def _instances(one: Shape, other: Shape) -> str:
    return relation(one[2], other[2]) if one[1] == other[1] else UNSURE


_RELATIONS: dict[str, Callable[[Shape, Shape], str]] = {
    "=": _constants,
    "symbol": _symbols,
    "def": _constants,
    "list": _lists,
    "set": _sets,
    "dict": _dictionaries,
    "positional": _positional,
    "named": _named,
    "arguments": _arguments,
    "made": _calls,
    "code": _code,
    "tokens": _tokens,
    "instance": _instances,
}
