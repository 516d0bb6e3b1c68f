"""Classes of the tree that surely can be made: their bases, their bodies, what decorates them."""

from __future__ import annotations

import _ast as ast

from gate.static.fields import ENUMS, MODELS, derives, is_field
from gate.static.members import lineage
from gate.static.scope import Scope
from gate.static.suits import is_a, is_class, is_exception
from gate.static.tokens import stored
from gate.static.values import Class, Literal, Made, Opaque, Symbol, Value
from gate.static.words import words

# Bases outside of the tree that a class may have, one of them, and define what it likes.
BASES = words(
    """
    builtins.object builtins.dict builtins.list builtins.str builtins.int abc.ABC typing.Protocol
    fastapi.applications.FastAPI fastapi.routing.APIRouter fastapi.routing.APIRoute
    starlette.applications.Starlette starlette.routing.Route logging.Handler logging.Formatter
    logging.Filter logging.StreamHandler
    """
)
FRAMEWORKS = ("starlette.middleware.", "starlette.responses.")
# Members of pydantic's models, which fields must not hide.
OF_MODELS = words("copy dict json schema validate construct fields from_orm parse_obj parse_raw")
CONFIGURED = {"model_config", "Config"}


def is_made(node: ast.ClassDef, scope: Scope, cls: Class) -> bool:
    """Whether the definition of a class surely works; of its decorators nothing is said."""
    if "__slots__" in cls.names or any("__slots__" in one.names for one in lineage(cls)):
        return False
    if node.keywords or not _is_merged(cls):
        return False
    if cls.plain or _is_plain_base(cls):
        return True
    if derives(cls, MODELS):
        return _is_model(node, scope, cls)
    if derives(cls, ENUMS):
        return _is_enumeration(node, cls)
    return _has_known_base(cls)


def _is_merged(cls: Class) -> bool:
    """Whether the interpreter finds an order of the bases."""
    if len({id(base) for base in cls.bases}) < len(cls.bases):
        return False
    line = lineage(cls)
    order = {id(one): at for at, one in enumerate(line)}
    if len(order) < len(line):
        return False
    for one in line:
        bases = [order[id(base)] for base in one.bases if isinstance(base, Class)]
        if bases != sorted(bases) or any(at <= order[id(one)] for at in bases):
            return False
    return True


def _is_plain_base(cls: Class) -> bool:
    return [type(base) for base in cls.bases] == [Symbol] and is_exception(cls)


def _has_known_base(cls: Class) -> bool:
    return len(cls.bases) == 1 and _is_known(cls.bases[0])


def _is_known(base: Value) -> bool:
    if isinstance(base, Class):
        return is_exception(base) or _has_known_base(base) or base.plain
    if isinstance(base, Opaque) and base.shape[0] == "?item" and base.parts:
        base = base.parts[0]  # with its parameters
    path = base.path if isinstance(base, Symbol) else ""
    return path in BASES or (path.startswith(FRAMEWORKS) and is_class(base))


def _is_model(node: ast.ClassDef, scope: Scope, cls: Class) -> bool:
    """Whether pydantic surely makes a model of a class."""
    if len(cls.bases) != 1:
        return False
    return all(_is_in_model(part, scope, cls) for part in node.body)


def _is_in_model(part: ast.stmt, scope: Scope, cls: Class) -> bool:
    match part:
        case ast.Pass() | ast.Expr(value=ast.Constant()):
            return True
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            known = all(_is_property(decorator, scope) for decorator in part.decorator_list)
            return known and not part.name.startswith("__")
        case ast.Assign(targets=[ast.Name(id="model_config")]):
            return is_a(cls.names["model_config"], "pydantic.ConfigDict")
        case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation):
            plain = not name.startswith(("_", "model_")) and name not in OF_MODELS
            default = cls.names.get(name) if part.value is not None else Literal(None)
            known = default is not None and _is_default(default)
            return plain and known and is_field(annotation, scope)
    return False


def _is_property(node: ast.expr, scope: Scope) -> bool:
    value = scope.find(node.id) if isinstance(node, ast.Name) else None
    known = ("builtins.property", "builtins.staticmethod", "builtins.classmethod")
    return isinstance(value, Symbol) and value.path in known


def _is_default(value: Value) -> bool:
    """Whether a field can begin with a value; what is validated later is not looked at."""
    if is_a(value, "pydantic.Field"):
        return True
    return is_a(value, "str,int,float,bool,none,list,dict,tuple")


def _is_enumeration(node: ast.ClassDef, cls: Class) -> bool:
    """Whether the members of an enumeration surely can be made: constants of different names."""
    names = [name for part in node.body for name in stored(part)]
    mixed = [base.path for base in cls.bases if isinstance(base, Symbol)]
    kind = {"builtins.str": "str", "builtins.int": "int", "enum.StrEnum": "str"}
    wanted = kind.get(mixed[0], "") if mixed else ""
    wanted = "int" if mixed == ["enum.IntEnum"] else wanted
    shaped = mixed in (["enum.Enum"], ["enum.IntEnum"], ["enum.StrEnum"]) or (
        len(mixed) == 2 and mixed[0] in kind and mixed[1] == "enum.Enum"  # noqa: PLR2004 - a type and it
    )
    members = [part for part in node.body if isinstance(part, ast.Assign)]
    plain = all(
        isinstance(p, ast.Assign | ast.Pass | ast.FunctionDef | ast.Expr) for p in node.body
    )
    return (
        shaped
        and plain
        and len(set(names)) == len(names)
        and not any(name.startswith("_") or name == "mro" for name in names)
        and all(_is_member(cls.names.get(n), wanted) for part in members for n in stored(part))
    )


def _is_member(value: Value | None, wanted: str) -> bool:
    if value is None:
        return False
    return is_a(value, wanted or "str,int,float,bool,none,enum.auto")


def is_decorated(decorator: Value, cls: Class) -> bool:
    """Whether a decorator surely takes a class: ``dataclass``, with or without arguments."""
    maker = decorator
    if isinstance(decorator, Made):
        maker = decorator.callee
        named = {name: value for name, value in decorator.kwargs.items() if name in FLAGS}
        if decorator.args or named.keys() != decorator.kwargs.keys():
            return False
        if not all(is_a(value, "bool") for value in named.values()):
            return False
    is_known = isinstance(maker, Symbol) and maker.path == "dataclasses.dataclass"
    return is_known and not cls.bases and _are_fields(cls)


FLAGS = {"frozen", "kw_only", "repr", "eq", "init"}


def _are_fields(cls: Class) -> bool:
    """Whether each field has a default that goes with it, none without one behind one with."""
    optional = False
    for part in cls.node.body:
        if not isinstance(part, ast.AnnAssign) or not isinstance(part.target, ast.Name):
            continue
        default = cls.names.get(part.target.id) if part.value is not None else None
        if default is None:
            if optional or part.value is not None:
                return False
            continue
        if is_a(default, "dataclasses.Field"):
            given = default.kwargs.keys() if isinstance(default, Made) else set()
            has_default = bool({"default", "default_factory"} & given)
            if {"default", "default_factory"} <= given or (optional and not has_default):
                return False
            optional = optional or has_default
            continue
        if not is_a(default, "str,int,float,bool,none,tuple,bytes"):
            return False
        optional = True
    return not any(_is_special(name) for name in cls.names)


def _is_special(name: str) -> bool:
    return name in {"__init__", "__setattr__", "__delattr__", "__lt__", "__hash__", "__eq__"}
