"""``[tool.gate]`` of the nearest ``pyproject.toml`` that has one, as a frozen, validated value."""

from __future__ import annotations

import math
import sys
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from gate.allowances import Allowance
from gate.report import CannotLook, shown

NO_ENVIRONMENT: Mapping[str, str] = MappingProxyType({})
USUAL_HANDLER = "handler.lambda_handler"


@dataclass(frozen=True)
class HandlerSource:
    """A handler command that is written elsewhere: ``key`` (dotted) of the TOML file ``file``."""

    file: Path
    key: str


@dataclass(frozen=True)
class Environments:
    """Where stages say the environment: ``glob`` below ``folder``, and variable → dotted key."""

    folder: Path
    glob: str = "stages/*.toml"
    variables: Mapping[str, str] = field(default_factory=lambda: NO_ENVIRONMENT)


@dataclass(frozen=True)
class Config:
    """The gate's settings. Relative paths start at the folder of the file that says them."""

    root: Path
    reference: str = "main:app"
    candidate: str = "lazy_app:app"
    prepare: str = ""
    entry: str = "lazy_app"
    models_glob: tuple[str, ...] = ("contexts/*/models.py",)
    models_prepare: str = ""
    models_allow: tuple[str, ...] = ()
    handler: str | HandlerSource | None = None
    probes: Path = Path("probes.toml")
    environment: str = ""
    audit_allow: tuple[Allowance, ...] = ()
    handler_allow: tuple[Allowance, ...] = ()
    smoke_allow: tuple[Allowance, ...] = ()
    environments: Environments | None = None
    env: Mapping[str, str] = field(default_factory=lambda: NO_ENVIRONMENT)
    python: str = sys.executable
    timeout: float = 60.0
    file: Path | None = None
    elsewhere: bool = False  # the command line names another root than the file

    @property
    def source_root(self) -> Path:
        """The folder of the code that is judged; raises CannotLook when it is not there."""
        if not self.root.is_dir():
            raise CannotLook(f"{shown(self.root)}: no such folder; say --root DIR")
        return self.root

    @property
    def handler_command(self) -> str:
        """The handler command, read where it is written, or the usual; raises CannotLook."""
        if isinstance(self.handler, HandlerSource):
            return _handler_in(self.handler)
        return self.handler or USUAL_HANDLER


def load(start: Path | None = None) -> Config:
    """Return the settings of the nearest ``[tool.gate]`` above ``start`` (the current folder).

    Without one, the defaults, with ``root`` at ``lambda_src/backend`` below ``start``. Raises
    CannotLook for a file that is not TOML, an unknown key, or a value of the wrong type.
    """
    start = (start or Path.cwd()).absolute()
    for folder in (start, *start.parents):
        file = folder / "pyproject.toml"
        table = _tool_gate(file) if file.is_file() else None
        if table is not None:
            return _config(table, file)
    return Config(root=start / "lambda_src/backend", probes=start / "probes.toml")


def with_options(config: Config, *, root: str | None, timeout: float | None) -> Config:
    """Return ``config`` with what the command line says in place of what the file says."""
    if root is not None:
        config = replace(config, root=Path(root).absolute(), elsewhere=True)
    return config if timeout is None else replace(config, timeout=timeout)


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as exc:
        raise CannotLook(f"{shown(file)}: cannot be read: {exc.strerror}") from exc
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise CannotLook(f"{shown(file)}: not a TOML file: {exc}") from exc


def _tool_gate(file: Path) -> dict[str, Any] | None:
    tool = _read(file).get("tool", {})
    table = tool.get("gate") if isinstance(tool, dict) else None
    if table is not None and not isinstance(table, dict):
        raise CannotLook(f"{shown(file)}: tool.gate must be a table")
    return table


def _config(table: Mapping[str, Any], file: Path) -> Config:
    values: dict[str, Any] = {"root": file.parent / "lambda_src/backend", "file": file}
    values["probes"] = file.parent / "probes.toml"
    for key, value in table.items():
        if key not in KEYS:
            known = ", ".join(KEYS)
            raise CannotLook(f"{shown(file)}: [tool.gate] has no key {key!r}; it has {known}")
        expected, convert = KEYS[key]
        try:
            values[key.replace("-", "_")] = convert(value, file.parent)
        except (TypeError, ValueError, KeyError) as exc:
            raise CannotLook(f"{shown(file)}: [tool.gate] {key} must be {expected}") from exc
    return Config(**values)


def _text(value: object, _folder: Path) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _path(value: object, folder: Path) -> Path:
    return folder / _text(value, folder)


def _python(value: object, folder: Path) -> str:
    """A bare name is looked up on PATH; anything with a slash is a path."""
    text = _text(value, folder)
    return str(folder / text) if "/" in text else text


def _texts(value: object, folder: Path) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, list):
        raise TypeError
    return tuple(_text(item, folder) for item in value)


def _environment(value: object, folder: Path) -> Mapping[str, str]:
    if not isinstance(value, dict):
        raise TypeError
    return MappingProxyType({name: _text(item, folder) for name, item in value.items()})


def _allowances(value: object, folder: Path) -> tuple[Allowance, ...]:
    if not isinstance(value, list):
        raise TypeError
    return tuple(_allowance(row, folder) for row in value)


def _allowance(row: object, folder: Path) -> Allowance:
    if not isinstance(row, dict):
        raise TypeError
    values = {key: _text(item, folder) for key, item in row.items()}
    if not values.get("reason", "").strip():
        raise ValueError
    return Allowance(**values)  # an unknown key is a TypeError


def _seconds(value: object, _folder: Path) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise TypeError
    if not (math.isfinite(value) and value > 0):
        raise ValueError
    return float(value)


def _handler(value: object, folder: Path) -> str | HandlerSource:
    if isinstance(value, dict) and set(value) == {"file", "key"}:
        return HandlerSource(_path(value["file"], folder), _text(value["key"], folder))
    return _text(value, folder)


def _environments(value: object, folder: Path) -> Environments:
    if isinstance(value, str):
        return Environments(folder, value)
    if not isinstance(value, dict) or not set(value) <= {"glob", "variables"}:
        raise TypeError
    table = {"glob": Environments.glob, "variables": {}, **value}
    return Environments(
        folder, _text(table["glob"], folder), _environment(table["variables"], folder)
    )


def _handler_in(source: HandlerSource) -> str:
    value: Any = _read(source.file)
    for part in source.key.split("."):
        if not isinstance(value, dict) or part not in value:
            raise CannotLook(f"{shown(source.file)}: no key {source.key!r} (the handler command)")
        value = value[part]
    # Lambda's ImageConfig takes the command as a list; the runtime reads its one member.
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if not isinstance(value, str):
        raise CannotLook(f"{shown(source.file)}: {source.key} must be one string, module.function")
    return value


ALLOWANCES = "a list of {rule = …, path = …, name = …, reason = …}"
# Key of [tool.gate] → what its value must be, and how it is read.
KEYS: Mapping[str, tuple[str, Callable[[object, Path], Any]]] = {
    "root": ("a path, as text", _path),
    "reference": ("text, as main:app", _text),
    "candidate": ("text, as lazy_app:app", _text),
    "prepare": ("text, as module:function", _text),
    "entry": ("text, the name of a module", _text),
    "models-glob": ("a pattern or a list of patterns", _texts),
    "models-prepare": ("text, as module:function", _text),
    "models-allow": ("a module's name or a list of them", _texts),
    "handler": ("text, as module.function, or {file = …, key = …}", _handler),
    "probes": ("a path, as text", _path),
    "environment": ("text, as module:contextmanager", _text),
    "audit-allow": (ALLOWANCES, _allowances),
    "handler-allow": (ALLOWANCES, _allowances),
    "smoke-allow": (ALLOWANCES, _allowances),
    "environments": ("a pattern of files, or {glob = …, variables = {NAME = key}}", _environments),
    "env": ("a table of texts", _environment),
    "python": ("an interpreter's name or path, as text", _python),
    "timeout": ("a number of seconds above 0", _seconds),
}
