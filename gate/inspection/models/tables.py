"""The tables of a tree, read without importing anything; tables that two modules define.

What cannot be told by reading (a computed name, a base that is not found) is left out: two tables
are the same only when name, schema and declarative base are seen to be.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from gate.inspection import source
from gate.inspection.models.bases import Bases

# Bytes without which a file defines no table: it need not be parsed.
SIGNS = (b"__tablename__", b"Table(", b"table=True")


@dataclass(frozen=True)
class Table:
    """A table, the class that is mapped to it (empty: none), and where it is defined.

    ``base`` says which collection of tables it belongs to; empty when that is not seen.
    """

    name: str
    owner: str
    file: Path
    line: int
    base: str


def tables(root: Path) -> Iterator[Table]:
    """Yield the tables that the modules below ``root`` define at their top level."""
    bases = Bases(root)
    for file in source.modules(root):
        if any(sign in _bytes(file) for sign in SIGNS):
            for node in bases.body(file):
                yield from _table(bases, file, node)


def twice(found: Iterable[Table]) -> Iterator[tuple[Table, Table]]:
    """Yield the tables that two modules define, in pairs."""
    known: dict[tuple[str, str], Table] = {}
    for table in found:
        if not table.base:
            continue
        first = known.setdefault((table.base, table.name), table)
        if first.file != table.file:
            yield first, table


def by_name(found: Iterable[Table]) -> dict[str, list[Table]]:
    """Return the tables by name."""
    named: dict[str, list[Table]] = defaultdict(list)
    for table in found:
        named[table.name].append(table)
    return named


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        return b""


def _table(bases: Bases, file: Path, node: ast.stmt) -> Iterator[Table]:
    if isinstance(node, ast.ClassDef):
        name = _name_of(node)
        if name and not _shared(node):
            yield Table(name, node.name, file, node.lineno, bases.of_class(file, node))
    elif isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Call):
        yield from _core(bases, file, node.value)


def _core(bases: Bases, file: Path, call: ast.Call) -> Iterator[Table]:
    """Yield the table of ``name = Table("name", metadata, …)``."""
    called = call.func.attr if isinstance(call.func, ast.Attribute) else ast.unparse(call.func)
    if called != "Table" or len(call.args) < 2 or _keyword(call, "extend_existing"):  # noqa: PLR2004 - name and metadata
        return
    name, schema = _text(call.args[0]), _keyword(call, "schema")
    if name and (schema is None or _text(schema)):
        full = f"{_text(schema)}.{name}" if schema is not None else name
        yield Table(full, "", file, call.lineno, bases.of_metadata(file, call.args[1]))


def _keyword(call: ast.Call, name: str) -> ast.expr | None:
    return next((one.value for one in call.keywords if one.arg == name), None)


def _name_of(node: ast.ClassDef) -> str:
    """Return the name of a class's table with its schema; empty where it has none, or computed."""
    name = _text(_assigned(node, "__tablename__"))
    if not name and any(one.arg == "table" for one in node.keywords):
        name = node.name.lower()  # SQLModel's rule
    schema = _argument(node, "schema")
    return f"{_text(schema)}.{name}" if name and schema is not None else name


def _shared(node: ast.ClassDef) -> bool:
    """Whether the class says that it adds to a table, or its arguments cannot be read."""
    arguments = _assigned(node, "__table_args__")
    readable = arguments is None or isinstance(arguments, ast.Tuple | ast.Dict)
    schema = _argument(node, "schema")
    return (
        not readable
        or (schema is not None and not _text(schema))
        or (_argument(node, "extend_existing") is not None)
    )


def _argument(node: ast.ClassDef, name: str) -> ast.expr | None:
    """Return one of ``__table_args__ = {…}`` or ``(…, {…})``."""
    value = _assigned(node, "__table_args__")
    if isinstance(value, ast.Tuple) and value.elts:
        value = value.elts[-1]
    if not isinstance(value, ast.Dict):
        return None
    rows = zip(value.keys, value.values, strict=True)
    return next((one for key, one in rows if _text(key) == name), None)


def _assigned(node: ast.ClassDef, name: str) -> ast.expr | None:
    for child in node.body:
        if isinstance(child, ast.Assign) and any(_is(target, name) for target in child.targets):
            return child.value
        if isinstance(child, ast.AnnAssign) and _is(child.target, name):
            return child.value
    return None


def _is(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _text(node: ast.expr | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
