"""Below which prefixes a router's routes answer, followed through `include_router`."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Collection, Iterator

from gate.audit.files import File
from gate.audit.python.literals import argument, called, pairs, text
from gate.audit.python.modules import Definition, Module, Modules
from gate.audit.statements import Statement

ROUTERS = frozenset({"APIRouter", "Router", "Blueprint"})
INCLUDES = frozenset({"include_router", "register_blueprint"})
PREFIX = ("prefix", "url_prefix")
WORDS = (*ROUTERS, *INCLUDES)
DEEPEST = 10  # routers in routers

# None: not to be known from the text.
Prefix = str | None
Include = tuple[Definition | None, Prefix]


class Prefixes:
    """The routers of some files.

    Args:
        modules: all of them.
        files: those that count.
        applications: where applications are bound: their own prefix is empty.
    """

    def __init__(
        self, modules: Modules, files: Collection[File], applications: Collection[Definition]
    ) -> None:
        self._modules = modules
        self._applications = frozenset(applications)
        self._own: dict[Definition, Prefix] = {}
        self._included: dict[Definition, list[Include]] = defaultdict(list)
        self.computed: list[Statement] = []  # includes whose prefix is not written out
        self._paired: dict[File, set[str]] = defaultdict(set)
        for module in modules.holding(WORDS):
            if module.file in files:
                self._note_routers(module)
        for file in files:
            if module_of := modules.module(file):
                self._note_pairs(module_of)

    def of(self, router: Definition, depth: int = 0) -> frozenset[str] | None:
        """Every prefix of a router or an application; None where one cannot be known."""
        if router in self._applications:
            return frozenset({""})
        own = self._own.get(router)
        if own is None or depth > DEEPEST:
            return None
        if router not in self._included:
            paired = self._paired.get(router.file)
            return frozenset(prefix + own for prefix in paired) if paired else None
        found: set[str] = set()
        for outer, prefix in self._included[router]:
            above = self.of(outer, depth + 1) if outer else None
            if above is None or prefix is None:
                return None
            found |= {one + prefix + own for one in above}
        return frozenset(found)

    def receiver(self, module: Module, node: ast.expr) -> Definition | None:
        """What a name, or a name of an imported module, is: `router`, `auth.router`."""
        if isinstance(node, ast.Name):
            return self._modules.definition(module, node.id)
        if not isinstance(node, ast.Attribute) or not isinstance(node.value, ast.Name):
            return None
        other = self._modules.named(module, node.value.id)
        return self._modules.definition(other, node.attr) if other else None

    def _note_routers(self, module: Module) -> None:
        assigned: list[ast.Assign | ast.AnnAssign] = [
            *module.of(ast.Assign),
            *module.of(ast.AnnAssign),
        ]
        for node in assigned:
            if isinstance(node.value, ast.Call) and called(node.value) in ROUTERS:
                for name in _targets(node):
                    self._own[Definition(module.file, name)] = _prefix(node.value)
        for call in module.of(ast.Call):
            outer = getattr(call.func, "value", None)
            if called(call) in INCLUDES and call.args and outer is not None:
                if _prefix(call) is None:
                    self.computed.append(Statement(module.file, call.lineno, "prefix"))
                router = self.receiver(module, call.args[0])
                if router is not None:
                    including = self.receiver(module, outer)
                    self._included[router].append((including, _prefix(call)))

    def _note_pairs(self, module: Module) -> None:
        """A table of prefixes and modules: `{"/api/auth": "contexts.auth.router"}`."""
        for node in (*module.of(ast.Dict), *module.of(ast.Tuple), *module.of(ast.List)):
            for first, second in pairs(node):
                path, name = (first, second) if first.startswith("/") else (second, first)
                file = self._modules.find(name, module.file) if path.startswith("/") else None
                if file is not None:
                    self._paired[file].add(path.rstrip("/"))


def _targets(node: ast.Assign | ast.AnnAssign) -> Iterator[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    yield from (target.id for target in targets if isinstance(target, ast.Name))


def _prefix(call: ast.Call) -> Prefix:
    given = next((one for name in PREFIX if (one := argument(call, name)) is not None), None)
    if given is None:
        return ""
    return text(given) if isinstance(given, ast.Constant) else None
