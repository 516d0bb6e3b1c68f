"""What random entry points are put together from: the catalogue, idioms, wrappings."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tests.gate.parity_cases import CATALOGUES, SHARED, cases

HERE = CATALOGUES / "differential"
BETWEEN = "\n---\n"

Body = tuple[str, ...]  # statements, each with its decorators


@dataclass(frozen=True)
class Pieces:
    """Bodies of entry points, statement by statement.

    ``wrappings`` say a statement in another way; in each, ``{}`` stands for the statement.
    """

    idioms: tuple[Body, ...]
    catalogue: tuple[Body, ...]
    wrappings: tuple[str, ...]

    @cached_property
    def expressions(self) -> tuple[str, ...]:
        """The statements that are one expression."""
        every = (part for body in (*self.idioms, *self.catalogue) for part in body)
        return tuple(part for part in every if is_expression(part))


def pieces() -> Pieces:
    """Read what there is."""
    every = [*cases("drift", "drifts.toml"), *cases("same", "harmless.toml")]
    bodies = (body for case in every for body in (case.reference, case.candidate))
    return Pieces(
        idioms=tuple(map(statements, _parts("idioms.txt"))),
        catalogue=tuple(statements(body.strip()) for body in bodies if body.strip()),
        wrappings=tuple(_parts("wrappings.txt")),
    )


def tree() -> dict[str, str]:
    """Return the modules beside the entry points: path → source."""
    every = [*cases("drift", "drifts.toml"), *cases("same", "harmless.toml")]
    files = {name: source for case in every for name, source in case.files.items()}
    return {"shared.py": SHARED, **files, **dict(_planted(HERE / "tree"))}


def _planted(folder: Path) -> Iterator[tuple[str, str]]:
    for file in sorted(folder.rglob("*.py")):
        yield str(file.relative_to(folder)), file.read_text(encoding="utf-8")


def _parts(name: str) -> list[str]:
    return (HERE / name).read_text(encoding="utf-8").strip("\n").split(BETWEEN)


def statements(body: str) -> Body:
    """Return the statements of a source as they are written; one that does not parse is one."""
    parsed = _parsed(body)
    lines = body.splitlines()
    return tuple("\n".join(lines[_first(n) - 1 : n.end_lineno]) for n in parsed) or (body,)


def _first(node: ast.stmt) -> int:
    """Return the line at which a statement begins, decorators included."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


def is_expression(statement: str) -> bool:
    """Whether a statement is one expression."""
    return [type(node) for node in _parsed(statement)] == [ast.Expr]


def _parsed(source: str) -> list[ast.stmt]:
    try:
        return ast.parse(source).body
    except SyntaxError:
        return []
