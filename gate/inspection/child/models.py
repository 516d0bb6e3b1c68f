"""Task: import an entry point alone, and see whether its SQLAlchemy mappers configure."""

from __future__ import annotations

import importlib.util
import re
import sys
from typing import Any

from . import loading
from .answer import CannotLookError, below, from_exception

NO_NAME = re.compile(r"failed to locate a name \(['\"](?P<name>.+?)['\"]\)")


def run(request: dict[str, Any]) -> dict[str, Any]:
    """Return ``imported`` (files below root), ``mapped``, ``unresolved`` and ``problem``.

    ``mapped`` is the number of mapped classes; each of ``unresolved`` is a relationship whose
    target is not there; ``problem`` is any other reason for which mappers do not configure.
    """
    root = request["root"]
    if importlib.util.find_spec("sqlalchemy") is None:
        raise CannotLookError("SQLAlchemy is not installed for the interpreter of the child")
    mappers = _recorded_mappers()
    loading.module(request["entry"], root)
    if request["prepare"]:
        loading.prepare(request["prepare"], root, None)
    problem = _configure(root)
    unresolved = _unresolved(mappers) if problem else []
    return {
        "imported": _imported(root),
        "mapped": len(mappers),
        "unresolved": unresolved,
        "problem": None if unresolved else problem,
    }


def _recorded_mappers() -> list[Any]:
    """Return a list that fills with every mapper, of whichever base and registry."""
    from sqlalchemy import event  # noqa: PLC0415 - only where it is installed
    from sqlalchemy.orm import Mapper  # noqa: PLC0415

    mappers: list[Any] = []
    event.listen(Mapper, "instrument_class", lambda mapper, _cls: mappers.append(mapper))
    return mappers


def _configure(root: str) -> dict[str, Any] | None:
    """Configure all mappers; return the failure, if there is one."""
    from sqlalchemy.orm import configure_mappers  # noqa: PLC0415

    try:
        configure_mappers()
    except BaseException as exc:  # noqa: BLE001 - other people's resolvers run in there
        return from_exception("mapper", exc, root).document
    return None


def _unresolved(mappers: list[Any]) -> list[dict[str, Any]]:
    """Return each relationship whose target cannot be found, not only the first one."""
    found = []
    for mapper in mappers:
        for attribute in mapper.all_orm_descriptors:
            relationship = getattr(getattr(attribute, "comparator", None), "prop", None)
            if relationship is None or relationship.parent is not mapper:
                continue
            name = _missing_name(relationship)
            if name is not None:
                found.append(
                    {
                        "class": mapper.class_.__name__,
                        "module": mapper.class_.__module__,
                        "attribute": relationship.key,
                        "target": name,
                    }
                )
    return found


def _missing_name(relationship: Any) -> str | None:
    """Return the name that a relationship's target has and that nothing defines."""
    # SQLAlchemy shows the target in public only after all mappers are configured.
    resolve = getattr(relationship, "_setup_entity", None)
    if resolve is None:
        return None
    try:
        resolve()
    except Exception as exc:  # noqa: BLE001 - the name is in whatever SQLAlchemy raises
        match = NO_NAME.search(str(exc))
        return match["name"] if match else None
    return None


def _imported(root: str) -> list[str]:
    files = [getattr(module, "__file__", None) for module in list(sys.modules.values())]
    return sorted({file for file in files if isinstance(file, str) and below(file, root)})
