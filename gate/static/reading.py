"""Reads one entry point: which application its name stands for, and all that was done to it."""

from __future__ import annotations

import _ast as ast

from gate.static import grammar as _grammar  # noqa: F401 - it fills the tables
from gate.static.calls import call
from gate.static.events import Application
from gate.static.functions import follow
from gate.static.members import member_of
from gate.static.modules import imported
from gate.static.scope import Module
from gate.static.source import Sources
from gate.static.values import Class, Function, Got, Literal, Made, Symbol, Undecided, Value
from gate.static.world import World

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from gate.static.values import Place


class Unseen(Exception):  # noqa: N818 - the name says what happened
    """There surely is no application to compare: ``kind`` ends the finding's rule."""

    def __init__(self, kind: str, message: str, place: Place) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.place = place


class Reading:
    """An entry point that was read: its application, and the layers around it, outermost first.

    ``own`` are further modules that are the entry points' own: those that build the applications.
    """

    def __init__(
        self, sources: Sources, entry: str, other: str, own: frozenset[str] = frozenset()
    ) -> None:
        self.entry = entry
        self.module_name, _, self.dotted = entry.partition(":")
        self.other_module, _, self.other_dotted = other.partition(":")
        self.world = World(sources, frozenset((self.module_name, self.other_module)) | own)
        self.place: Place = (sources.path(self.module_name), 1)
        self.layers: list[Made] = []
        try:
            self.app = self._application()
        except Unseen:
            if self.world.doubts:  # it may never come to that
                raise Undecided(*self.world.doubts[0]) from None
            raise

    def _application(self) -> Application:
        module = imported(self.world, self.module_name, self.place)
        assert isinstance(module, Module)  # noqa: S101 - its file is there
        dotted = self.dotted.removesuffix("()")
        value = self._attribute(module, dotted)
        if self.dotted.endswith("()"):
            value = call(self.world, value, [], {}, self.place)
        while isinstance(value, Made) and (inner := _wrapped(value)) is not None:
            self.layers.append(value)
            value = inner
        if not isinstance(value, Application):
            self._refuse(value)
        assert isinstance(value, Application)  # noqa: S101 - anything else is refused
        return value

    def _attribute(self, module: Module, dotted: str) -> Value:
        value: Value | None = module
        for part in dotted.split("."):
            value = member_of(value, part) if value is not None else None
        if value is None:
            message = f"names {dotted}, which {module.name} does not have"
            raise Unseen("no-attribute", message, self.place)
        return value

    def _refuse(self, value: Value) -> None:
        """Say why ``value`` is no application, or that it may be one."""
        if isinstance(value, Literal):
            message = f"is of type {type(value.value).__name__}, not an ASGI application"
            raise Unseen("not-asgi", message, self.place)
        if isinstance(value, Class):
            raise Unseen("not-asgi", "is a class, not an ASGI application", self.place)
        if isinstance(value, Function) and not _accepts(value):
            hint = f"for a factory, say {self.entry}()"
            message = f"is a function without arguments, not an ASGI application; {hint}"
            raise Unseen("not-asgi", message, self.place)
        place = value.place if isinstance(value, Made) else self.place
        raise Undecided(f"what {self.dotted} stands for is not known", place)

    @property
    def built(self) -> str:
        """The name of the module that constructs the application."""
        file = self.app.place[0]
        sources = ((name, module.source) for name, module in self.world.modules.items())
        return next((n for n, source in sources if source and source.file == file), "")

    @property
    def is_other(self) -> bool:
        """Whether the other entry point's name stands for the same object."""
        module = self.world.modules.get(self.other_module)
        if module is None or self.other_dotted.endswith("()") or self.layers:
            return False
        value: Value | None = module
        for part in self.other_dotted.split("."):
            value = None if value is None or isinstance(value, Got) else member_of(value, part)
        return value is self.app

    @property
    def is_re_export(self) -> bool:
        """Whether the module does nothing but take the application from the other one."""
        source = self.world.modules[self.module_name].source
        body = source.tree.body if source is not None else []
        return self.is_other and all(map(self._is_harmless, body))

    def _is_harmless(self, node: ast.stmt) -> bool:
        match node:
            case ast.ImportFrom(module=module, level=0):
                return module in (self.other_module, "__future__")
            case ast.Assign(targets=[ast.Name(id="__all__")]):
                return True
        return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)

    def prepare(self, function: str) -> None:
        """Do what ``module:function`` does to the application, as the run-time comparison does."""
        name, _, dotted = function.partition(":")
        if name == self.other_module and name not in self.world.modules:
            name = self.module_name
            if dotted not in self.world.modules[name].scope.names:
                return
        module = imported(self.world, name, self.place)
        assert isinstance(module, Module)  # noqa: S101 - the option was checked
        value = self._attribute(module, dotted)
        takes_one = isinstance(value, Function) and bool(value.node.args.args)
        args: list[Value] = [self.app] if takes_one else []
        awaited = isinstance(value, Function)
        if awaited and isinstance(value, Function):
            done = follow(self.world, value, args, {}, self.place, awaited=True)
            if done is not None:
                return
        call(self.world, value, args, {}, self.place)


def _wrapped(value: Made) -> Value | None:
    """Return the application inside a middleware of the frameworks that is called by hand."""
    if not isinstance(value.callee, Symbol) or not value.callee.path.startswith("starlette.midd"):
        return None
    inner = value.args[0] if value.args else value.kwargs.get("app")
    return inner if isinstance(inner, Application | Made) else None


def _accepts(function: Function) -> bool:
    arguments = function.node.args
    return bool(arguments.args or arguments.vararg or arguments.posonlyargs)
