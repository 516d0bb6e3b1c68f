"""Which modules an entry point imports, also by name and on demand."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence

from gate.audit.files import CODE, File
from gate.audit.python.literals import called, pairs, text
from gate.audit.python.modules import Module, Modules

DOTTED = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")
IMPORTERS = frozenset({"import_module", "__import__"})
KINDS: tuple[type[ast.AST], ...] = (
    ast.Import,
    ast.ImportFrom,
    ast.Call,
    ast.Constant,
    ast.Dict,
    ast.Tuple,
)
LONGEST = 200  # characters of a module's name


def reached(modules: Modules, entries: Iterable[File]) -> frozenset[File]:
    """Return the files that the entries import, and what these import; all code if none."""
    left = [file for file in entries if file.part == CODE]
    if not left:
        return frozenset(file for file in modules.files if file.part == CODE)
    found: set[File] = set()
    while left:
        file = left.pop()
        module = modules.module(file)
        if file in found or module is None:
            continue
        found.add(file)
        left.extend(one for one in _imports(modules, module) if one not in found)
    return frozenset(found)


def _imports(modules: Modules, module: Module) -> Iterator[File]:
    names = {name for kind in KINDS for node in module.of(kind) for name in _named(node)}
    for name in names:
        if file := modules.imported(module, name):
            yield file


def _named(node: ast.AST) -> Iterator[str]:
    """Yield the modules that a node can name, packages and text (`import_module`) included."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield from _with_packages(alias.name)
    elif isinstance(node, ast.ImportFrom):
        source = "." * node.level + (node.module or "")
        yield from _with_packages(source)
        joint = "" if source.endswith(".") else "."
        yield from (f"{source}{joint}{alias.name}" for alias in node.names)
    elif isinstance(node, ast.Call):
        yield from _texts(node.args[:1]) if called(node) in IMPORTERS else ()
    elif isinstance(node, ast.Constant):
        yield from (name for name in _texts([node]) if "." in name)
    else:  # a table of prefixes and modules
        for one, other in pairs(node):
            yield from (other,) if one.startswith("/") else ()
            yield from (one,) if other.startswith("/") else ()


def _texts(nodes: Sequence[ast.expr]) -> Iterator[str]:
    for said in map(text, nodes):
        if len(said) <= LONGEST and DOTTED.fullmatch(said):
            yield said


def _with_packages(name: str) -> Iterator[str]:
    parts = name.split(".")
    yield from (".".join(parts[:at]) for at in range(1, len(parts) + 1) if parts[at - 1])
