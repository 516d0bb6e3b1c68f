"""Whether a file may map a class to a table, seen by reading it."""

from __future__ import annotations

import ast
from pathlib import Path

from gate.inspection import source
from gate.inspection.models import tables

# What a file holds that maps something.
SIGNS = (
    *tables.SIGNS,
    *(b"Mapped[", b"Column(", b"mapped_column(", b"relationship(", b"map_imperatively("),
    b"__mapper_args__",
)
# Classes below these are mapped by nobody, unless the file says so.
UNMAPPED = frozenset(
    {
        *("Generic", "Protocol", "TypedDict", "NamedTuple", "Exception"),
        *("BaseModel", "RootModel", "BaseSettings", "SQLModel"),
        *("Enum", "IntEnum", "StrEnum", "Flag", "IntFlag", "str", "int", "dict", "list"),
    }
)


def says_so(data: bytes) -> bool:
    """Whether source holds what maps something."""
    return any(sign in data for sign in SIGNS)


def maps(file: Path) -> bool:
    """Whether a file may map something; one that cannot be read as Python may."""
    parsed = source.tree(file)
    return parsed is None or says_so(file.read_bytes()) or _may_be_mapped(parsed)


def _may_be_mapped(parsed: ast.Module) -> bool:
    """Whether a class may be mapped by what it inherits, or elsewhere: a plain class may."""
    unmapped = set(UNMAPPED)
    for node in ast.walk(parsed):
        if isinstance(node, ast.ClassDef):
            if not node.bases or not {_last(base) for base in node.bases} <= unmapped:
                return True
            unmapped.add(node.name)
    return False


def _last(base: ast.expr) -> str:
    """Return the last name of a base: `Generic` of `typing.Generic[T]`."""
    base = base.value if isinstance(base, ast.Subscript) else base
    return ast.unparse(base).rpartition(".")[2]
