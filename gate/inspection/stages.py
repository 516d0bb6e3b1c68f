"""The environment of each stage, as its settings file gives it to the function."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gate.config import Environments
from gate.report import CannotLook, shown

SHARED = "_"  # what the names of files begin with that all stages share
TABLE = "function.environment"  # variables that a stage file says literally

Table = Mapping[str, Any]


def environments(source: Environments) -> dict[str, dict[str, str]]:
    """Return the variables of each stage, by the stage's name.

    Raises CannotLook for a file that is not TOML, a value that is no variable's, and where there
    are no two stages to compare.
    """
    files = sorted(source.folder.glob(source.glob))
    own = [file for file in files if not file.name.startswith(SHARED)]
    if len(own) < 2:  # noqa: PLR2004 - one alone has nothing to be compared with
        found = ", ".join(map(shown, own)) or "no file"
        raise CannotLook(
            f"{source.glob}: {found} below {shown(source.folder)}: two stages are needed; "
            "say environments = {glob = …} in [tool.gate]"
        )
    shared: Table = {}
    for file in files:
        shared = merged(shared, _read(file)) if file not in own else shared
    return {file.stem: _variables(file, merged(shared, _read(file)), source) for file in own}


def merged(base: Table, over: Table) -> dict[str, Any]:
    """Return what both say; tables key by key, of anything else ``over`` wins."""
    result = dict(base)
    for key, value in over.items():
        old = result.get(key)
        both = isinstance(old, dict) and isinstance(value, dict)
        result[key] = merged(old, value) if both else value  # type: ignore[arg-type] # both are
    return result


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as exc:
        raise CannotLook(f"{shown(file)}: cannot be read: {exc.strerror}") from exc
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise CannotLook(f"{shown(file)}: not a TOML file: {exc}") from exc


def _variables(file: Path, stage: Table, source: Environments) -> dict[str, str]:
    literal = _at(stage, TABLE)
    if not isinstance(literal, dict | None):
        raise CannotLook(f"{shown(file)}: {TABLE} must be a table of variables")
    wanted = {name: (f"{TABLE}.{name}", value) for name, value in (literal or {}).items()}
    wanted |= {name: (key, _at(stage, key)) for name, key in source.variables.items()}
    return {
        name: _text(file, key, value) for name, (key, value) in wanted.items() if value is not None
    }


def _at(table: Any, key: str) -> Any:
    """Return the value at a dotted key, or None."""
    for part in key.split("."):
        table = table.get(part) if isinstance(table, dict) else None
    return table


def _text(file: Path, key: str, value: Any) -> str:
    """Return a value as a variable holds it: a list is joined by commas."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int | float):
        return str(value)
    if isinstance(value, list) and all(isinstance(item, str | int | float) for item in value):
        return ",".join(_text(file, key, item) for item in value)
    raise CannotLook(f"{shown(file)}: {key}: a variable is a text, a number or a list of them")
