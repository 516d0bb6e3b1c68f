"""Start-up validation: every relationship must resolve before the first request is served.

SQLAlchemy resolves relationships named by string when a mapper is first used. A model that was
never imported therefore shows up at the first login, and only as "failed to locate a name".
Here it shows up before any router is included, with the line that is missing.

The tree is read (with `ast`, importing nothing) only when something is wrong, so a right start
costs no more than SQLAlchemy's own configuration, which the first query would pay anyway.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import ArgumentError, InvalidRequestError
from sqlalchemy.orm import configure_mappers

from shared.logs import ProgramError

SOURCE = Path(__file__).resolve().parent.parent
IMPORTS = "models.py"
# Where our classes are. The image may have its packages in the same folder: not those.
OWN_FILES = ("contexts/**/*.py", "shared/**/*.py", "*.py")
MISSING = re.compile(
    r"Mapper\[(?P<owner>\w+)\(.*?failed to locate a name \('(?P<name>[\w.]+)'\)", re.S
)


class ModelError(ProgramError):
    """The models do not fit together; says what is missing and the line to add."""


@dataclass(frozen=True)
class _Definition:
    """Where a name is defined, relative to the source root."""

    path: Path
    line: int

    def __str__(self) -> str:
        return f"{self.path.as_posix()}:{self.line}"

    def import_line(self) -> str:
        module = self.path.with_suffix("").parts
        package, name = ".".join(module[:-1]), module[-1]
        alias = "_".join((*module[-2:-1], name))
        return f"from {package} import {name} as {alias}" if package else f"import {name}"


def validate_models(source: Path = SOURCE) -> None:
    """Configure every mapper that is imported.

    Raises:
        ModelError: a relationship names a class that no imported module defines, or does not
            fit the tables.
    """
    try:
        configure_mappers()
    except (InvalidRequestError, ArgumentError) as exc:
        raise ModelError(_explain(str(exc), source)) from exc


def _explain(text: str, source: Path) -> str:
    missing = MISSING.search(text)
    if missing is None:
        return f"the mappers do not configure: {text}"
    name = missing["name"].rpartition(".")[2]
    trees = list(_trees(source))
    where = next(_definitions(name, trees), None)
    relationship = _relationship(missing["owner"], name, trees)
    what = f"{relationship} names {name}, which no imported module defines; "
    if where is None:
        return what + "no file of the source tree defines it either: is the name right?"
    return what + f'{where} defines it; add "{where.import_line()}" to {IMPORTS}'


def _trees(source: Path) -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(path for pattern in OWN_FILES for path in source.glob(pattern)):
        try:
            yield path.relative_to(source), ast.parse(path.read_bytes())
        except SyntaxError:
            continue  # it is not what is being looked for, and whoever imports it will say so


def _definitions(name: str, trees: list[tuple[Path, ast.Module]]) -> Iterator[_Definition]:
    for path, tree in trees:
        for node in tree.body:
            if name in _names(node):
                yield _Definition(path, node.lineno)


def _names(node: ast.stmt) -> set[str]:
    """What a relationship may call the thing a statement defines.

    A class, or for `secondary` a table: `name = Table("name", …)`.
    """
    match node:
        case ast.ClassDef():
            return {node.name}
        case ast.Assign(
            targets=[ast.Name(id=target)],
            value=ast.Call(func=ast.Name(id="Table"), args=[ast.Constant(value=str(table)), *_]),
        ):
            return {target, table}
        case _:
            return set()


def _relationship(owner: str, name: str, trees: list[tuple[Path, ast.Module]]) -> str:
    """`Owner.attribute` of the relationship that names a class, or just the owner."""
    pattern = re.compile(rf"\b{re.escape(name)}\b")
    for _, tree in trees:
        for node in tree.body:
            if not (isinstance(node, ast.ClassDef) and node.name == owner):
                continue
            for statement in node.body:
                if isinstance(statement, ast.AnnAssign) and pattern.search(ast.unparse(statement)):
                    return f"{owner}.{ast.unparse(statement.target)}"
    return owner
