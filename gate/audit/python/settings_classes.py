"""The variables that pydantic's settings classes read: a field each."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from gate.audit.python.literals import text
from gate.audit.python.modules import Module, Modules
from gate.audit.statements import Reading

BASES = frozenset(
    {"pydantic_settings.BaseSettings", "pydantic.BaseSettings", "pydantic.v1.BaseSettings"}
)
ALIASES = frozenset({"alias", "validation_alias", "env"})
CONFIGS = frozenset({"model_config", "Config"})
DEEPEST = 10


def fields(modules: Modules, module: Module) -> Iterator[Reading]:
    """Yield the variables of the settings classes of a module."""
    for node in module.classes.values():
        if _is_settings(modules, module, node):
            yield from _of_class(module, node)


def _is_settings(modules: Modules, module: Module, node: ast.ClassDef, depth: int = 0) -> bool:
    for base in node.bases:
        if modules.qualified(module, base) in BASES:
            return True
        if isinstance(base, ast.Name) and depth < DEEPEST:
            definition = modules.definition(module, base.id)
            owner = modules.module(definition.file)
            other = owner.classes.get(definition.name) if owner else None
            if owner is None or other is None or other is node:
                continue
            if _is_settings(modules, owner, other, depth + 1):
                return True
    return False


def _of_class(module: Module, node: ast.ClassDef) -> Iterator[Reading]:
    prefix = _prefix(node)
    for statement in node.body:
        if not isinstance(statement, ast.AnnAssign) or not isinstance(statement.target, ast.Name):
            continue
        name = statement.target.id
        if name in CONFIGS or name.startswith("_") or "ClassVar" in ast.dump(statement.annotation):
            continue
        names = _aliases(statement.value) or [f"{prefix}{name}".upper()]
        optional = _has_default(statement.value) or len(names) > 1
        for one in names:
            yield Reading(module.file, statement.lineno, one, optional)


def _prefix(node: ast.ClassDef) -> str:
    for part in ast.walk(node):
        if isinstance(part, ast.keyword) and part.arg == "env_prefix":
            return text(part.value)
        if isinstance(part, ast.Assign) and getattr(part.targets[0], "id", "") == "env_prefix":
            return text(part.value)
        if isinstance(part, ast.Dict):
            for key, value in zip(part.keys, part.values, strict=True):
                if key is not None and text(key) == "env_prefix":
                    return text(value)
    return ""


def _aliases(value: ast.expr | None) -> list[str]:
    if not isinstance(value, ast.Call):
        return []
    given = [keyword.value for keyword in value.keywords if keyword.arg in ALIASES]
    return [said for one in given for part in ast.walk(one) if (said := text(part))]


def _has_default(value: ast.expr | None) -> bool:
    """Whether a field has a value of its own: `= 1`, `Field(default=1)`, `Field(1)`."""
    if not isinstance(value, ast.Call):
        return value is not None and not _is_ellipsis(value)
    if getattr(value.func, "id", getattr(value.func, "attr", "")) != "Field":
        return True
    if value.args:
        return not _is_ellipsis(value.args[0])
    given = {keyword.arg: keyword.value for keyword in value.keywords}
    if "default" in given:
        return not _is_ellipsis(given["default"])
    return "default_factory" in given


def _is_ellipsis(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is Ellipsis
