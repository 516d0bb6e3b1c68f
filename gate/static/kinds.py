"""Of which kind a value surely is: a text, a list, what a call of a library returns.

Kinds have names: those of the interpreter's types ("none" for None), full names of the classes of
libraries, and the names of tests in here, "callable" say, that more than one type passes.
"""

from __future__ import annotations

from gate.static import known
from gate.static.events import Application
from gate.static.scope import Module
from gate.static.values import (
    Class,
    Function,
    Got,
    Instance,
    Items,
    Literal,
    Made,
    Method,
    ModuleName,
    Opaque,
    Pairs,
    Symbol,
    Unsure,
    Value,
)

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

Kinds = frozenset[str]
NOT_KNOWN: Kinds = frozenset()
NUMBERS = frozenset({"int", "float", "bool"})
EITHER = ("?if", "?or", "?and", "?later")
OF_SHAPES = {"?text": "str", "?formatted": "str", "?compared": "bool", "?file": "str"}


def alternatives(value: Value) -> list[Value]:
    """Return what ``value`` may be, one after the other; itself where that is all that is known."""
    if isinstance(value, Opaque) and value.shape[0] in EITHER:
        return [one for part in value.parts for one in alternatives(part)]
    return [value]


def kinds(value: Value) -> Kinds:
    """Return the kinds of which ``value`` is one; none where it may be anything."""
    found = [_kind(one) for one in alternatives(value)]
    return frozenset[str]().union(*found) if all(found) else NOT_KNOWN


def _kind(value: Value) -> Kinds:
    find = _KINDS.get(type(value))
    return NOT_KNOWN if find is None else find(value)


def _of_literal(value: Literal) -> Kinds:
    if isinstance(value.value, str) and not is_sound(value.value):
        return frozenset({"odd text"})
    return frozenset({"none" if value.value is None else type(value.value).__name__})


def is_sound(text: str) -> bool:
    """Whether a text can be a file's name, a variable's, a part of a document."""
    return "\0" not in text and not any("\ud800" <= char <= "\udfff" for char in text)


def _of_symbol(value: Symbol) -> Kinds:
    found = known.entry(value.path)
    return _result(found.result) if found is not None and not found.called else NOT_KNOWN


def _of_made(value: Made) -> Kinds:
    found = known.entry(callee(value.callee))
    if found is None or not found.called:
        return NOT_KNOWN
    given = {name: argument for name, argument, _ in found.given(value.args, value.kwargs)}
    return _result(found.result, given)


def _result(said: str, given: dict[str, Value] | None = None) -> Kinds:
    names: set[str] = set()
    for name in said.split(",") if said else ():
        if not name.startswith("$"):
            names.add(name)
            continue
        inner = kinds((given or {}).get(name[1:], Literal(None)))
        if not inner:
            return NOT_KNOWN
        names |= inner
    return frozenset(names)


def _of_got(value: Got) -> Kinds:
    if isinstance(value.owner, Class) and value.name in value.owner.names:
        return frozenset({"enum"}) if _is_enumeration(value.owner) else NOT_KNOWN
    found = known.entry(callee(value))
    return _result(found.result) if found is not None and not found.called else NOT_KNOWN


def _is_enumeration(cls: Value) -> bool:
    if isinstance(cls, Class):
        return any(map(_is_enumeration, cls.bases))
    return isinstance(cls, Symbol) and cls.path in ("enum.Enum", "enum.IntEnum", "enum.StrEnum")


def callee(value: Value) -> str:
    """Return the full name of a callee: of a method by the kind of its owner; "" for another."""
    if isinstance(value, Opaque) and len(value.parts) == 1 and value.shape[0] == "?later":
        value = value.parts[0]
    if isinstance(value, Symbol):
        return value.path
    if isinstance(value, Got):
        owners = kinds(value.owner)
        return f"{next(iter(owners))}.{value.name}" if len(owners) == 1 else ""
    return ""


def _of_opaque(value: Opaque) -> Kinds:
    tag, *rest = value.shape
    if tag in OF_SHAPES:
        return frozenset({OF_SHAPES[tag]})
    if tag == "?unary" and rest[0] == "Not":
        return frozenset({"bool"})
    if tag == "?binary" and len(value.parts) == 2:  # noqa: PLR2004 - its operands
        return of_binary(rest[0], *value.parts)
    return NOT_KNOWN


def of_binary(name: str, left: Value, right: Value) -> Kinds:
    """Return the kinds of what an operator makes of two values; none where it may fail."""
    one, other = kinds(left), kinds(right)
    both = one | other
    if not one or not other:
        return NOT_KNOWN
    if both <= NUMBERS and name in ("Add", "Sub", "Mult"):
        return frozenset({"int", "float"} if "float" in both else {"int"})
    if name == "Add" and len(both) == 1 and both <= {"str", "list", "tuple", "bytes"}:
        return both
    if name == "BitOr" and len(both) == 1 and both <= {"dict", "set"}:
        return both
    if name == "Div" and one <= {"pathlib.Path"} and other <= {"str", "pathlib.Path"}:
        return one
    return NOT_KNOWN


_KINDS: dict[type[Value], Callable[[Any], Kinds]] = {
    Literal: _of_literal,
    ModuleName: _of_literal,
    Unsure: _of_opaque,
    Items: lambda value: frozenset({value.kind}),
    Pairs: lambda _: frozenset({"dict"}),
    Function: lambda _: frozenset({"function"}),
    Method: lambda _: frozenset({"method"}),
    Class: lambda _: frozenset({"type"}),
    Module: lambda _: frozenset({"module"}),
    Instance: lambda _: frozenset({"object"}),
    Application: lambda value: frozenset({value.kind}),
    Symbol: _of_symbol,
    Made: _of_made,
    Got: _of_got,
    Opaque: _of_opaque,
}
