"""Namespaces: of a module, of a class body, of one call of a function."""

from __future__ import annotations

import builtins

from gate.static.values import Literal, Symbol, Value

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from gate.static.source import Source

BUILTINS: dict[str, Value] = {
    name: Symbol(f"builtins.{name}") for name in vars(builtins) if name != "__debug__"
}
BUILTINS["__debug__"] = Literal(True)


class Scope:
    """Names and what they stand for; ``parent`` is the scope of the function around this one."""

    def __init__(self, module: Module, parent: Scope | None = None, label: str = "") -> None:
        self.module = module
        self.parent = parent
        self.label = label  # what qualified names in here begin with
        self.names: dict[str, Value] = {}
        self.globals: set[str] = set()
        self.nonlocals: set[str] = set()
        self.own: frozenset[str] = frozenset()  # what a function binds, wherever in it
        self.is_class = False
        # Another scope → the names that stand for something else there: see gate.static.code.
        self.differing: dict[int, frozenset[str] | None] = {}

    def find(self, name: str) -> Value | None:
        """Return what ``name`` stands for, or None where it is not bound."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names and not (scope.is_class and scope is not self):
                return scope.names[name]
            if name in scope.own and name not in scope.nonlocals:
                return None  # it is not bound yet, whatever it stands for further out
            scope = scope.parent
        return BUILTINS.get(name)

    def target(self, name: str) -> dict[str, Value]:
        """Return the namespace in which an assignment to ``name`` binds it."""
        if name in self.globals:
            return self.module.scope.names
        scope = self.parent if name in self.nonlocals else None
        while scope is not None and name not in scope.names:
            scope = scope.parent
        return self.names if scope is None else scope.names

    def owner(self, name: str) -> dict[str, Value]:
        """Return the namespace that has ``name``, or else the module's."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                return scope.names
            scope = scope.parent
        return self.module.scope.names

    def attribute(self, name: str) -> str:
        """Return an attribute's name as code in here means it: private ones have the class's."""
        if not name.startswith("__") or name.endswith("__"):
            return name
        scope: Scope | None = self
        while scope is not None and not scope.is_class:
            scope = scope.parent
        if scope is None:
            return name
        return f"_{scope.label.rstrip('.').rpartition('.')[2].lstrip('_')}{name}"

    def visible(self) -> dict[str, Value]:
        """Return every name that can be used in here, builtins aside."""
        names = dict(self.parent.visible()) if self.parent is not None else {}
        names.update(self.names)
        return names


class Module(Value):
    """A module of the tree; ``open`` when names may be in it that its source does not show."""

    __slots__ = ("complete", "lazy", "name", "open", "own", "scope", "source")

    def __init__(self, name: str, source: Source | None, *, own: bool) -> None:
        self.name = name
        self.own = own  # one of the two entry points' modules
        self.source = source  # None for a folder without __init__.py
        self.scope = Scope(self)
        self.open = False
        self.complete = False
        self.lazy = source is not None and source.has_lazy_annotations
