"""One of Alembic's migration files, read as text: what it follows, and whether it only adds."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stacks.stage_files import SettingsError, shown

OLDEST = "oldest_code"
# Operations of Alembic that code which does not know of them never notices; `f` names a thing.
ADDS = {
    *("add_column", "bulk_insert", "create_index", "create_table", "f"),
    *("create_table_comment", "drop_table_comment"),
}


@dataclass(frozen=True)
class Migration:
    """One file: its revision, those it follows, the oldest code that works after it."""

    path: Path
    revision: str
    follows: tuple[str, ...]
    oldest_code: str | None


def read(path: Path) -> Migration:
    """Read one file.

    Raises:
        SettingsError: it cannot be read, names no revision, or does more than add and names no
            `oldest_code`.
    """
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
    except (OSError, SyntaxError, ValueError) as exc:
        raise SettingsError(f"{shown(path)}: cannot be read ({exc}); mend it") from exc
    said = dict(_assigned(tree.body))
    revision, oldest = said.get("revision"), said.get(OLDEST)
    if not isinstance(revision, str):
        raise SettingsError(f'{shown(path)}: no literal `revision = "…"`; add it')
    follows = said.get("down_revision") or ()
    follows = (follows,) if isinstance(follows, str) else tuple(follows)
    # The first one has no older code.
    if follows and oldest is None and (does := sorted(set(_more_than_adding(tree)))):
        raise SettingsError(
            f"{shown(path)}: {', '.join(does)}: older code may not work on it; say "
            f'`{OLDEST} = "REVISION"`, the migration of the oldest code that does'
        )
    return Migration(path, revision, follows, oldest)


def _assigned(body: Sequence[ast.stmt]) -> Iterator[tuple[str, Any]]:
    """The module's variables whose values are literals."""
    for statement in body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                pass
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                pass
            case _:
                continue
        try:
            yield name, ast.literal_eval(value)
        except ValueError:
            continue


def _more_than_adding(tree: ast.Module) -> Iterator[str]:
    """What older code may notice: operations that do not only add, and any other use of `op`."""
    names = set(_names_of_op(tree))
    for statement in tree.body:
        if isinstance(statement, ast.FunctionDef) and statement.name == "downgrade":
            continue
        if isinstance(statement, ast.ImportFrom) and statement.module == "alembic.op":
            yield from (f"op.{one.name}" for one in statement.names if one.name not in ADDS)
        called: set[ast.AST] = set()
        for node in ast.walk(statement):
            match node:
                case ast.Call(func=ast.Attribute(value=op, attr=operation)) if _is(op, names):
                    called.add(op)
                    if operation not in ADDS or _binds(operation, node):
                        yield f"op.{operation}"
        for node in ast.walk(statement):
            if _is(node, names) and node not in called:
                yield "op is handed on"


def _names_of_op(tree: ast.Module) -> Iterator[str]:
    """How the file spells Alembic's operations."""
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(module="alembic", names=names):
                yield from (one.asname or one.name for one in names if one.name == "op")
            case ast.Import(names=names):
                for one in names:
                    if one.name == "alembic.op":
                        yield one.asname or one.name
                    elif one.name == "alembic":
                        yield f"{one.asname or one.name}.op"


def _is(node: ast.AST, names: set[str]) -> bool:
    return isinstance(node, ast.Name | ast.Attribute) and ast.unparse(node) in names


def _binds(operation: str, call: ast.Call) -> bool:
    """Whether what is added binds rows that older code writes: a column it leaves out."""
    if operation == "create_index":
        return _says(call, "unique", True)
    return operation == "add_column" and any(
        _says(column, "nullable", False)
        and not any(one.arg == "server_default" for one in column.keywords)
        for column in ast.walk(call)
        if isinstance(column, ast.Call)
    )


def _says(call: ast.Call, keyword: str, value: object) -> bool:
    return any(
        one.arg == keyword and isinstance(one.value, ast.Constant) and one.value.value is value
        for one in call.keywords
    )
