"""What keeps each relationship of SQLAlchemy's mappers from working, not only the first one."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any

from .answer import text_of

# SQLAlchemy says no name in public before all is well; these words are as old as its registry.
NO_NAME = re.compile(
    r"failed to locate a name \((?P<quote>['\"])(?:name '(?P<part>\w+)' is not defined"
    r"|(?P<whole>.+?))(?P=quote)\)"
)
# Of `package.module.Name`, where the module is known and the name is not in it.
NOT_IN_MODULE = re.compile(r"has no mapped classes registered under the name '(?P<name>\w+)'")
TWO_CLASSES = re.compile(r'Multiple classes found for path "(?P<path>[^"]+)"')
BACK = re.compile(r"has no property|back_populates on relationship|reverse_property|sync_backref")

Place = tuple[str, int] | None


class Mapped:
    """The mappers of a process, each with the place of the statement that made it."""

    def __init__(self) -> None:
        self._made: list[tuple[Any, Place]] = []

    def add(self, mapper: Any, where: Place) -> None:
        """Remember a mapper."""
        self._made.append((mapper, where))

    @property
    def mappers(self) -> list[Any]:
        """The mappers that were made wholly, in that order."""
        return [mapper for mapper, _ in self._made if mapper in mapper.registry.mappers]

    def named(self, mapper: Any, attribute: str) -> dict[str, Any]:
        """Return the attribute of a mapper as an answer names it."""
        where = next((place for made, place in self._made if made is mapper), None)
        kind = mapper.class_
        return {
            "class": kind.__name__,
            "module": kind.__module__,
            "attribute": attribute,
            "place": where,
        }

    def relationships(self) -> Iterator[Any]:
        """Yield the relationships that each mapper has of its own."""
        from sqlalchemy.orm import RelationshipProperty  # noqa: PLC0415 - only where it is there

        for mapper in self.mappers:
            for attribute in mapper.all_orm_descriptors:
                found = getattr(getattr(attribute, "comparator", None), "prop", None)
                if isinstance(found, RelationshipProperty) and found.parent is mapper:
                    yield found


def failures(
    mapped: Mapped, first: BaseException, broken: Collection[Any]
) -> Iterator[dict[str, Any]]:
    """Yield what is wrong with each relationship, when ``first`` shows that something is.

    ``broken`` are tables whose foreign keys lead nowhere: what follows from that alone is not
    told again.
    """
    seen = set()
    for exc in (first, *_errors(mapped)):
        relationship = at_fault(exc)
        if relationship is None or id(relationship) in seen:
            continue
        seen.add(id(relationship))
        if not _follows(exc, relationship, broken):
            yield _failure(mapped, relationship, exc)


def _errors(mapped: Mapped) -> Iterator[BaseException]:
    """Set every relationship up by itself; yield what that raises."""
    _configure_no_more()
    for relationship in mapped.relationships():
        if relationship.parent.configured:
            continue
        try:
            relationship.init()  # what configure_mappers() calls, and stops at the first error
        except Exception as exc:  # noqa: BLE001 - other people's resolvers run in there
            yield exc


def _configure_no_more() -> None:
    """Let nothing configure all mappers on the way: that would only tell the first error again."""
    from sqlalchemy import event  # noqa: PLC0415
    from sqlalchemy.orm import Mapper, interfaces  # noqa: PLC0415

    def skip(_mapper: Any, _class: type) -> Any:
        return interfaces.EXT_SKIP

    event.listen(Mapper, "before_mapper_configured", skip, retval=True)


def at_fault(exc: BaseException) -> Any:
    """Return the relationship at which an error arose, the innermost that a frame works for.

    None where it arose elsewhere.
    """
    from sqlalchemy.orm import RelationshipProperty  # noqa: PLC0415

    found, trace = None, exc.__traceback__
    while trace is not None:
        working_for = trace.tb_frame.f_locals.get("self")
        if isinstance(working_for, RelationshipProperty):
            found = working_for
        trace = trace.tb_next
    return found


def _follows(exc: BaseException, relationship: Any, broken: Collection[Any]) -> bool:
    from sqlalchemy.exc import NoForeignKeysError, NoReferenceError  # noqa: PLC0415

    if isinstance(exc, NoReferenceError):
        return bool(broken)
    tables = {relationship.parent.local_table, getattr(_target(relationship), "local_table", None)}
    return isinstance(exc, NoForeignKeysError) and not tables.isdisjoint(broken)


def _target(relationship: Any) -> Any:
    """Return the mapper at the other end; None while nobody knows it."""
    # Asked in any other way, SQLAlchemy configures all mappers, and fails as before.
    return vars(relationship).get("entity")


def _failure(mapped: Mapped, relationship: Any, exc: BaseException) -> dict[str, Any]:
    text = text_of(exc)
    failure = {
        **mapped.named(relationship.parent, relationship.key),
        "kind": "mapper",
        "target": "",
        "other": None,
        "message": f"{type(exc).__name__}: {text}",
        "elsewhere": False,
    }
    if name := _missing(relationship, exc, text):
        elsewhere = any(one.class_.__name__ == name for one in mapped.mappers)
        return {**failure, "kind": "unresolved", "target": name, "elsewhere": elsewhere}
    if two := TWO_CLASSES.search(text):
        return {**failure, "kind": "ambiguous", "target": two["path"]}
    if relationship.back_populates and BACK.search(text) and _target(relationship) is not None:
        other = mapped.named(_target(relationship).mapper, relationship.back_populates)
        return {**failure, "kind": "back-populates", "other": other}
    return failure


def _missing(relationship: Any, exc: BaseException, text: str) -> str:
    """Return the name that is nowhere; empty when that is not what is wrong."""
    if inside := NOT_IN_MODULE.search(text):
        written = relationship.argument if isinstance(relationship.argument, str) else ""
        # A relationship that names a module is asked for what every mapped class has.
        own = inside["name"].startswith("_sa_") or written.endswith(f".{inside['name']}")
        return written if own and written else inside["name"]
    if isinstance(exc, NameError):  # of a `lambda: Name`
        return exc.name or ""
    found = NO_NAME.search(text)
    return (found["part"] or found["whole"]) if found else ""


def proxies(mapped: Mapped) -> Iterator[dict[str, Any]]:
    """Yield association proxies of attributes that are not there: nothing asks before a query."""
    for mapper in mapped.mappers:
        for name, proxy in mapper.all_orm_descriptors.items():
            target = getattr(proxy, "target_collection", None)
            if isinstance(target, str) and not hasattr(mapper.class_, target):
                yield {**mapped.named(mapper, name), "kind": "proxy", "target": target}


def disagreements(mapped: Mapped) -> Iterator[dict[str, Any]]:
    """Yield relationships that name one which names another, or none; all are configured."""
    for relationship in mapped.relationships():
        other = relationship.mapper.relationships.get(relationship.back_populates or "")
        if other is None or relationship.viewonly or other.viewonly:
            continue
        if other.back_populates != relationship.key:
            yield {
                **mapped.named(relationship.parent, relationship.key),
                "other": mapped.named(other.parent, other.key),
                "names": other.back_populates or "",
            }
