"""Annotations of which pydantic and FastAPI surely make fields."""

from __future__ import annotations

import _ast as ast

from gate.static.dependencies import resolved
from gate.static.generics import is_ellipsis, is_generic
from gate.static.scope import Scope
from gate.static.values import Class, Items, Literal, Opaque, Symbol, Value
from gate.static.words import words

SCALARS = words(
    """
    builtins.str builtins.int builtins.float builtins.bool builtins.bytes typing.Any uuid.UUID
    datetime.datetime datetime.date datetime.time datetime.timedelta decimal.Decimal pathlib.Path
    """
)
OTHERS = words(
    """
    builtins.dict typing.Dict pydantic.SecretStr pydantic.SecretBytes pydantic.HttpUrl
    pydantic.AnyUrl pydantic.PositiveInt pydantic.NonNegativeInt pydantic.PositiveFloat
    """
)
AS_FIELDS = words(
    """
    builtins.list builtins.set builtins.frozenset builtins.dict builtins.tuple typing.Optional
    typing.List typing.Set typing.FrozenSet typing.Dict typing.Union typing.Tuple
    collections.abc.Sequence typing.Sequence collections.abc.Mapping typing.Mapping
    """
)
KEYED = ("builtins.dict", "typing.Dict", "collections.abc.Mapping", "typing.Mapping")
UNIONS = ("typing.Optional", "typing.Union")
MODELS = ("pydantic.BaseModel", "pydantic.main.BaseModel")
ENUMS = ("enum.Enum", "enum.IntEnum", "enum.StrEnum")
# What FastAPI gives an endpoint by its annotation.
GIVEN = words(
    """
    starlette.requests.Request starlette.responses.Response starlette.websockets.WebSocket
    starlette.requests.HTTPConnection fastapi.background.BackgroundTasks
    starlette.background.BackgroundTasks fastapi.security.SecurityScopes
    """
)


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def is_field(node: ast.expr, scope: Scope, *, scalar: bool = False) -> bool:
    """Whether pydantic surely makes a field of an annotation; ``scalar``: of a plain type."""
    match node:
        case ast.Constant(value=None):
            return True
        case ast.Constant(value=str(text)) if text.isidentifier():
            return is_field_type(scope.module.scope.find(text), scalar=scalar)
        case ast.Name() | ast.Attribute():
            return is_field_type(resolved(node, scope), scalar=scalar)
        case ast.BinOp(op=ast.BitOr()):
            return all(is_field(part, scope, scalar=scalar) for part in (node.left, node.right))
        case ast.Subscript():
            return _is_generic_field(node, scope, scalar=scalar)
    return False


def _is_generic_field(node: ast.Subscript, scope: Scope, *, scalar: bool) -> bool:
    owner = resolved(node.value, scope)
    path = owner.path if isinstance(owner, Symbol) else ""
    parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    if path == "typing.Literal":
        return all(
            isinstance(part, ast.Constant) and isinstance(part.value, str | int) for part in parts
        )
    if path not in AS_FIELDS or (scalar and path not in UNIONS):
        return False
    if path in KEYED and not is_field(parts[0], scope, scalar=True):
        return False
    return bool(parts) and all(
        (is_field(part, scope, scalar=scalar) and not _is_text(part))
        or ("uple" in path and is_ellipsis(part))
        for part in parts
    )


def is_field_type(value: Value | None, *, scalar: bool = False) -> bool:
    """Whether a value is a type of which pydantic surely makes a field."""
    if isinstance(value, Symbol):
        return value.path in SCALARS or (not scalar and value.path in OTHERS)
    if isinstance(value, Class):
        return derives(value, ENUMS) or (not scalar and derives(value, MODELS))
    if isinstance(value, Opaque) and value.shape[0] == "?item" and not scalar:
        owner, index = value.parts
        parts = index.items if isinstance(index, Items) else [index]
        is_known = isinstance(owner, Symbol) and owner.path in AS_FIELDS
        return is_known and is_generic(owner, index) and all(map(is_field_type, parts))
    if isinstance(value, Opaque) and value.shape[:2] == ("?binary", "BitOr"):
        return all(is_field_type(part, scalar=scalar) for part in value.parts)
    return isinstance(value, Literal) and value.value is None


def derives(cls: Value, paths: tuple[str, ...]) -> bool:
    """Whether a class of the tree derives from one of those outside."""
    if isinstance(cls, Symbol):
        return cls.path in paths
    return isinstance(cls, Class) and any(derives(base, paths) for base in cls.bases)
