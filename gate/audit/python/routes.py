"""The routes that Python code declares, as far as they are written out."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from gate.audit.files import CODE
from gate.audit.python.literals import argument, called, text
from gate.audit.python.modules import Module, Modules
from gate.audit.statements import Statement

METHODS = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "trace"})
ANY = frozenset({"route", "api_route", "add_api_route", "add_route", "Route", "add_url_rule"})
WORDS = ("route", "Route", ".get(", ".post(", ".put(", ".patch(", ".delete(", ".head(", "FastAPI")
QUOTED = ('"/', "'/")  # what every module has that names a prefix
# FastAPI's own, and the argument that moves or removes each.
DOCUMENTS = {
    "openapi_url": "/openapi.json",
    "docs_url": "/docs",
    "redoc_url": "/redoc",
}
PARAMETER = re.compile(r"\{[^{}]*:path\}|<path:[^<>]*>")
SEGMENT = re.compile(r"\{[^{}]*\}|<[^<>]*>")


@dataclass(frozen=True)
class Route(Statement):
    """A route as it is written; ``name`` is its path, "*" where it is computed.

    ``methods`` is empty where any will do, or where they are computed.
    """

    methods: frozenset[str]

    def matches(self, path: str) -> Iterator[str]:
        """Yield each prefix below which the route would answer ``path``."""
        for at, pattern in ((path.find("/", start), self._pattern()) for start in _starts(path)):
            if pattern.fullmatch(path[at:]):
                yield path[:at]
        if not self.name.strip("/") and self.name != "*":
            yield path.removesuffix(self.name)

    def _pattern(self) -> re.Pattern[str]:
        parts = PARAMETER.sub("\0", self.name)
        parts = SEGMENT.sub("\1", parts)
        return re.compile(re.escape(parts).replace("\0", ".*").replace("\1", "[^/]+"))


def _starts(path: str) -> Iterator[int]:
    return (at for at, char in enumerate(path) if char == "/")


class Routes:
    """Every route, and every text that can be the prefix of one."""

    def __init__(self, modules: Modules) -> None:
        found = [module for module in modules.holding(WORDS) if module.file.part == CODE]
        self.routes = tuple(route for module in found for route in _routes(module))
        written = [module for module in modules.holding(QUOTED) if module.file.part == CODE]
        self.prefixes = frozenset(text for module in written for text in _prefixes(module))
        self.computed = tuple(one for module in found for one in _computed_prefixes(module))


def _routes(module: Module) -> Iterator[Route]:
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.Call):
            continue
        name = called(node)
        if name in METHODS and isinstance(node.func, ast.Attribute) and _decorates(module, node):
            yield _route(module, node, frozenset({name.upper()}))
        elif name in ANY and (node.args or argument(node, "path")):
            yield _route(module, node, _methods(node))
        elif name == "mount" and len(node.args) > 1 and isinstance(node.args[1], ast.Call):
            yield _mount(module, node)  # files, or what nobody here can see
        elif name == "FastAPI" or argument(node, "docs_url") or argument(node, "openapi_url"):
            yield from _documents(module, node)


def _decorates(module: Module, node: ast.Call) -> bool:
    """Whether it stands above a function: `client.get("/x")` in its body declares nothing."""
    parent = module.parents.get(node)
    functions = ast.FunctionDef | ast.AsyncFunctionDef
    return isinstance(parent, functions) and node in parent.decorator_list


def _route(module: Module, node: ast.Call, methods: frozenset[str]) -> Route:
    path = node.args[0] if node.args else argument(node, "path")
    return Route(module.file, node.lineno, _written(path), methods)


def _written(path: ast.expr | None) -> str:
    """The path that a node is, or "*" where it is computed."""
    is_text = isinstance(path, ast.Constant) and isinstance(path.value, str)
    return text(path) if is_text else "*"


def _mount(module: Module, node: ast.Call) -> Route:
    below = _written(node.args[0]).rstrip("/") + "/{rest:path}"
    return Route(module.file, node.lineno, below, frozenset())


def _methods(node: ast.Call) -> frozenset[str]:
    given = argument(node, "methods")
    if not isinstance(given, ast.List | ast.Tuple | ast.Set):
        return frozenset()
    names = [one.value for one in given.elts if isinstance(one, ast.Constant)]
    return frozenset(str(name).upper() for name in names)


def _documents(module: Module, node: ast.Call) -> Iterator[Route]:
    for name, usual in DOCUMENTS.items():
        given = argument(node, name)
        path = given.value if isinstance(given, ast.Constant) else usual
        if given is not None and not isinstance(given, ast.Constant):
            path = "*"
        if isinstance(path, str):
            yield Route(module.file, node.lineno, path, frozenset({"GET", "HEAD"}))


def _prefixes(module: Module) -> Iterator[str]:
    for node in ast.walk(module.tree):
        if (said := text(node)).startswith("/") and " " not in said:
            yield said.rstrip("/")


def _computed_prefixes(module: Module) -> Iterator[Statement]:
    """Yield the prefixes that are not written out: `include_router(x, prefix=settings.API)`."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call):
            given = argument(node, "prefix")
            if given is not None and not isinstance(given, ast.Constant | ast.Name):
                yield Statement(module.file, node.lineno, "prefix")
