"""Remembers where an application was written: which line adds a middleware, includes a router.

The frameworks' constructors are wrapped when their modules are imported, so that nothing is
imported earlier than the judged code would.
"""

from __future__ import annotations

import functools
import importlib.abc
import importlib.util
import sys
from collections.abc import Mapping
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from .answer import place_of_code, place_of_frame

Place = tuple[str, int] | None

# Module → the classes whose construction is remembered.
CONSTRUCTED: Mapping[str, tuple[str, ...]] = {
    "starlette.applications": ("Starlette",),
    "starlette.middleware": ("Middleware",),
    "starlette.routing": ("Router", "Route", "WebSocketRoute", "Mount", "Host"),
    "fastapi.applications": ("FastAPI",),
    "fastapi.params": ("Depends",),
    "fastapi.routing": ("APIRouter", "APIRoute", "APIWebSocketRoute"),
}
INCLUDES = ("fastapi.routing", "APIRouter", "include_router")


class Places:
    """Where each object was made, and where each router was included."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._made: dict[int, tuple[object, Place]] = {}
        self._included: dict[int, tuple[Any, Place]] = {}
        self._held: dict[int, Place] | None = None

    def watch(self) -> None:
        """Wrap the constructors in :data:`CONSTRUCTED` as their modules are imported."""
        sys.meta_path.insert(0, _Finder(self))

    def of(self, value: object) -> Place:
        """Return where ``value`` was made, or defined when it is a function or a class."""
        made = self._made.get(id(value))
        return made[1] if made else self.of_definition(value)

    def of_definition(self, value: Any) -> Place:
        """Return where a function is defined, also behind decorators and partials."""
        value = getattr(value, "func", value)
        while hasattr(value, "__wrapped__"):
            value = value.__wrapped__
        value = getattr(value, "__func__", value)
        code = getattr(value, "__code__", None)
        return place_of_code(code, self._root) if code is not None else None

    def of_include(self, route: object) -> Place:
        """Return where the router that holds ``route`` was included last.

        The first call looks once at all routers: everything must have been included by then.
        """
        if self._held is None:
            pairs = self._included.values()
            self._held = {id(route): place for router, place in pairs for route in router.routes}
        return self._held.get(id(route))

    def wrap(self, module: ModuleType) -> None:
        """Wrap what is to be remembered in a module that has just been imported."""
        for name in CONSTRUCTED[module.__name__]:
            made = getattr(module, name, None)
            if isinstance(made, type):
                self._remember_construction(made)
        module_name, class_name, method = INCLUDES
        if module.__name__ == module_name and hasattr(module, class_name):
            self._remember_includes(getattr(module, class_name), method)

    def _remember_construction(self, cls: Any) -> None:
        original = cls.__init__

        @functools.wraps(original)
        def construct(this: Any, *args: Any, **kwargs: Any) -> None:
            original(this, *args, **kwargs)
            if id(this) not in self._made or self._made[id(this)][0] is not this:
                self._made[id(this)] = (this, place_of_frame(sys._getframe(1), self._root))

        cls.__init__ = construct

    def _remember_includes(self, cls: Any, method: str) -> None:
        original = getattr(cls, method)

        @functools.wraps(original)
        def include(this: Any, router: Any, *args: Any, **kwargs: Any) -> Any:
            self._included[id(router)] = (router, place_of_frame(sys._getframe(1), self._root))
            return original(this, router, *args, **kwargs)

        setattr(cls, method, include)


class _Finder(importlib.abc.MetaPathFinder):
    """Finds the modules of :data:`CONSTRUCTED` as ever, and wraps them after their import."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._searching = False

    def find_spec(
        self, fullname: str, _path: object = None, _target: object = None
    ) -> ModuleSpec | None:
        """Return the ordinary spec with a loader that wraps."""
        if fullname not in CONSTRUCTED or self._searching:
            return None
        self._searching = True
        try:
            spec = importlib.util.find_spec(fullname)
        finally:
            self._searching = False
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader, self._places)
        return spec


class _Loader(importlib.abc.Loader):
    def __init__(self, loader: Any, places: Places) -> None:
        self._loader = loader
        self._places = places

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        module: ModuleType | None = self._loader.create_module(spec)
        return module

    def exec_module(self, module: ModuleType) -> None:
        self._loader.exec_module(module)
        self._places.wrap(module)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)
