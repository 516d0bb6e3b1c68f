"""Imports: of modules of the tree, which are read, and of everything else, which has a name."""

from __future__ import annotations

from gate.static import packages
from gate.static.containers import iterated
from gate.static.core import block
from gate.static.importable import doubt_module, doubt_taken
from gate.static.members import member_of
from gate.static.refusals import refuse_member
from gate.static.scope import Module, Scope
from gate.static.source import Broken
from gate.static.values import (
    Got,
    Literal,
    ModuleName,
    Opaque,
    Undecided,
    Unsupported,
    Unsure,
    Value,
)
from gate.static.world import World, place_of, symbol

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    import _ast as ast

    from gate.static.values import Place


def imported(world: World, name: str, place: Place) -> Value:
    """Import ``name`` and return the module: of the tree, or a symbol for one outside."""
    top = name.partition(".")[0]
    if world.sources.find(top) is None:
        if not packages.is_standard(top) and top not in packages.INERT:
            world.effect(("import", name), place)
        doubt_module(world, name, place)
        return symbol(name)
    parts = name.split(".")
    module: Module | None = None
    for at in range(1, len(parts) + 1):
        module = _below(world, module, ".".join(parts[:at]), place)
        if module is None:
            return _missing(world, name, place)
    assert module is not None  # noqa: S101 - a name has at least one part
    return module


def _missing(world: World, name: str, place: Place) -> Value:
    world.refuse(f"there is no module {name}", place, "ModuleNotFoundError")
    return Opaque(("?module", name))


def _below(world: World, parent: Module | None, name: str, place: Place) -> Module | None:
    """Return a module of the tree, read if it has not been."""
    if name in world.modules:
        return world.modules[name]
    found = _found(world, name, place)
    if found is None:
        return None
    module = Module(name, found[1], own=name in world.entries)
    world.modules[name] = module
    names = module.scope.names
    names["__name__"] = ModuleName(name) if module.own else Literal(name)
    names["__file__"] = Opaque(("?file", name))
    if module.source is not None:
        _read(world, module)
    module.complete = True
    if parent is not None:
        world.bind(parent.scope.names, name.rpartition(".")[2], module)
    return module


def _found(world: World, name: str, place: Place):  # type: ignore[no-untyped-def]
    try:
        return world.sources.find(name)
    except Broken as exc:
        if world.guards:
            raise Undecided(f"{name} does not parse", place) from exc
        raise


def _read(world: World, module: Module) -> None:
    assert module.source is not None  # noqa: S101
    try:
        block(world, module.scope, module.source.tree.body)
    except Unsupported as exc:  # nothing around it that could be left out
        raise Undecided(str(exc), (module.source.file, 1)) from exc


def import_statement(world: World, scope: Scope, node: ast.Import) -> None:
    """``import a.b`` and ``import a.b as c``."""
    place = place_of(node, scope.module)
    for alias in node.names:
        module = imported(world, alias.name, place)
        name = alias.asname or alias.name.partition(".")[0]
        if alias.asname is None:
            module = imported(world, name, place)
        world.bind(scope.target(name), name, module)


def import_from(world: World, scope: Scope, node: ast.ImportFrom) -> None:
    """``from a import b``, relative too."""
    place = place_of(node, scope.module)
    name = _absolute(scope.module, node, place)
    if name == "__future__":
        return
    module = imported(world, name, place)
    for alias in node.names:
        if alias.name == "*":
            _everything(world, scope, module, place)
            continue
        value = _taken(world, module, alias.name, place)
        if not isinstance(module, Module | Opaque):
            doubt_taken(world, name, alias.name, value, place)
        bound = alias.asname or alias.name
        world.bind(scope.target(bound), bound, value)


def _absolute(module: Module, node: ast.ImportFrom, place: Place) -> str:
    """Return the full name of the module that is imported from."""
    if not node.level:
        return node.module or ""
    parts = module.name.split(".")
    is_package = module.source is not None and module.source.file.endswith("__init__.py")
    drop = node.level - 1 if is_package else node.level
    if drop >= len(parts) + (1 if is_package else 0) or len(parts) - drop < 1:
        raise Undecided("a relative import from outside of its package", place)
    return ".".join([*parts[: len(parts) - drop], *([node.module] if node.module else [])])


def _taken(world: World, module: Value, name: str, place: Place) -> Value:
    """Return what ``from module import name`` gives: a name, or a submodule."""
    if not isinstance(module, Module):
        if isinstance(module, Opaque):
            return Got(module, name)
        refuse_member(world, module, name, place)
        return _outside(module, name)
    found = member_of(module, name)
    if found is None or isinstance(found, Got):
        below = _below(world, module, f"{module.name}.{name}", place)
        found = below if below is not None else found
    if found is None:
        world.refuse(f"{module.name} does not define {name}", place, "ImportError")
    elif isinstance(found, Got | Unsure):
        world.doubt(f"whether {module.name} defines {name} is not known", place, "ImportError")
    return found if found is not None else Opaque(("?module", f"{module.name}.{name}"))


def _outside(module: Value, name: str) -> Value:
    found = member_of(module, name)
    assert found is not None  # noqa: S101 - a symbol has every member
    return found


def _everything(world: World, scope: Scope, module: Value, place: Place) -> None:
    """``from module import *``."""
    if not isinstance(module, Module) or module.open or not module.complete:
        raise Undecided("an import of * from outside of the tree", place)
    names = module.scope.names
    listed = names.get("__all__")
    if listed is not None:
        items = iterated(listed)
        chosen = [item.value for item in items or () if isinstance(item, Literal)]
        if items is None or len(chosen) != len(items):
            raise Undecided("an import of * from a module whose __all__ is not known", place)
    else:
        chosen = [name for name in names if not name.startswith("_")]
    for name in chosen:
        world.bind(scope.names, str(name), _taken(world, module, str(name), place))
