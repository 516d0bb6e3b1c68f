"""Whether a value surely is what an argument, a key, an operand may be.

:data:`TESTS` are the names of kinds that more than one type of values passes; FastAPI's are added
by :mod:`gate.static.given`.
"""

from __future__ import annotations

import builtins

from gate.static import known, library
from gate.static.events import Application, Part
from gate.static.frameworks import DECORATORS, METHODS
from gate.static.kinds import NOT_KNOWN, NUMBERS, alternatives, callee, kinds
from gate.static.members import in_class
from gate.static.scope import Module
from gate.static.values import (
    Class,
    Function,
    Instance,
    Items,
    Literal,
    Made,
    Method,
    Symbol,
    Value,
)

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from collections.abc import Callable

# Names with a capital letter that are functions, or types of which there are no objects.
NO_CLASSES = (
    *("fastapi.param_functions.", "fastapi.datastructures.Default", "threading.RLock"),
    *("tempfile.", "importlib.resources.", "starlette.staticfiles.PathLike"),
)
LARGE = 100_000
ORDERED = ("list", "tuple")
ROUTERS = ("APIRouter", "Router")  # equal to others: they cannot be keys
KEYS = (Symbol, Function, Class, Module)
HASHABLE = frozenset({"str", "int", "float", "bool", "none", "bytes", "ellipsis", "method", "enum"})
HASHABLE |= {"pathlib.Path", "datetime.timedelta", "datetime.timezone", "uuid.UUID", "re.Pattern"}
HASHABLE |= {"http.HTTPStatus", "logging.Logger", "re.RegexFlag", "function"}
SIZED = frozenset({"str", "bytes", "list", "tuple", "set", "dict"})


def is_a(value: Value, wanted: str) -> bool:
    """Whether ``value`` surely is of one of the kinds in ``wanted``, with commas between them."""
    names = wanted.split(",")
    return all(
        any(_is(one, name) for name in names)
        or (kinds(one) != NOT_KNOWN and kinds(one) <= {*names})
        for one in alternatives(value)
    )


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
    if package in ("typing", "multiprocessing") or value.path.startswith(NO_CLASSES):
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
