"""Which declarative base a class belongs to, read without importing anything."""

from __future__ import annotations

import ast
from pathlib import Path

from gate.inspection import source
from gate.inspection.entry import find_module

# Bases of other packages: the class below one of these is a declarative base of its own …
OPENS = {"DeclarativeBase", "DeclarativeBaseNoMeta"}
# … and this one is a base for everybody.
SHARED = {"sqlmodel.SQLModel"}
DEPTH = 20  # classes and imports from a model to its base


class Bases:
    """Follows names through the modules of a tree, each parsed once.

    A base is known by `file:name` of where it is defined; empty means that it is not seen.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._bodies: dict[Path, list[ast.stmt]] = {}

    def body(self, file: Path) -> list[ast.stmt]:
        """Return the statements of a module; none of what is no Python."""
        if file not in self._bodies:
            tree = source.tree(file)
            self._bodies[file] = tree.body if tree else []
        return self._bodies[file]

    def of_class(self, file: Path, node: ast.ClassDef, depth: int = DEPTH) -> str:
        """Return the base of a class that ``file`` defines."""
        for expression in node.bases:
            dotted = ast.unparse(expression)
            if dotted.rpartition(".")[2] in OPENS:
                return f"{file}:{node.name}"
            if found := self._resolved(file, dotted, depth - 1):
                return found
        return ""

    def of_metadata(self, file: Path, expression: ast.expr) -> str:
        """Return the base whose tables ``Base.metadata`` are, or the object ``metadata`` itself."""
        dotted = ast.unparse(expression)
        return self._resolved(file, dotted.removesuffix(".metadata"), DEPTH)

    def _resolved(self, file: Path, dotted: str, depth: int) -> str:
        """Return the base that ``dotted`` is in a module."""
        name, _, rest = dotted.partition(".")
        if depth < 0 or not name.isidentifier():
            return ""
        for node in reversed(self.body(file)):
            if isinstance(node, ast.ClassDef) and node.name == name and not rest:
                return self.of_class(file, node, depth)
            if isinstance(node, ast.Import | ast.ImportFrom):
                if found := self._imported(file, node, dotted, depth):
                    return found
            elif name in source.bound(node):
                return f"{file}:{dotted}"
        return ""

    def _imported(
        self, file: Path, node: ast.Import | ast.ImportFrom, dotted: str, depth: int
    ) -> str:
        """Return the base that an import statement brings under a dotted name."""
        for alias in node.names:
            if isinstance(node, ast.ImportFrom) and alias.name == "*":
                return self._at(source.absolute(file, self._root, node), dotted, depth - 1)
            known = alias.asname or alias.name
            if dotted != known and not dotted.startswith(f"{known}."):
                continue
            rest = dotted[len(known) + 1 :]
            origin = alias.name
            if isinstance(node, ast.ImportFrom):
                origin = f"{source.absolute(file, self._root, node)}.{alias.name}"
            return self._at(origin, rest, depth - 1)
        return ""

    def _at(self, origin: str, rest: str, depth: int) -> str:
        """Return the base at ``origin.rest``: of a module, or of a name in one."""
        whole = f"{origin}.{rest}" if rest else origin
        if whole in SHARED:
            return whole
        parts = whole.split(".")
        for length in range(len(parts) - 1, 0, -1):
            file = find_module(self._root, ".".join(parts[:length]))
            if file is not None:
                return self._resolved(file, ".".join(parts[length:]), depth)
        return ""
