"""Imports that a linter's clean-up of unused imports (F401) would take away."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

MARKER = re.compile(
    r"#.*?(noqa(?!\s*:)|noqa\s*:[^#]*\bF401|pylint:\s*disable=[^#]*unused-import)", re.I
)
FILE_MARKER = re.compile(
    r"^\s*#\s*((ruff|flake8)\s*:\s*noqa\s*(:[^#\n]*\bF401.*)?|pylint:\s*disable=.*unused-import.*)$",
    re.I | re.M,
)
# Where a missing module is an answer, a linter leaves the import alone.
TRIED = {"ImportError", "ModuleNotFoundError"}


@dataclass(frozen=True)
class Unused:
    """One name that a statement imports: ``module`` with its leading dots, ``name`` out of it.

    ``name`` is empty for ``import module``; ``line`` and ``end`` are the statement's.
    """

    line: int
    end: int
    module: str
    name: str

    @property
    def alias(self) -> str:
        """The name as it stands in the statement."""
        return self.name or self.module


def unused(source: str) -> Iterator[Unused]:
    """Yield the imports of a module that nothing in it uses, and nothing marks as meant.

    What cannot be told (an ``__all__`` that is computed) counts as used.

    Raises:
        SyntaxError, ValueError, RecursionError: it is no Python source.
    """
    if FILE_MARKER.search(source):
        return
    tree = ast.parse(source)
    exported = _exported(tree)
    if exported is None:
        return
    lines = source.splitlines()
    for scope, node in _imports(tree):
        used = _used(scope) | (exported if scope is tree else set())
        for alias in node.names:
            if not _kept(node, alias, used) and not _marked(lines, node, alias):
                yield _unused(node, alias)


def _unused(node: ast.Import | ast.ImportFrom, alias: ast.alias) -> Unused:
    end = node.end_lineno or node.lineno
    if isinstance(node, ast.Import):
        return Unused(node.lineno, end, alias.name, "")
    return Unused(node.lineno, end, "." * node.level + (node.module or ""), alias.name)


def _imports(tree: ast.Module) -> Iterator[tuple[ast.AST, ast.Import | ast.ImportFrom]]:
    """Yield the statements that import at run time, each with the scope that it binds in."""
    waiting: list[tuple[ast.AST, ast.AST]] = [(tree, tree)]
    while waiting:
        scope, node = waiting.pop()
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield scope, node
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            scope = node
        waiting += [(scope, child) for child in _run(node)]


def _run(node: ast.AST) -> list[ast.AST]:
    """Return the parts of a node that a linter looks at, and Python runs."""
    if isinstance(node, ast.Try) and any(_is_tried(handler) for handler in node.handlers):
        return [*node.handlers, *node.orelse, *node.finalbody]
    if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
        return list(node.orelse)
    if isinstance(node, ast.ClassDef):  # an import in there is an attribute of the class
        return [one for one in node.body if not isinstance(one, ast.Import | ast.ImportFrom)]
    return list(ast.iter_child_nodes(node))


def _is_tried(handler: ast.ExceptHandler) -> bool:
    named = ast.walk(handler.type) if handler.type else ()
    return any(isinstance(node, ast.Name) and node.id in TRIED for node in named)


def _kept(node: ast.Import | ast.ImportFrom, alias: ast.alias, used: set[str]) -> bool:
    if alias.name == "*" or (isinstance(node, ast.ImportFrom) and node.module == "__future__"):
        return True
    reexported = alias.asname == alias.name  # `import x as x` says that it is meant
    return reexported or (alias.asname or alias.name.partition(".")[0]) in used


def _used(scope: ast.AST) -> set[str]:
    used = set()
    for node in ast.walk(scope):
        if isinstance(node, ast.Name):
            used.add(node.id)
        for annotation in _annotations(node):
            used |= _quoted(annotation)
    return used


def _annotations(node: ast.AST) -> Iterator[ast.expr]:
    if isinstance(node, ast.AnnAssign | ast.arg) and node.annotation:
        yield node.annotation
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.returns:
        yield node.returns


def _quoted(annotation: ast.expr) -> set[str]:
    """Return the names inside the strings of an annotation: they are types to a linter."""
    texts = (node.value for node in ast.walk(annotation) if isinstance(node, ast.Constant))
    return {name for text in texts if isinstance(text, str) for name in re.findall(r"\w+", text)}


def _exported(tree: ast.Module) -> set[str] | None:
    """Return the names in ``__all__``; None when they are computed."""
    names: set[str] = set()
    for node in ast.walk(tree):
        value = _value_of_all(node)
        if value is None:
            continue
        elements = value.elts if isinstance(value, ast.List | ast.Tuple) else [value]
        if not all(isinstance(one, ast.Constant) for one in elements):
            return None
        names |= {str(one.value) for one in elements if isinstance(one, ast.Constant)}
    return names


def _value_of_all(node: ast.AST) -> ast.expr | None:
    """Return what a node puts into ``__all__``, however it does that."""
    if isinstance(node, ast.Assign):
        return node.value if any(map(_is_all, node.targets)) else None
    if isinstance(node, ast.AugAssign | ast.AnnAssign):
        return node.value if _is_all(node.target) else None
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.args[0] if _is_all(node.func.value) and node.args else None
    return None


def _is_all(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "__all__"


def _marked(lines: list[str], node: ast.stmt, alias: ast.alias) -> bool:
    """Whether a comment on the statement, or beside the name, says that it is meant."""
    numbers = {node.lineno, node.end_lineno or node.lineno, alias.lineno}
    return any(MARKER.search(lines[number - 1]) for number in numbers)
