"""What one interpreter would have in it: modules, and everything that was done in what order."""

from __future__ import annotations

import builtins

from gate.static.brief import brief
from gate.static.events import Application, Event
from gate.static.scope import Module
from gate.static.signatures import MODULES, NAMES
from gate.static.values import Container, Literal, Made, Symbol, Undecided, Value

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    import _ast as ast
    from collections.abc import Callable
    from typing import Any

    from gate.static.branches import Signal
    from gate.static.source import Sources
    from gate.static.values import Place, Shape

    Change = tuple[Any, Any, Any]

MAX_STEPS = 200_000  # expressions and statements that one verdict follows
GIVEN = "a value is changed after it was given to something"
MISSING: Any = object()
ANYTHING = ""  # the name of no exception


class World:
    """The state of reading one entry point.

    ``entries`` are the modules of the two entry points, ``guards`` the conditions under which the
    code at hand runs, ``effects`` what is done elsewhere than in applications, with places.
    """

    def __init__(self, sources: Sources, entries: frozenset[str]) -> None:
        self.sources = sources
        self.entries = entries
        self.modules: dict[str, Module] = {}
        self.guards: Shape = ()
        self.effects: list[tuple[Shape, Place]] = []
        self.tampered: Place | None = None
        self.special: set[str] = set()  # special methods that classes of the tree define
        self.random = False  # whether something is made that is another one each time
        self.cached: dict[str, Value] = {}  # what functions behind a cache have returned
        self.happened: list[Event | Made] = []  # events and makings, one after the other
        self.depth = 0
        self.doubts: list[tuple[str, Place]] = []  # what is not known to work, with places
        self.outside: list[tuple[str, Place]] = []  # the same, where a package has to know
        self.models: dict[str, Value] = {}  # what may be in an OpenAPI document, by its short name
        self.submodules: set[str] = set()  # modules outside that were imported by their names
        self._swallowed: list[frozenset[str]] = []  # by blocks around the code at hand
        self._steps = 0
        self._journal: list[Change] = []

    def step(self, node: ast.stmt | ast.expr, module: Module) -> None:
        """Count one step; raises Undecided when there are too many."""
        self._steps += 1
        if self._steps > MAX_STEPS:
            raise Undecided("there is too much to follow", place_of(node, module))

    def bind(self, names: dict[str, Value], name: str, value: Value) -> None:
        """Bind ``name`` in a namespace; can be undone."""
        self._journal.append((names, name, names.get(name, MISSING)))
        names[name] = value

    def unbind(self, names: dict[str, Value], name: str) -> None:
        """Take ``name`` out of a namespace; can be undone."""
        self._journal.append((names, name, names.pop(name, MISSING)))

    def append(self, items: list[Any], item: Any) -> None:
        """Append to a list; can be undone."""
        self._journal.append((items, None, len(items)))
        items.append(item)

    def effect(self, shape: Shape, place: Place) -> None:
        """Note that something is done whose consequences are not known."""
        when = ("after", len(self.happened))
        self.append(self.effects, ((when, *self.guards, brief(shape)), place))

    def happen(self, app: Application, event: Event) -> None:
        """Note that something is done to an application."""
        if app.included:
            raise Undecided("a router is changed after it was included", event.place)
        self.append(app.events, event)
        self.append(self.happened, event)

    def spoil(self, container: Container, shape: Shape, place: Place) -> None:
        """Note a change of a container that is not followed."""
        if container.given:
            raise Undecided(GIVEN, place)
        self.append(container.changes, (*self.guards, brief(shape)))

    @property
    def catching(self) -> bool:
        """Whether a block around the code at hand may swallow exceptions."""
        return bool(self._swallowed)

    def caught(
        self, run: Callable[[], Signal | None], errors: frozenset[str] = frozenset()
    ) -> Signal | None:
        """Run code of which an exception may be swallowed; surely those named ``errors`` are."""
        self._swallowed.append(errors)
        try:
            return run()
        finally:
            self._swallowed.pop()

    def doubt(
        self, reason: str, place: Place, error: str = "Exception", *, outside: bool = False
    ) -> None:
        """Note that something may raise ``error``, unless a block around it surely swallows it.

        ANYTHING is swallowed by nothing: it may never end. ``outside`` says that an installed
        package decides that, and neither the tree nor FastAPI.
        """
        if not any(_is_among(error, errors) for errors in self._swallowed):
            self.append(self.outside if outside else self.doubts, (reason, place))

    def refuse(self, reason: str, place: Place, error: str = "Exception") -> None:
        """Raise Undecided for what surely raises ``error``, unless that may be swallowed."""
        if not self.catching:
            raise Undecided(reason, place)
        self.doubt(reason, place, error)

    def bound_since(self, mark: int) -> list[tuple[dict[str, Value], str, list[Value]]]:
        """Return what was bound since ``mark``: namespace, name, and all that it stood for.

        MISSING among the values says that it may not be bound.
        """
        found: dict[tuple[int, str], tuple[dict[str, Value], str, list[Value]]] = {}
        for names, name, old in self._journal[mark:]:
            if name is not None:
                _, _, values = found.setdefault((id(names), name), (names, name, []))
                values.append(old)
        for names, name, values in found.values():
            values.append(names.get(name, MISSING))
        return list(found.values())

    def mark(self) -> int:
        """Return a point that ``roll_back`` can go back to."""
        return len(self._journal)

    def roll_back(self, mark: int) -> None:
        """Undo everything since ``mark``."""
        while len(self._journal) > mark:
            container, key, old = self._journal.pop()
            if key is None:
                del container[old:]
            elif old is MISSING:
                container.pop(key, None)
            else:
                container[key] = old

    def under(
        self, guard: Shape, run: Callable[[], Signal | None]
    ) -> tuple[Signal | None, Bindings]:
        """Run code that runs only under a condition; take its bindings back and return them."""
        before, mark = self.guards, self.mark()
        self.guards = (*before, brief(guard))
        try:
            signal = run()
        finally:
            self.guards = before
        bindings = Bindings(self._journal[mark:])
        for (_, name), (names, _, old) in bindings.changes.items():
            self.unbind(names, name) if old is MISSING else self.bind(names, name, old)
        return signal, bindings


def _is_among(error: str, errors: frozenset[str]) -> bool:
    kinds = getattr(builtins, error).__mro__ if error else ()
    return any(kind.__name__ in errors for kind in kinds)


class Bindings:
    """The names that a block has bound: (namespace, name) → namespace, new and old value."""

    def __init__(self, journal: list[Change]) -> None:
        self.changes: dict[tuple[int, str], tuple[dict[str, Value], Value, Value]] = {}
        for names, name, old in journal:
            if name is not None:
                first = self.changes.get((id(names), name))
                new = names.get(name, MISSING)
                self.changes[(id(names), name)] = (names, new, first[2] if first else old)


def place_of(node: ast.AST, module: Module) -> Place:
    """Return file and line of a node."""
    file = module.source.file if module.source is not None else module.name
    return file, getattr(node, "lineno", 1)


def symbol(path: str) -> Value:
    """Return what a full name of an installed package or the standard library stands for."""
    if path not in _symbols:
        _symbols[path] = _symbol(path)
    return _symbols[path]


_symbols: dict[str, Value] = {}


def _symbol(path: str) -> Value:
    path = NAMES.get(path, path)
    if path not in NAMES:
        for old, new in MODULES.items():
            if path.startswith(old):
                path = new + path.removeprefix(old)
                break
    if path.startswith("starlette.status."):
        digits = path.rpartition(".")[2].split("_")
        if len(digits) > 1 and digits[1].isdigit():
            return Literal(int(digits[1]))
    if path in ("typing.TYPE_CHECKING", "typing_extensions.TYPE_CHECKING"):
        return Literal(False)
    return Symbol(path.replace("typing_extensions.", "typing."))
