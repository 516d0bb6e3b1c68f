"""Whether a project's linter leaves unused imports of a file alone: ruff's and flake8's files."""

from __future__ import annotations

import configparser
import tomllib
from collections.abc import Iterable, Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

RULE = "F401"
# Prefixes that name the rule among others.
NAMES = ("ALL", "F", "F4", "F40", RULE)
IGNORES = ("ignore", "extend-ignore", "unfixable", "extend-unfixable")
PER_FILE = ("per-file-ignores", "extend-per-file-ignores")
INI_FILES = (".flake8", "setup.cfg", "tox.ini")


def leaves_alone(file: Path) -> bool:
    """Whether the settings in the folders above ``file`` exempt it from the rule."""
    return any(
        _matches(file, folder, patterns)
        for folder in file.absolute().parents
        for patterns in _exempt(folder)
    )


def _matches(file: Path, folder: Path, pattern: str) -> bool:
    """Whether a pattern of a settings file in ``folder`` means ``file``."""
    relative = file.absolute().relative_to(folder).as_posix()
    pattern = pattern.strip().removeprefix("./")
    below = pattern.removeprefix("**/").rstrip("/")
    return any(
        fnmatch(relative, wanted)
        for wanted in (pattern, below, f"*/{below}", f"{below}/*", f"*/{below}/*")
    )


def _exempt(folder: Path) -> Iterator[str]:
    """Yield the patterns of the files that the settings in a folder exempt."""
    for name in ("ruff.toml", ".ruff.toml"):
        yield from _of_ruff(_toml(folder / name))
    yield from _of_ruff(_toml(folder / "pyproject.toml").get("tool", {}).get("ruff", {}))
    for name in INI_FILES:
        yield from _of_flake8(folder / name)


def _toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # what is no TOML exempts nothing
        return {}


def _of_ruff(settings: Any) -> Iterator[str]:
    if not isinstance(settings, dict):
        return
    for table in (settings, settings.get("lint", {})):
        if not isinstance(table, dict):
            continue
        if any(_named(table.get(key, ())) for key in IGNORES):
            yield "*"
        for key in PER_FILE:
            rows = table.get(key, {})
            if isinstance(rows, dict):
                yield from (pattern for pattern, rules in rows.items() if _named(rules))


def _of_flake8(file: Path) -> Iterator[str]:
    parser = configparser.RawConfigParser()
    try:
        parser.read_string(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, configparser.Error):
        return
    section = parser["flake8"] if parser.has_section("flake8") else {}
    for key in ("ignore", "extend-ignore"):
        if _named(section.get(key, "").replace(",", " ").split()):
            yield "*"
    for line in section.get("per-file-ignores", "").splitlines():
        patterns, _, rules = line.partition(":")
        if _named(rules.replace(",", " ").split()):
            yield from patterns.split(",")


def _named(rules: Any) -> bool:
    return isinstance(rules, Iterable) and any(rule in NAMES for rule in rules)
