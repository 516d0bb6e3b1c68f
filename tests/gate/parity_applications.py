"""Random applications, written down in many ways that mean the same, or with one difference."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace

from hypothesis import strategies as st

MIDDLEWARE: dict[str, dict[str, tuple[object, ...]]] = {
    "GZipMiddleware": {"minimum_size": (500, 700, 900), "compresslevel": (5, 9)},
    "CORSMiddleware": {"allow_origins": (["*"], ["https://a.example"]), "max_age": (600, 60)},
    "TrustedHostMiddleware": {"allowed_hosts": (["*"], ["a.example"])},
}
HEADER = """
from fastapi import APIRouter, Depends, FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.middleware.trustedhost import TrustedHostMiddleware
from starlette.middleware import Middleware
import shared
"""
SHARED = """
def require_user(): ...
def audit(): ...
def handle(request, exc): ...
"""
GUARDS = ("shared.require_user", "shared.audit")


@dataclass(frozen=True)
class Layer:
    """One middleware with its options."""

    name: str
    options: tuple[tuple[str, object], ...]


@dataclass(frozen=True)
class Route:
    """One route; ``guards`` are its dependencies."""

    method: str
    path: str
    returns: int
    status: int | None
    tags: tuple[str, ...]
    guards: tuple[str, ...]


@dataclass(frozen=True)
class App:
    """An application, as what it means; routes are in one router below ``prefix``."""

    title: str
    layers: tuple[Layer, ...]
    prefix: str
    guards: tuple[str, ...]
    routes: tuple[Route, ...]
    handled: tuple[str, ...]


@dataclass(frozen=True)
class Style:
    """How an application is written: each is a rewrite that changes nothing."""

    alias: bool
    listed: bool
    table: bool
    constants: bool
    helper: bool
    factory: bool
    guards_at_router: bool
    prefix_at_router: bool
    nested: bool
    calls: bool
    constructor_handlers: bool
    condition: bool
    noise: bool


STYLES = st.builds(Style, **{field.name: st.booleans() for field in fields(Style)})


@st.composite
def layers(draw: st.DrawFn) -> Layer:
    name = draw(st.sampled_from(sorted(MIDDLEWARE)))
    options = {
        option: draw(st.sampled_from(values))
        for option, values in MIDDLEWARE[name].items()
        if draw(st.booleans())
    }
    return Layer(name, tuple(options.items()))


GUARDED = st.lists(st.sampled_from(GUARDS), unique=True, max_size=2).map(tuple)
TAGS = st.lists(st.sampled_from("abc"), unique=True, max_size=2).map(tuple)
ROUTES = st.builds(
    Route,
    method=st.sampled_from(["get", "post", "put", "delete"]),
    path=st.sampled_from(["/one", "/two", "/{name}", "/three/{at}", "/four"]),
    returns=st.integers(0, 9),
    status=st.sampled_from([None, 200, 201, 204]),
    tags=TAGS,
    guards=GUARDED,
)
APPS = st.builds(
    App,
    title=st.sampled_from(["A", "B"]),
    layers=st.lists(layers(), max_size=3).map(tuple),
    prefix=st.sampled_from(["", "/v1", "/api"]),
    guards=GUARDED,
    routes=st.lists(
        ROUTES, min_size=1, max_size=4, unique_by=lambda route: (route.method, route.path)
    ).map(tuple),
    handled=st.lists(st.sampled_from(["KeyError", "ValueError", "404"]), unique=True).map(tuple),
)


def written(app: App, style: Style, at: int = 0) -> str:
    """Return the source that builds ``app`` as ``app_<at>``, in the words of ``style``."""
    lines = [f"# application {at}", *_noise(style, at), *_endpoints(app, at)]
    build = [*_router(app, style, at), *_construction(app, style, at)]
    if style.factory:
        lines += [f"def create_{at}():", *(f"    {line}" for line in build)]
        lines += [f"    return app_{at}", f"app_{at} = create_{at}()"]
    else:
        lines += build
    return "\n".join(lines) + "\n"


def _noise(style: Style, at: int) -> Iterator[str]:
    if style.noise:
        yield f"unused_{at} = 'app_{at}.add_middleware(GZipMiddleware)'"
        yield f"def never_{at}(): app_{at}.add_middleware(GZipMiddleware)"
        yield f"if False: app_{at} = None"


def _endpoints(app: App, at: int) -> Iterator[str]:
    for number, route in enumerate(app.routes):
        yield f"def endpoint_{at}_{number}(): return {route.returns}"


def _depends(guards: tuple[str, ...]) -> str:
    return f"[{', '.join(f'Depends({guard})' for guard in guards)}]"


def _router(app: App, style: Style, at: int) -> Iterator[str]:
    arguments = []
    if style.prefix_at_router and app.prefix:
        arguments.append(f"prefix={app.prefix!r}")
    if style.guards_at_router and app.guards:
        arguments.append(f"dependencies={_depends(app.guards)}")
    yield f"router_{at} = APIRouter({', '.join(arguments)})"
    for number, route in enumerate(app.routes):
        options = f"status_code={route.status}, tags={list(route.tags)}"
        options += f", dependencies={_depends(route.guards)}"
        endpoint = f"endpoint_{at}_{number}"
        if style.calls:
            methods = [route.method.upper()]
            yield (
                f"router_{at}.add_api_route({route.path!r}, {endpoint}, "
                f"methods={methods}, {options})"
            )
        else:
            yield f"router_{at}.{route.method}({route.path!r}, {options})({endpoint})"


def _construction(app: App, style: Style, at: int) -> Iterator[str]:
    arguments = [f"title={app.title!r}"]
    if style.listed:
        made = (f"Middleware({_call(layer, style)})" for layer in reversed(app.layers))
        arguments.append(f"middleware=[{', '.join(made)}]")
    if style.constructor_handlers:
        pairs = ", ".join(f"{what}: shared.handle" for what in app.handled)
        arguments.append(f"exception_handlers={{{pairs}}}")
    if style.alias:
        yield "from starlette.middleware.gzip import GZipMiddleware as Zip"
    yield f"app_{at} = FastAPI({', '.join(arguments)})"
    if not style.listed:
        yield from _added(app, style, at)
    if not style.constructor_handlers:
        yield from (f"app_{at}.add_exception_handler({w}, shared.handle)" for w in app.handled)
    yield from _include(app, style, at)


def _call(layer: Layer, style: Style) -> str:
    name = "Zip" if style.alias and layer.name == "GZipMiddleware" else layer.name
    options = [f"{option}={value!r}" for option, value in layer.options]
    if style.constants and layer.options:
        options = [f"**dict({', '.join(options)})"]
    return ", ".join([name, *options])


def _added(app: App, style: Style, at: int) -> Iterator[str]:
    if style.table and not style.alias:
        rows = ", ".join(f"({layer.name}, {dict(layer.options)!r})" for layer in app.layers)
        yield f"for cls, options in [{rows}]: app_{at}.add_middleware(cls, **options)"
    elif style.helper:
        yield f"def add_{at}(to):"
        yield "    pass"
        yield from (f"    to.add_middleware({_call(layer, style)})" for layer in app.layers)
        yield f"add_{at}(app_{at})"
    else:
        guard = "if True: " if style.condition else ""
        yield from (f"{guard}app_{at}.add_middleware({_call(one, style)})" for one in app.layers)


def _include(app: App, style: Style, at: int) -> Iterator[str]:
    arguments = []
    if not style.prefix_at_router and app.prefix:
        arguments.append(f"prefix={app.prefix!r}")
    if not style.guards_at_router and app.guards:
        arguments.append(f"dependencies={_depends(app.guards)}")
    if style.nested:
        yield f"outer_{at} = APIRouter()"
        yield f"outer_{at}.include_router({', '.join([f'router_{at}', *arguments])})"
        yield f"app_{at}.include_router(outer_{at})"
    else:
        yield f"app_{at}.include_router({', '.join([f'router_{at}', *arguments])})"


@st.composite
def changed(draw: st.DrawFn, app: App) -> App:
    """Return ``app`` with one difference."""
    changes = [
        replace(app, title=app.title + "!"),
        replace(app, layers=(*app.layers, Layer("GZipMiddleware", ()))),
        replace(app, prefix=app.prefix + "/more"),
        replace(app, routes=(*app.routes, Route("patch", "/new", 0, None, (), ()))),
        replace(app, handled=(*app.handled, "TypeError")),
        replace(
            app, guards=app.guards[:1] if len(app.guards) > 1 else ("shared.audit", *app.guards)
        ),
    ]
    if app.layers and app.layers[0].options:
        option, value = app.layers[0].options[0]
        other = next(v for v in MIDDLEWARE[app.layers[0].name][option] if v != value)
        first = replace(app.layers[0], options=((option, other), *app.layers[0].options[1:]))
        changes.append(replace(app, layers=(first, *app.layers[1:])))
    if len({layer.name for layer in app.layers}) > 1:
        changes.append(replace(app, layers=app.layers[::-1]))
    route, *others = app.routes
    for other_route in (
        replace(route, returns=77),
        replace(route, status=202),
        replace(route, tags=("z",)),
    ):
        changes.append(replace(app, routes=(other_route, *others)))
    return draw(st.sampled_from([one for one in changes if one != app]))
