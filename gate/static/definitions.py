"""Definitions of functions and classes, with their decorators."""

from __future__ import annotations

import _ast as ast

from gate.static import packages
from gate.static.annotations import Read, in_signature, known, run_with
from gate.static.calls import call
from gate.static.classes import is_decorated, is_made
from gate.static.core import block, evaluate, run
from gate.static.effects import origin, unfollowed
from gate.static.events import Application
from gate.static.fields import ENUMS, MODELS, derives
from gate.static.members import in_class, special
from gate.static.scope import Module, Scope
from gate.static.shapes import shape
from gate.static.values import (
    Class,
    Container,
    Function,
    Instance,
    Literal,
    Made,
    Symbol,
    Undecided,
    Unsupported,
    Value,
)
from gate.static.world import ANYTHING, World, place_of

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from gate.static.values import Place

NO_BASES = (Literal, Container, Function, Instance, Module, Application)


def follow_lambda(world: World, scope: Scope, node: ast.Lambda) -> Value:
    """``lambda a: b``."""
    return function(world, scope, node, "<lambda>")


def function(
    world: World,
    scope: Scope,
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda,
    name: str,
) -> Function:
    """Return the function that a definition makes, without what its decorators do."""
    positional = [*node.args.posonlyargs, *node.args.args]
    pairs = [
        *zip(reversed(positional), reversed(node.args.defaults), strict=False),
        *zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True),
    ]
    defaults = {a.arg: evaluate(world, scope, d) for a, d in pairs if d is not None}
    made = Function(node, scope, f"{scope.label}{name}", defaults)
    annotations = in_signature(node)
    read = Read(annotations)
    given = Read([*node.args.defaults, *filter(None, node.args.kw_defaults)])
    made.early = {**read.known(scope), **given.known(scope)}
    if not scope.module.lazy:
        read.require(world, scope)
        run(world, scope, annotations)
    return made


def follow_function(
    world: World, scope: Scope, node: ast.FunctionDef | ast.AsyncFunctionDef
) -> None:
    """``def f(): …``, with its decorators."""
    decorators = [evaluate(world, scope, decorator) for decorator in node.decorator_list]
    value: Value = function(world, scope, node, node.name)
    for decorator in reversed(decorators):
        value = call(world, decorator, [value], {}, place_of(node, scope.module))
    world.bind(scope.target(node.name), node.name, value)


def follow_class(world: World, scope: Scope, node: ast.ClassDef) -> None:
    """``class C: …``, with its decorators."""
    decorators = [evaluate(world, scope, decorator) for decorator in node.decorator_list]
    bases = [evaluate(world, scope, base) for base in node.bases]
    for keyword in node.keywords:
        given = evaluate(world, scope, keyword.value)
        if keyword.arg in ("metaclass", None) and not isinstance(given, Symbol):
            raise Unsupported("a metaclass")
    if any(in_class(base, "__init_subclass__") is not None for base in bases):
        raise Unsupported("a class that acts when it is derived from")
    if any(isinstance(base, NO_BASES) for base in bases):
        raise Undecided("a class cannot be derived from this", place_of(node, scope.module))
    cls = Class(node, scope, f"{scope.label}{node.name}", bases)
    inner = Scope(scope.module, scope, f"{cls.name}.")
    inner.is_class = True
    before = known(scope, [*node.bases, *run_with(node.body)])
    block(world, inner, node.body)
    cls.names = inner.names
    world.special |= special(cls)
    if any(_is_told(value) for value in inner.names.values()):
        raise Unsupported("a class that tells its members their names")
    own = inner.names.keys() - {node.name}
    cls.early = {name: value for name, value in before.items() if name not in own}
    _refuse_twin(world, scope, cls)
    if not is_made(node, inner, cls):
        outside = any(packages.is_other(origin(base)) for base in bases)
        place = place_of(node, scope.module)
        world.doubt("whether this class can be made is not known", place, outside=outside)
    _doubt_namesake(world, cls, place_of(node, scope.module))
    value: Value = cls
    for decorator in reversed(decorators):
        value = _decorated(world, decorator, value, place_of(node, scope.module))
    world.bind(scope.target(node.name), node.name, value)


def _doubt_namesake(world: World, cls: Class, place: Place) -> None:
    """Note a second model of one name: documents tell them apart by the names of their modules."""
    if derives(cls, (*MODELS, *ENUMS)):
        other, name = world.models.get(cls.node.name), cls.node.name
        own = cls.scope.module.own or (isinstance(other, Class) and other.scope.module.own)
        if other is not None and own:
            world.doubt(f"how a document names two models {name} is not known", place, ANYTHING)
        world.bind(world.models, name, cls)


def _decorated(world: World, decorator: Value, value: Value, place: Place) -> Value:
    if isinstance(value, Class) and is_decorated(decorator, value):
        return unfollowed(world, Made(decorator, [value], {}, place))
    return call(world, decorator, [value], {}, place)


def _refuse_twin(world: World, scope: Scope, cls: Class) -> None:
    """Raise Undecided for a class of the same text as the one before it: which is meant?"""
    before = scope.target(cls.node.name).get(cls.node.name)
    twin = isinstance(before, Class) and not world.guards and shape(before) == shape(cls)
    if twin:
        raise Undecided(f"{cls.node.name} is defined twice", place_of(cls.node, scope.module))


def _is_told(value: Value) -> bool:
    """Whether an object of the tree acts when it becomes a member of a class."""
    if isinstance(value, Made):
        return in_class(value.callee, "__set_name__") is not None
    return isinstance(value, Instance) and in_class(value.cls, "__set_name__") is not None
