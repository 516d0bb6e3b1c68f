"""Values as people read them, as the comparison at run time shows them."""

from __future__ import annotations

from gate.inspection.child import naming
from gate.static.events import Application
from gate.static.values import (
    Class,
    Function,
    Instance,
    Items,
    Literal,
    Made,
    Method,
    Pairs,
    Symbol,
    Value,
)

BRACKETS = {"list": "[{}]", "tuple": "({})", "set": "{{{}}}"}


def shown(value: Value, name: str = "") -> str:
    """Return a short text of ``value``; one whose name says that it is a secret is masked."""
    if isinstance(value, Literal):
        return naming.shown(value.value, name)
    if name and naming.is_secret_name(name):
        return naming.MASK
    if isinstance(value, Items):
        return _short(BRACKETS.get(value.kind, "[{}]").format(", ".join(map(shown, value.items))))
    if isinstance(value, Pairs):
        pairs = (f"{shown(key)}: {shown(item, shown(key))}" for key, item in value.pairs)
        return _short(f"{{{', '.join(pairs)}}}")
    if isinstance(value, Made):
        return _short(_call(value))
    return _short(called(value))


def called(value: Value) -> str:
    """Return the name of a class, or the qualified name of a function."""
    match value:
        case Class() | Function():
            module = f"{value.scope.module.name}." if isinstance(value, Function) else ""
            return f"{module}{value.name}"
        case Symbol(path=path):
            last = path.rpartition(".")[2]
            return last if last[:1].isupper() else path.removeprefix("builtins.")
        case Method(function=inner) | Made(args=[Function() as inner, *_]):
            return called(inner)
        case Instance(cls=inner) | Application(cls=inner):
            return f"{called(inner)}(…)"
        case Made(callee=inner):
            return called(inner)
    return "what reading does not tell"


def call(cls: Value, args: list[Value], kwargs: dict[str, Value]) -> str:
    """Return ``Name(args, key=value)``."""
    name = called(cls) if isinstance(cls, Symbol) else called(cls).rpartition(".")[2]
    named = (f"{key}={shown(value, key)}" for key, value in kwargs.items())
    return f"{name}({', '.join([*map(shown, args), *named])})"


def _call(value: Made) -> str:
    if isinstance(value.callee, Symbol) and "SecretStr" in value.callee.path:
        return naming.MASK
    return call(value.callee, value.args, value.kwargs)


def _short(said: str) -> str:
    return said if len(said) <= naming.LONG else f"{said[: naming.LONG - 1]}…"
