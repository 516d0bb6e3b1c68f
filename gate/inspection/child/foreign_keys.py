"""Foreign keys to tables or columns that nothing defines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .answer import text_of
from .relationships import Mapped


def metadata(mapped: Mapped) -> list[Any]:
    """Return every collection of tables that a mapper or its registry knows."""
    known = []
    for mapper in mapped.mappers:
        for one in (mapper.registry.metadata, *(table.metadata for table in mapper.tables)):
            if one not in known:
                known.append(one)
    return known


def broken(mapped: Mapped) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Yield the foreign keys that lead nowhere: the table they are on, and what to say."""
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415 - only where it is there

    for one in metadata(mapped):
        for table in sorted(one.tables.values(), key=lambda table: table.fullname):
            for key in sorted(table.foreign_keys, key=lambda key: key.parent.name):
                try:
                    _ = key.column  # looked up when it is asked for
                except SQLAlchemyError as exc:
                    yield table, _said(mapped, table, key, exc)


def _said(mapped: Mapped, table: Any, key: Any, exc: Exception) -> dict[str, Any]:
    from sqlalchemy.exc import NoReferencedTableError  # noqa: PLC0415

    return {
        **_owner(mapped, table, key.parent),
        "column": f"{table.fullname}.{key.parent.name}",
        "target": key.target_fullname,
        "table": exc.table_name if isinstance(exc, NoReferencedTableError) else "",
        "message": text_of(exc),
    }


def _owner(mapped: Mapped, table: Any, column: Any) -> dict[str, Any]:
    """Return the mapped attribute of a column; a table without a class has none."""
    for mapper in mapped.mappers:
        if table in mapper.tables:
            for attribute, own in mapper.columns.items():
                if own is column:
                    return mapped.named(mapper, attribute)
    return {"class": "", "module": "", "attribute": column.name, "place": None}
