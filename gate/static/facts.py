"""Facts of an application, from its making and the events after it; those of routes elsewhere."""

from __future__ import annotations

from gate.static import frameworks, routes, showing
from gate.static.events import Application, Event
from gate.static.handlers import add_handlers, add_overrides
from gate.static.hooks import add_hooks
from gate.static.middleware import add_middleware
from gate.static.shapes import ABSENT, shape
from gate.static.sheet import Fact, Sheet
from gate.static.values import Class, Value
from gate.static.words import words

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    pass

# Arguments of a constructor that are about routes, or have their own facts here.
OTHERWISE = words(
    """
    middleware exception_handlers lifespan on_startup on_shutdown routes dependencies prefix
    tags responses callbacks deprecated include_in_schema default_response_class route_class
    generate_unique_id_function name
    """
)
STATE = "set state."
# What a class of the tree may define without a change of anything but the document, if so.
HARMLESS = {"__module__", "__qualname__", "__doc__", "__slots__", "__annotations__", "openapi"}


def describe(sheet: Sheet, app: Application) -> None:
    """Add everything that is known of ``app`` and of what is mounted in it."""
    arguments = showing.constructed(app)
    if arguments is None or app.guards or _overrides(app.cls):
        sheet.doubt("the application's class may do more than the framework's", app.place)
        return
    for event in app.events:
        _doubt(sheet, event)
    add_middleware(sheet, app, arguments.get("middleware"))
    add_handlers(sheet, app, arguments.get("exception_handlers"))
    add_overrides(sheet, app)
    _settings(sheet, app, arguments)
    _state(sheet, app)
    add_hooks(sheet, app, arguments)
    mounted = routes.describe(sheet, app)
    scope = sheet.scope
    for path, inner in mounted:
        sheet.scope = f"{scope}{path}"
        describe(sheet, inner)
    sheet.scope = scope


def _overrides(cls: Value) -> bool:
    """Whether a class of the tree defines anything that the framework may call."""
    if not isinstance(cls, Class):
        return False
    own = (name for name in cls.names if name not in HARMLESS)
    known = any(name in frameworks.ATTRIBUTES or name.startswith("_") for name in own)
    return known or any(map(_overrides, cls.bases)) or bool(cls.node.keywords)


def _doubt(sheet: Sheet, event: Event) -> None:
    path = event.path
    if event.opaque:
        sheet.doubt("the application is changed in a way that is not known", event.place)
    elif path.startswith("set "):
        if path[4:] not in frameworks.SETTABLE and not path.startswith(STATE):
            sheet.doubt(f"the application's {path[4:]} is set", event.place)
    elif path.startswith("put "):
        if path != "put dependency_overrides":
            sheet.doubt(f"the application's {path[4:]} is changed", event.place)
    elif path not in frameworks.DECORATORS and path not in frameworks.METHODS:
        sheet.doubt(f"the application's {path} is called", event.place)


def _settings(sheet: Sheet, app: Application, arguments: dict[str, Value]) -> None:
    defaults = frameworks.SETTINGS[app.kind]
    later = {e.path[4:]: e for e in app.events if e.path.startswith("set ")}
    for name in [*defaults, *(name for name in arguments if name not in defaults)]:
        if name in OTHERWISE:
            continue
        value = arguments.get(name)
        if name in later and name in frameworks.SETTABLE:
            value = later[name].args[0]
            if showing.relative(later[name], app):
                sheet.doubt(f"the application's {name} is set", later[name].place)
        default = defaults.get(name)
        what = shape(value) if value is not None else ("=", repr(default))
        if value is None and name not in defaults:
            what = ABSENT
        sheet.add(Fact("setting", name, what, showing.plain(value, default, name), app.place))
    show = showing.called(app.cls)
    sheet.add(Fact("setting", "class", shape(app.cls), show, app.place))


def _state(sheet: Sheet, app: Application) -> None:
    """Add what is kept in ``app.state``, each by its last value."""
    for event in {e.path: e for e in app.events if e.path.startswith(STATE)}.values():
        name = event.path.removeprefix(STATE)
        again = [e for e in app.events if e.path == event.path]
        if "." in name or any(showing.relative(e, app) for e in again):
            sheet.doubt(f"the application's state.{name} is not known", event.place)
        show = showing.plain(event.args[0], None, name)
        sheet.add(Fact("state", name, shape(event.args[0]), show, event.place))
