"""Walks the routes of an application as they answer, included routers too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from .answer import CannotLookError


def contexts(routes: list[Any]) -> Iterator[Any]:
    """Yield the routes as they answer: FastAPI keeps included routers whole since 0.137.

    Its public function for that came a little later; before, each included router is asked. Raises
    CannotLookError where neither is there: what is included would not be seen.
    """
    walk = next(filter(None, map(_walker, routes)), _each)
    return iter(walk(routes))


def _walker(route: Any) -> Callable[[list[Any]], Iterator[Any]] | None:
    """Return ``iter_route_contexts`` of the module that the route is from.

    Importing it could bring another copy of FastAPI, which knows none of these routes.
    """
    methods = (vars(cls).get("matches") for cls in type(route).__mro__)
    found = (getattr(method, "__globals__", {}).get("iter_route_contexts") for method in methods)
    return next(filter(None, found), None)


def _each(routes: list[Any]) -> Iterator[Any]:
    for route in routes:
        if hasattr(route, "effective_route_contexts"):
            yield from map(_Effective, route.effective_route_contexts())
        elif hasattr(route, "original_router"):
            raise CannotLookError("this version of FastAPI does not tell what a router includes")
        else:
            yield route


class _Effective:
    """An included route as it answers: with the prefix, guards and options of its include."""

    def __init__(self, context: Any) -> None:
        self.original_route = context.original_route
        self._route = context.starlette_route or context

    def __getattr__(self, name: str) -> Any:
        return getattr(self._route, name)
