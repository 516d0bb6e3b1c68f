"""Watches how the judged tree is imported: by which line, and what fails on the way.

It can also leave imports out, as a linter's clean-up would, to show what goes with them.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Mapping, Sequence
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from .answer import below, from_exception, place_of_frame

# File → the imports to leave out: line of the statement, name as it stands there.
LeftOut = Mapping[str, Sequence[Sequence[Any]]]


class Watch:
    """Finds what lies below ``root`` as Python would, and remembers what happens.

    ``importers`` says which line asked for a module first; ``failures`` are the exceptions that
    went through modules of the tree, each with the names of those modules, innermost first.
    """

    def __init__(self, root: str, left_out: LeftOut) -> None:
        self.importers: dict[str, tuple[str, int] | None] = {}
        self.failures: list[tuple[BaseException, list[str]]] = []
        self._root = root
        self._left_out = left_out

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find a module; those of the tree get a loader that tells."""
        spec = PathFinder.find_spec(name, path, target)
        if spec is None or not spec.origin or not below(spec.origin, self._root):
            return spec
        if isinstance(spec.loader, SourceFileLoader):
            self.importers.setdefault(name, place_of_frame(sys._getframe(1), self._root))
            left_out = self._left_out.get(spec.origin, ())
            spec.loader = _Loader(spec.loader.name, spec.loader.path, self, left_out)
        return spec

    def failed(self, name: str, exc: BaseException) -> None:
        """Remember that the import of ``name`` ended with ``exc``."""
        for known, names in self.failures:
            if known is exc:
                names.append(name)
                return
        self.failures.append((exc, [name]))

    def swallowed(self) -> list[dict[str, Any]]:
        """Return the failures that the tree itself caught, and whose modules are not there."""
        found = []
        for exc, names in self.failures:
            lost = [name for name in names if name not in sys.modules]
            if lost:
                document = from_exception("import-failed", exc, self._root).document
                found.append({**document, "modules": lost, "importer": self.importers[lost[-1]]})
        return found


def watch(root: str, left_out: LeftOut) -> Watch:
    """Start watching, in front of what finds modules on ``sys.path``."""
    watching = Watch(root, left_out)
    sys.meta_path.insert(sys.meta_path.index(PathFinder), watching)
    return watching


class _Loader(SourceFileLoader):
    """Loads a file of the tree, tells when that fails, and leaves imports out."""

    def __init__(self, name: str, path: str, watching: Watch, left_out: Sequence[Any]) -> None:
        super().__init__(name, path)
        self._watching = watching
        self._without = {(line, alias) for line, alias in left_out}

    def exec_module(self, module: ModuleType) -> None:
        try:
            super().exec_module(module)
        except BaseException as exc:
            self._watching.failed(self.name, exc)
            raise

    def get_code(self, fullname: str) -> CodeType | None:
        if not self._without:
            return super().get_code(fullname)
        tree = ast.parse(Path(self.path).read_bytes(), self.path)
        trimmed: ast.Module = ast.fix_missing_locations(_Trim(self._without).visit(tree))
        return compile(trimmed, self.path, "exec", dont_inherit=True)


class _Trim(ast.NodeTransformer):
    """Takes imports away as a linter would: name by name, and the line with the last of them."""

    def __init__(self, without: set[tuple[int, str]]) -> None:
        self._without = without

    def visit_Import(self, node: ast.Import) -> ast.stmt:
        return self._trimmed(node)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.stmt:
        return self._trimmed(node)

    def _trimmed(self, node: ast.Import | ast.ImportFrom) -> ast.stmt:
        node.names = [one for one in node.names if (node.lineno, one.name) not in self._without]
        return node if node.names else ast.copy_location(ast.Pass(), node)
