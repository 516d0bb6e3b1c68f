"""The routes that Python code declares, as far as they are written out."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from gate.audit.files import File
from gate.audit.python.applications import Application
from gate.audit.python.literals import argument, called, text
from gate.audit.python.modules import Module, Modules
from gate.audit.python.prefixes import Prefixes
from gate.audit.statements import Statement

METHODS = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "trace"})
ANY = frozenset({"route", "api_route", "add_api_route", "add_route", "Route", "add_url_rule"})
WORDS = ("route", "Route", ".get(", ".post(", ".put(", ".patch(", ".delete(", ".head(", ".mount(")
QUOTED = ('"/', "'/")  # what every module has that names a prefix
# FastAPI's own, and the argument that moves or removes each.
DOCUMENTS = {"openapi_url": "/openapi.json", "docs_url": "/docs", "redoc_url": "/redoc"}
COMPUTED = "*"
TAIL = re.compile(r"\{[^{}]*:path\}|<path:[^<>]*>")
SEGMENT = re.compile(r"\{[^{}]*\}|<[^<>]*>")


@dataclass(frozen=True)
class Route(Statement):
    """A route as it is written; ``name`` is its path, COMPUTED where it is not written out.

    ``methods`` is empty where any will do, ``prefixes`` is None where they cannot be known.
    """

    methods: frozenset[str]
    prefixes: frozenset[str] | None = None

    def answers(self, path: str) -> bool:
        """Whether the route answers ``path`` below one of its prefixes, which are known."""
        known = self.prefixes or ()
        return any(_pattern(prefix + self.name).fullmatch(path) for prefix in known)

    def above(self, path: str) -> Iterator[str]:
        """Yield each prefix below which the route would answer ``path``."""
        pattern = _pattern(self.name)
        for at in range(len(path) + 1):
            if pattern.fullmatch(path[at:]):
                yield path[:at]


def _pattern(path: str) -> re.Pattern[str]:
    parts = SEGMENT.sub("\1", TAIL.sub("\0", path))
    return re.compile(re.escape(parts).replace("\0", ".*").replace("\1", "[^/]+"))


class Routes:
    """Every route of some files, and every text that can be the prefix of one.

    Args:
        modules: all of them.
        files: those that count.
        applications: those that the files build.
    """

    def __init__(
        self, modules: Modules, files: Collection[File], applications: Collection[Application]
    ) -> None:
        self._prefixes = Prefixes(modules, files, {one.variable for one in applications})
        found = [module for module in modules.holding(WORDS) if module.file in files]
        self.routes = (
            *(route for module in found for route in self._routes(module)),
            *(route for one in applications for route in _documents(one)),
        )
        written = [module for module in modules.holding(QUOTED) if module.file in files]
        self.texts = frozenset(said for module in written for said in _paths(module))
        self.computed = tuple(self._prefixes.computed)

    def _routes(self, module: Module) -> Iterator[Route]:
        for node in module.of(ast.Call):
            name = called(node)
            if name in METHODS and _decorates(module, node):
                yield self._route(module, node, frozenset({name.upper()}))
            elif name in ANY and (node.args or argument(node, "path")):
                yield self._route(module, node, _methods(node))
            elif name == "mount" and _takes_files(node):
                below = _written(node.args[0]).rstrip("/") + "/{rest:path}"
                yield Route(module.file, node.lineno, below, frozenset())

    def _route(self, module: Module, node: ast.Call, methods: frozenset[str]) -> Route:
        path = _written(node.args[0] if node.args else argument(node, "path"))
        owner = getattr(node.func, "value", None)
        definition = self._prefixes.receiver(module, owner) if owner is not None else None
        prefixes = self._prefixes.of(definition) if definition else None
        return Route(module.file, node.lineno, path, methods, prefixes)


def _decorates(module: Module, node: ast.Call) -> bool:
    """Whether it stands above a function: `client.get("/x")` in its body declares nothing."""
    parent = module.parents.get(node)
    functions = ast.FunctionDef | ast.AsyncFunctionDef
    return isinstance(parent, functions) and node in parent.decorator_list


def _takes_files(node: ast.Call) -> bool:
    """Whether what is mounted is made on the spot: files, or what nobody here can see."""
    return len(node.args) > 1 and isinstance(node.args[1], ast.Call)


def _written(path: ast.expr | None) -> str:
    """The path that a node is, or COMPUTED."""
    is_text = isinstance(path, ast.Constant) and isinstance(path.value, str)
    return text(path) if is_text else COMPUTED


def _methods(node: ast.Call) -> frozenset[str]:
    given = argument(node, "methods")
    if not isinstance(given, ast.List | ast.Tuple | ast.Set):
        return frozenset()
    return frozenset(text(one).upper() for one in given.elts)


def _documents(application: Application) -> Iterator[Route]:
    """FastAPI's own routes; other frameworks have none of them."""
    call, is_fastapi = application.call, application.framework == "FastAPI"
    if not is_fastapi or _is_nothing(argument(call, "openapi_url")):
        return  # without a schema there are no pages of it
    for name, usual in DOCUMENTS.items():
        given = argument(call, name)
        if _is_nothing(given):
            continue
        path = _written(given) if given is not None else usual
        methods, root = frozenset({"GET", "HEAD"}), frozenset({""})
        yield Route(application.file, application.line, path, methods, root)


def _is_nothing(given: ast.expr | None) -> bool:
    """Whether an argument is None or "": there is no such route."""
    return isinstance(given, ast.Constant) and not text(given)


def _paths(module: Module) -> Iterator[str]:
    for node in module.of(ast.Constant):
        if (said := text(node)).startswith("/") and " " not in said:
            yield said.rstrip("/")
