"""Read TOML files that override each other, and say what is wrong with what they say."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

ROOT = Path(__file__).resolve().parent.parent

Table = dict[str, Any]


class SettingsError(Exception):
    """A stage cannot be used: one line that says which file, what, and what to do."""


def read(path: Path) -> Table:
    """The file's table; raises SettingsError."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as exc:
        raise SettingsError(f"{shown(path)}: cannot be read ({exc}); restore the file") from exc
    except tomllib.TOMLDecodeError as exc:
        raise SettingsError(f"{shown(path)}: not a TOML file: {exc}; correct it") from exc


def merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> Table:
    """What both say; tables are merged key by key, of anything else `over` wins."""
    merged = dict(base)
    for key, value in over.items():
        old = merged.get(key)
        both = isinstance(old, dict) and isinstance(value, dict)
        merged[key] = merge(old, value) if both else value  # type: ignore[arg-type] # both are
    return merged


def reasons(error: ValidationError, said: Mapping[str, Table], *, own: str) -> str:
    """All that is wrong, in one line.

    Args:
        error: what pydantic found in the merged tables.
        said: the tables by the names of their files, the strongest last.
        own: the file to name for a key that no file says.
    """
    return "; ".join(_reason(dict(detail), said, own) for detail in error.errors(include_url=False))


def shown(path: Path) -> str:
    """The path as a person in the checkout would type it."""
    return str(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path)


def _reason(detail: Mapping[str, Any], said: Mapping[str, Table], own: str) -> str:
    place = [str(part) for part in detail["loc"]]
    files = [file for file, table in said.items() if place and _says(table, place)]
    where = f"{files[-1] if files else own}: {'.'.join(place) or 'the stage'}"
    message = str(detail["msg"]).removeprefix("Value error, ")
    match detail["type"]:
        case "extra_forbidden":
            return f"{where}: no such key; correct its name or remove it"
        case "missing":
            return f"{where}: missing; add it"
        case "value_error":
            return f"{where}: {message}"
    return f"{where} = {detail['input']!r}: {message[0].lower()}{message[1:]}; correct it"


def _says(table: object, place: list[str]) -> bool:
    """Whether a table has the key, or the list of which the key names a member."""
    if not place or not isinstance(table, Mapping):
        return True
    return place[0] in table and _says(table[place[0]], place[1:])
