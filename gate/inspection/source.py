"""Reads a tree without importing it: which classes and names its files define, and where."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gate.report import Place, place

# Folders that hold other people's code, or no code.
SKIPPED = frozenset({"node_modules", "site-packages", "__pycache__", "build", "dist"})


@dataclass(frozen=True)
class Definition:
    """A class, where it is defined, and the module that this is below the source root."""

    name: str
    file: Path
    line: int
    module: str


def modules(root: Path) -> Iterator[Path]:
    """Yield the Python files below ``root``, in order, without hidden and installed ones."""
    for path in sorted(root.iterdir()):
        if path.name.startswith(".") or path.name in SKIPPED:
            continue
        if path.is_dir():
            yield from modules(path) if not (path / "pyvenv.cfg").exists() else ()
        elif path.suffix == ".py":
            yield path


def module_name(file: Path, root: Path) -> str:
    """Return the name under which ``file`` is imported from ``root``."""
    parts = file.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def tree(file: Path) -> ast.Module | None:
    """Return the parsed source, or None for what is no Python source."""
    try:
        return ast.parse(file.read_bytes(), filename=str(file))
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def classes(root: Path) -> dict[str, list[Definition]]:
    """Return every class that is defined below ``root``, by name."""
    found: dict[str, list[Definition]] = defaultdict(list)
    for file in modules(root):
        parsed = tree(file)
        for node in ast.walk(parsed) if parsed is not None else ():
            if isinstance(node, ast.ClassDef):
                where = Definition(node.name, file, node.lineno, module_name(file, root))
                found[node.name].append(where)
    return found


def defines(file: Path, name: str) -> bool:
    """Whether the module ``file`` binds ``name`` at its top level."""
    parsed = tree(file)
    return parsed is not None and any(name in bound(node) for node in parsed.body)


def place_of_text(file: Path, text: str) -> Place:
    """Return the first line of ``file`` that holds ``text``, or the file where none does."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return place(file)
    return place(file, next((at for at, line in enumerate(lines, 1) if text in line), None))


def attribute_line(file: Path, class_name: str, attribute: str, after: int = 0) -> int | None:
    """Return the line at which ``attribute`` is mapped.

    A class assigns it, or else the statement at line ``after`` names it (an imperative mapping).
    Where neither does: the line of the class, or ``after``.
    """
    parsed = tree(file)
    nodes = list(ast.walk(parsed)) if parsed is not None else []
    classes = [one for one in nodes if isinstance(one, ast.ClassDef) and one.name == class_name]
    calls = [one for one in nodes if isinstance(one, ast.Call) and one.lineno == after]
    lines = (
        *(child.lineno for one in classes for child in one.body if attribute in bound(child)),
        *(line for call in calls for line in _named_in(call, attribute)),
        *(one.lineno for one in classes),
    )
    return next(iter(lines), after or None)


def _named_in(call: ast.Call, name: str) -> Iterator[int]:
    """Yield the lines at which a call names ``name``: as a key, a string, or an argument."""
    for node in ast.walk(call):
        if isinstance(node, ast.Constant) and node.value == name:
            yield node.lineno
        if isinstance(node, ast.keyword) and node.arg == name:
            yield node.value.lineno


def absolute(file: Path, root: Path, node: ast.ImportFrom) -> str:
    """Return the module from which a statement of ``file`` imports, relative ones resolved."""
    return absolute_name(file, root, node.module or "", node.level)


def absolute_name(file: Path, root: Path, name: str, level: int) -> str:
    """Return the whole name of a module that ``file`` imports with ``level`` leading dots."""
    if not level:
        return name
    own = module_name(file, root).split(".")
    package = own if file.name == "__init__.py" else own[:-1]
    return ".".join((*package[: len(package) - level + 1], *([name] if name else [])))


def bound(node: ast.stmt) -> set[str]:
    """Return the names that a statement binds."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {alias.asname or alias.name.split(".")[0] for alias in node.names}
    targets = node.targets if isinstance(node, ast.Assign) else []
    if isinstance(node, ast.AnnAssign):
        targets = [node.target]
    return {target.id for target in targets if isinstance(target, ast.Name)}
