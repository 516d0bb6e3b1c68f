"""Task: import an entry point alone, and see whether its SQLAlchemy mappers configure."""

from __future__ import annotations

import importlib.util
import sys
import traceback
from collections.abc import Iterator
from typing import Any

from . import foreign_keys, imports, loading, relationships
from .answer import CannotLookError, FailedError, below, from_exception, place_of_frame
from .relationships import Mapped


def run(request: dict[str, Any]) -> dict[str, Any]:
    """Return what was imported and mapped, and everything that is wrong with it.

    ``imported`` are the files below root by module, ``importers`` the line that asked for each;
    ``mapped`` the mapped classes and bare tables, as [module, name]; ``relationships``,
    ``foreign_keys`` and ``disagreements`` what is wrong with each; ``problem`` any other reason
    for which the mappers do not configure; ``swallowed`` imports whose failure the tree caught;
    ``deferred`` classes that are mapped only when a database is there; ``early`` where the tree
    itself configured the mappers in vain, and what it was importing then.
    """
    root = request["root"]
    if importlib.util.find_spec("sqlalchemy") is None:
        raise CannotLookError("SQLAlchemy is not installed for the interpreter of the child")
    mapped = _recorded(root)
    watching = imports.watch(root, request.get("left_out") or {})
    early = _load(request, root)
    looked = _looked(mapped, root, early)
    return {
        **looked,
        "imported": _imported(root),
        "importers": watching.importers,
        "swallowed": [] if early else watching.swallowed(),
        "mapped": _mapped(mapped),
        "deferred": _deferred(),
        "early": _asked(early, root) if early else None,
    }


def _asked(early: BaseException, root: str) -> dict[str, Any]:
    """Return where the tree asked for its mappers, and the files whose import was under way."""
    frames = [one for one in traceback.extract_tb(early.__traceback__) if below(one.filename, root)]
    running = [one.filename for one in frames if one.name == "<module>"]
    return {"place": [frames[-1].filename, frames[-1].lineno] if frames else None, "files": running}


def _load(request: dict[str, Any], root: str) -> BaseException | None:
    """Import what is asked for; return the error where the tree itself configured in vain."""
    try:
        loading.module(request["entry"], root)
        if request["prepare"]:
            loading.prepare(request["prepare"], root, None)
    except FailedError as exc:
        if exc.__cause__ is None or relationships.at_fault(exc.__cause__) is None:
            raise
        return exc.__cause__
    return None


def _recorded(root: str) -> Mapped:
    """Return what fills with every mapper, of whichever base and registry."""
    from sqlalchemy import event  # noqa: PLC0415 - only where it is installed
    from sqlalchemy.orm import Mapper  # noqa: PLC0415

    mapped = Mapped()

    def made(mapper: Any, _class: type) -> None:
        mapped.add(mapper, place_of_frame(sys._getframe(1), root))

    event.listen(Mapper, "instrument_class", made)
    return mapped


def _looked(mapped: Mapped, root: str, early: BaseException | None) -> dict[str, Any]:
    problem = early or _configure()
    keys = list(foreign_keys.broken(mapped))
    broken = [table for table, _ in keys]
    explained = problem is None or relationships.at_fault(problem) is not None
    return {
        "relationships": list(
            relationships.failures(mapped, problem, broken)
            if problem
            else relationships.proxies(mapped)
        ),
        "foreign_keys": [said for _, said in keys],
        "disagreements": [] if problem else list(relationships.disagreements(mapped)),
        "problem": None
        if problem is None or explained
        else from_exception("mapper", problem, root).document,
    }


def _configure() -> BaseException | None:
    """Configure all mappers; return the failure, if there is one."""
    from sqlalchemy.orm import configure_mappers  # noqa: PLC0415

    try:
        configure_mappers()
    except BaseException as exc:  # noqa: BLE001 - other people's resolvers run in there
        return exc
    return None


def _mapped(mapped: Mapped) -> list[tuple[str, str]]:
    """Return the mapped classes, and the tables that have none."""
    classes = [(mapper.class_.__module__, mapper.class_.__qualname__) for mapper in mapped.mappers]
    with_class = {table for mapper in mapped.mappers for table in mapper.tables}
    tables = [
        ("", table.fullname)
        for one in foreign_keys.metadata(mapped)
        for table in one.tables.values()
        if table not in with_class
    ]
    return [*classes, *tables]


def _deferred() -> list[str]:
    """Return the classes that automap or DeferredReflection maps once it has a database."""
    automap = getattr(sys.modules.get("sqlalchemy.ext.automap"), "AutomapBase", None)
    reflection = getattr(sys.modules.get("sqlalchemy.ext.declarative"), "DeferredReflection", None)
    waiting = [one for kind in (automap, reflection) if kind for one in _below(kind)]
    unmapped = (one for one in waiting if not hasattr(one, "__mapper__"))
    return sorted({one.__name__ for one in unmapped if "__tablename__" in vars(one)})


def _below(kind: type) -> Iterator[type]:
    children: list[type] = kind.__subclasses__()
    for child in children:
        yield child
        yield from _below(child)


def _imported(root: str) -> dict[str, str]:
    """Return the files below root by the name of their module."""
    files = {name: getattr(module, "__file__", None) for name, module in list(sys.modules.items())}
    return {
        name: file for name, file in files.items() if isinstance(file, str) and below(file, root)
    }
