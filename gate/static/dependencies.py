"""Facts of what guards a route: declared at any level, or as a parameter of the endpoint."""

from __future__ import annotations

import _ast as ast

from gate.static.binding import bound
from gate.static.members import member_of
from gate.static.scope import Scope
from gate.static.shapes import shape
from gate.static.sheet import Fact, Sheet, name_of, text
from gate.static.values import Class, Function, Items, Literal, Made, Opaque, Symbol, Value
from gate.static.world import place_of

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gate.static.route import Route
    from gate.static.values import Place, Shape

DEPENDS = {"fastapi.param_functions.Depends", "fastapi.param_functions.Security"}
DEPENDS |= {"fastapi.params.Depends", "fastapi.params.Security"}
FRAMEWORKS = ("fastapi.", "starlette.", "builtins.", "typing.", "pydantic.", "datetime.", "uuid.")


def add_dependencies(sheet: Sheet, route: Route, subject: str) -> None:
    """Add a fact for each dependency, in the order in which they run."""
    for level in route.levels:
        listed = level.get("dependencies")
        if listed is None or (isinstance(listed, Literal) and listed.value is None):
            continue
        items = listed.items if isinstance(listed, Items) and not listed.changes else [listed]
        for item in items:
            _add(sheet, subject, item, None, route.place)
    if isinstance(route.endpoint, Function):
        for parameter, annotated in _parameters(route.endpoint):
            _add(sheet, subject, parameter, annotated, route.place)


def _add(
    sheet: Sheet, subject: str, item: Value | Shape, annotated: Value | None, place: Place
) -> None:
    callee = _depends_on(item, annotated) if isinstance(item, Value) else None
    if callee is None or not isinstance(item, Made):
        what = shape(item) if isinstance(item, Value) else item
        fact = Fact("dependency", text(what), what, lambda: "a dependency that is not known", place)
        sheet.add(fact, subject=subject, sure=False)
        return
    name, sure = name_of(callee)
    fact = Fact("dependency", name, _shape(item, callee), _show(item, callee), item.place)
    sheet.add(fact, subject=subject, sure=sure)


def _depends_on(item: Value, annotated: Value | None) -> Value | None:
    """Return what ``Depends(…)`` calls; None where that is not known."""
    if not (isinstance(item, Made) and isinstance(item.callee, Symbol)):
        return None
    if item.callee.path not in DEPENDS or "**" in item.kwargs or len(item.args) > 1:
        return None
    given = item.args[0] if item.args else item.kwargs.get("dependency")
    return annotated if given is None else given


def _shape(item: Made, callee: Value) -> Shape:
    _, named = bound(item.callee, item.args, item.kwargs)
    arguments = {name: shape(value) for name, value in named.items() if name != "dependency"}
    if arguments.get("scopes", ("=", "None")) == ("=", "None"):
        arguments["scopes"] = ("list",)
    return (
        "list",
        shape(callee),
        ("named", *((("=", n), arguments[n]) for n in sorted(arguments))),
    )


def _show(item: Made, callee: Value) -> Callable[[], str]:
    def show() -> str:
        from gate.static.show import called, shown  # noqa: PLC0415

        others = (f", {n}={shown(v, n)}" for n, v in item.kwargs.items() if n != "dependency")
        return f"{called(item.callee)}({called(callee)}{''.join(others)})"

    return show


def _parameters(endpoint: Function) -> Iterator[tuple[Value | Shape, Value | None]]:
    """Yield the dependencies among the parameters: as defaults, or in annotations."""
    arguments = endpoint.node.args
    for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
        annotation = argument.annotation
        annotated = None if annotation is None else resolved(annotation, early(endpoint))
        default = endpoint.defaults.get(argument.arg)
        if _is_depends(default):
            yield default, annotated  # type: ignore[misc] # it is not None
        elif isinstance(annotated, Made) and _is_annotated(annotated):
            yield from ((d, annotated.args[0]) for d in annotated.args[1:] if _is_depends(d))
        elif annotation is not None and not _is_plain(annotation, annotated):
            yield ("?annotated", argument.arg), None


def early(endpoint: Function) -> Scope:
    """Return the scope in which the annotations of a function are what they were."""
    scope = Scope(endpoint.scope.module, endpoint.scope)
    scope.names.update(endpoint.early)
    return scope


def _is_depends(value: Value | None) -> bool:
    return (
        isinstance(value, Made)
        and isinstance(value.callee, Symbol)
        and value.callee.path in DEPENDS
    )


def _is_annotated(value: Made) -> bool:
    return isinstance(value.callee, Symbol) and value.callee.path == "typing.Annotated"


def _is_plain(node: ast.expr, value: Value | None) -> bool:
    """Whether an annotation surely hides no dependency."""
    if isinstance(value, Class):
        return True
    if isinstance(value, Symbol):
        return value.path.startswith(FRAMEWORKS)
    return isinstance(node, ast.BinOp | ast.Subscript) or (
        isinstance(node, ast.Constant) and node.value is None
    )


def resolved(node: ast.expr, scope: Scope) -> Value | None:
    """Return what an annotation stands for where it is made of names and calls alone."""
    match node:
        case ast.Name():
            return scope.find(node.id)
        case ast.Constant():
            return Literal(node.value)
        case ast.Attribute():
            owner = resolved(node.value, scope)
            return None if owner is None else member_of(owner, node.attr)
        case ast.Call():
            return _call(node, scope)
        case ast.Subscript(slice=ast.Tuple(elts=[first, *others])):
            return _annotated(node, first, others, scope)
    return None


def _call(node: ast.Call, scope: Scope) -> Value | None:
    callee = resolved(node.func, scope)
    args = [resolved(argument, scope) for argument in node.args]
    kwargs = {keyword.arg or "**": resolved(keyword.value, scope) for keyword in node.keywords}
    if callee is None or None in args or None in kwargs.values():
        return None
    known_kwargs = {name: value for name, value in kwargs.items() if value is not None}
    place = place_of(node, scope.module)
    return Made(
        callee, [argument for argument in args if argument is not None], known_kwargs, place
    )


def _annotated(
    node: ast.Subscript, first: ast.expr, others: list[ast.expr], scope: Scope
) -> Value | None:
    owner = resolved(node.value, scope)
    said = [resolved(other, scope) for other in others]
    known = [value for value in said if value is not None]
    annotated = isinstance(owner, Symbol) and owner.path == "typing.Annotated"
    if owner is None or not annotated or len(known) < len(said):
        return None
    of = resolved(first, scope) or Opaque(("?annotated",))
    return Made(owner, [of, *known], {}, place_of(node, scope.module))
