"""Of which kind a value surely is: a text, a list, what a call of a library returns.

Kinds have names: those of the interpreter's types ("none" for None), full names of the classes of
libraries, and the names of tests in here, "callable" say, that more than one type passes.
"""

from __future__ import annotations

import builtins

from gate.static import known, library
from gate.static.events import Application, Part
from gate.static.frameworks import DECORATORS, METHODS
from gate.static.members import in_class
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
LARGE = 100_000
ORDERED = ("list", "tuple")
ROUTERS = ("APIRouter", "Router")  # equal to others: they cannot be keys
KEYS = (Symbol, Function, Class, Module)
HASHABLE = frozenset({"str", "int", "float", "bool", "none", "bytes", "ellipsis", "method", "enum"})
HASHABLE |= {"pathlib.Path", "datetime.timedelta", "datetime.timezone", "uuid.UUID", "re.Pattern"}
HASHABLE |= {"http.HTTPStatus", "logging.Logger", "re.RegexFlag", "function"}
SIZED = frozenset({"str", "bytes", "list", "tuple", "set", "dict"})
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


def is_a(value: Value, wanted: str) -> bool:
    """Whether ``value`` surely is of one of the kinds in ``wanted``, with commas between them."""
    names = wanted.split(",")
    return all(any(_is(one, name) for name in names) for one in alternatives(value))


def _is(value: Value, name: str) -> bool:
    test = TESTS.get(name)
    if test is not None:
        return test(value)
    if name.startswith("'"):
        return isinstance(value, Literal) and value.value == name.strip("'")
    found = kinds(value)
    return bool(found) and found <= {name}


def hashable(value: Value) -> bool:
    """Whether ``value`` can surely be a key."""
    for one in alternatives(value):
        if isinstance(one, Items):
            if one.kind != "tuple" or one.changes or not all(map(hashable, one.items)):
                return False
        elif isinstance(one, Instance):
            if in_class(one.cls, "__eq__") is not None or in_class(one.cls, "__hash__"):
                return False
        elif isinstance(one, Literal):
            if isinstance(one.value, slice):
                return False
        elif not _is_key(one):
            return False
    return True


def _is_key(value: Value) -> bool:
    if isinstance(value, Application):
        return value.kind not in ROUTERS
    return isinstance(value, KEYS) or (bool(kinds(value)) and kinds(value) <= HASHABLE)


def is_class(value: Value) -> bool:
    """Whether ``value`` surely is a class."""
    if not isinstance(value, Symbol):
        return isinstance(value, Class)
    package, _, name = value.path.partition(".")
    if package == "typing":
        return False
    if package == "builtins":
        return isinstance(getattr(builtins, name, None), type)
    last = value.path.rpartition(".")[2]
    how = library.described(value.path)
    is_there = how not in (None, library.NOT_CALLED, library.MODULE, library.NOT_KNOWN)
    return is_there and last[:1].isupper() and not last.isupper()


def is_exception(value: Value) -> bool:
    """Whether ``value`` surely is a class of exceptions."""
    if isinstance(value, Class):
        return any(map(is_exception, value.bases))
    if not isinstance(value, Symbol):
        return False
    if value.path.startswith("builtins."):
        found = getattr(builtins, value.path.removeprefix("builtins."), None)
        return isinstance(found, type) and issubclass(found, BaseException)
    return is_class(value) and value.path.startswith(
        ("fastapi.exceptions.", "starlette.exceptions.")
    )


def _is_callable(value: Value) -> bool:
    if isinstance(value, Symbol):
        found = known.entry(value.path)
        return is_class(value) or (found is not None and found.called)
    if isinstance(value, Instance):
        return in_class(value.cls, "__call__") is not None
    if isinstance(value, Part):
        return value.path in METHODS or value.path in DECORATORS
    made = isinstance(value, Made) and known.entry(callee(value.callee)) is not None
    return isinstance(value, Function | Method | Class) or (made and _is(value, "function"))


def _is_small(value: Value) -> bool:
    number = value.value if isinstance(value, Literal) else None
    return isinstance(number, int | float) and -LARGE < number < LARGE


def _is_variable(value: Value) -> bool:
    text = value.value if isinstance(value, Literal) else None
    return isinstance(text, str) and text.isidentifier()


def _is_sequence_of(name: str, of: tuple[str, ...] = ORDERED) -> Callable[[Value], bool]:
    def test(value: Value) -> bool:
        return (
            isinstance(value, Items)
            and value.kind in of
            and not value.changes
            and all(is_a(item, name) for item in value.items)
        )

    return test


def _is_tuple_of_classes(value: Value) -> bool:
    items = value.items if isinstance(value, Items) and value.kind == "tuple" else [value]
    return all(is_class(item) and not _is_protocol(item) for item in items)


def _is_protocol(value: Value) -> bool:
    if isinstance(value, Class):
        return any(map(_is_protocol, value.bases))
    return isinstance(value, Symbol) and value.path == "typing.Protocol"


TESTS: dict[str, Callable[[Value], bool]] = {
    "any": lambda _: True,
    "number": lambda value: bool(kinds(value)) and kinds(value) <= NUMBERS,
    "int": lambda value: bool(kinds(value)) and kinds(value) <= {"int", "bool", "http.HTTPStatus"},
    "small": _is_small,
    "sized": lambda value: bool(kinds(value)) and kinds(value) <= SIZED,
    "hashable": hashable,
    "class": is_class,
    "classes": _is_tuple_of_classes,
    "exception": is_exception,
    "callable": _is_callable,
    "callables": _is_sequence_of("callable"),
    "strs": _is_sequence_of("str"),
    "strset": _is_sequence_of("str", ("set",)),
    "numbers": _is_sequence_of("number"),
    "variable": _is_variable,
}
