"""Task: import an entry point whole, and find names in its functions that nothing defines.

Python looks a global name up when the line runs: an import that is gone, or a name that was
changed in one place, is an error of the first request that comes there.
"""

from __future__ import annotations

import ast
import builtins
import dis
import inspect
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

from . import annotated, loading
from .answer import below

LOAD, STORE = dis.opmap["LOAD_GLOBAL"], dis.opmap["STORE_GLOBAL"]
EXTENDED = dis.opmap["EXTENDED_ARG"]


def run(request: dict[str, Any]) -> dict[str, Any]:
    """Return ``functions``, how many were read, and ``undefined``: name, function, file, line.

    ``annotations`` are those of endpoints' parameters that are no types when code runs.

    Raises FailedError when the entry point, or the module ``handler``, does not import.
    """
    root = request["root"]
    app = loading.application(request["entry"], root)
    if request["prepare"]:
        loading.prepare(request["prepare"], root, app)
    if request["handler"]:
        loading.module(request["handler"], root)
    found: list[dict[str, Any]] = []
    number = 0
    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None)
        if isinstance(file, str) and file.endswith(".py") and below(file, root):
            functions = list(_functions(module))
            number += len(functions)
            found += _undefined(file, vars(module), functions)
    unresolved = list(annotated.unresolved(app, root))
    return {"functions": number, "undefined": found, "annotations": unresolved}


def _functions(module: ModuleType) -> Iterator[FunctionType]:
    """Yield the functions that a module defines, those of its classes too."""
    for value in list(vars(module).values()):
        for one in list(vars(value).values()) if inspect.isclass(value) else [value]:
            function = _function(one)
            if function is not None and function.__globals__ is vars(module):
                yield function


def _function(value: Any) -> FunctionType | None:
    """Return the function of a member, also behind decorators; of a property what reads it."""
    value = value.fget if isinstance(value, property) else value
    value = value.__func__ if isinstance(value, staticmethod | classmethod) else value
    value = inspect.unwrap(value) if inspect.isfunction(value) else value
    return value if inspect.isfunction(value) else None


def _undefined(
    file: str, known: dict[str, Any], functions: Iterable[FunctionType]
) -> Iterator[dict[str, Any]]:
    """Yield the names that functions of one module load and nothing defines."""
    codes = [(one.__qualname__, code) for one in functions for code in _codes(one.__code__)]
    uses = [(name, *use) for name, code in codes for use in _globals(code, LOAD)]
    lost = [use for use in uses if use[1] not in known and not hasattr(builtins, use[1])]
    if not lost:
        return
    stored = {name for _, code in codes for name, _ in _globals(code, STORE)}
    bound = stored | _bound(ast.parse(Path(file).read_bytes()))
    for function, name, line in sorted(set(lost), key=lambda use: use[2]):
        if name not in bound:
            yield {"name": name, "function": function, "file": file, "line": line}


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _globals(code: CodeType, wanted: int) -> Iterator[tuple[str, int]]:
    """Yield the global names that code loads, or stores, and the lines."""
    argument, positions = 0, list(code.co_positions())
    for at, (operation, part) in enumerate(zip(code.co_code[::2], code.co_code[1::2], strict=True)):
        argument |= part
        if operation == EXTENDED:
            argument <<= 8
            continue
        if operation == wanted:
            # Loading keeps a flag in the lowest bit.
            name = code.co_names[argument >> 1 if wanted == LOAD else argument]
            yield name, positions[at][0] or code.co_firstlineno
        argument = 0


def _bound(tree: ast.AST) -> set[str]:
    """Return the names that a module binds anywhere outside of its functions, tried or not.

    What is imported for the type checker alone is not there when code runs.
    """
    names: set[str] = set()
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            waiting += node.orelse
            continue
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
            continue
        if isinstance(node, ast.alias):
            names.add(node.asname or node.name.partition(".")[0])
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        waiting += ast.iter_child_nodes(node)
    return names
