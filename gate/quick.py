"""The quick way to a passing ``gate parity --static``, without the modules that are slow to import.

It says "the same" where the command line would, and nothing else: whatever it does not know, an
option, a setting, a difference, it leaves to the command line.
"""

from __future__ import annotations

import os
import sys

from gate.static.source import Sources
from gate.static.tokens import stored
from gate.static.verdict import compare, said

FLAGS = {"--static", "--allow-undecided"}
OPTIONS = {"--root": "root", "--reference": "reference", "--candidate": "candidate"}
OPTIONS |= {"--prepare": "prepare"}
# The keys of [tool.gate], as gate.config has them.
KEYS = set(OPTIONS.values()) | {
    *("entry", "models-glob", "models-prepare", "models-allow", "handler", "probes"),
    *("environment", "environments", "env", "python", "timeout", "audit-allow"),
}
DEFAULTS = {"root": "lambda_src/backend", "reference": "main:app", "candidate": "lazy_app:app"}


def answer(arguments: list[str]) -> int | None:
    """Return exit code 0, and say why, where the two are the same; None for everything else."""
    if arguments[:1] != ["parity"] or "--static" not in arguments:
        return None
    try:
        line = _line(arguments[1:])
    except Exception:  # noqa: BLE001 - the command line meets it again, and says what it is
        line = None
    return None if line is None else _say(f"parity: {line}\nparity: passed\n")


def _say(text: str) -> int | None:
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError:
        return None  # the command line knows what to say
    return 0


def _line(arguments: list[str]) -> str | None:
    given = _given(arguments)
    settings = None if given is None else _settings(os.getcwd())  # noqa: PTH109 - slow to import
    if given is None or settings is None:
        return None
    chosen = {**DEFAULTS, **settings, **given}
    root, prepare = chosen["root"], chosen.get("prepare", "")
    sources = Sources(root, places=False)
    entries = (chosen["reference"], chosen["candidate"])
    if not all(_is_there(sources, entry, call=True) for entry in entries):
        return None
    if prepare and not (_is_there(sources, prepare) and _defines(sources, prepare)):
        return None
    verdict = compare(sources, *entries, prepare)
    return said(verdict, *entries) if verdict.kind in ("same", "single") else None


def _given(arguments: list[str]) -> dict[str, str] | None:
    """Return what the options say, or None where there is one that is not for us."""
    given: dict[str, str] = {}
    rest = iter(arguments)
    for argument in rest:
        name, equals, value = argument.partition("=")
        if argument in FLAGS:
            continue
        if name not in OPTIONS:
            return None
        given[OPTIONS[name]] = value if equals else next(rest, "")
    return given if all(given.values()) else None


def _settings(folder: str) -> dict[str, str] | None:
    """Return what the nearest [tool.gate] says, or None where it takes a TOML parser to tell."""
    while True:
        file = os.path.join(folder, "pyproject.toml")  # noqa: PTH118 - pathlib is slow to import
        if os.path.isfile(file):  # noqa: PTH113
            with open(file, encoding="utf-8") as stream:  # noqa: PTH123
                text = stream.read()
            if "gate" in text:
                table = _table(text)
                if table is None or table:
                    return table and _below(folder, table)
        parent = os.path.dirname(folder)  # noqa: PTH120
        if parent == folder:
            return {}
        folder = parent


def _below(folder: str, table: dict[str, str]) -> dict[str, str]:
    root = table.get("root", DEFAULTS["root"])
    return {**table, "root": os.path.join(folder, root)}  # noqa: PTH118


def _table(text: str) -> dict[str, str] | None:
    """Return the keys of [tool.gate] that parity reads; {} where there is no such table."""
    lines = [line.strip() for line in text.splitlines()]
    if '"""' in text or "'''" in text:
        return None
    if "[tool.gate]" not in lines:
        unsure = any("gate" in line and "tool" in line for line in lines) or "[tool]" in lines
        return None if unsure else {}
    table: dict[str, str] = {"root": DEFAULTS["root"]}
    rest = iter(lines[lines.index("[tool.gate]") + 1 :])
    for line in rest:
        if line.startswith("["):
            break
        if not line or line.startswith("#"):
            continue
        key, equals, value = (part.strip() for part in line.partition("="))
        if not equals or key not in KEYS:
            return None
        if key in OPTIONS.values():
            said = _text(value)
            if said is None:
                return None
            table[key] = said
        elif value == "[":  # a list on many lines, of what we need not know
            while next(rest, "]") != "]":
                pass
    return table


def _text(value: str) -> str | None:
    """Return a TOML text in double quotes, or None for anything that is more than that."""
    text, quote, after = value[1:].partition('"')
    comment = after.strip()
    plain = value.startswith('"') and quote and "\\" not in text
    return text if plain and (not comment or comment.startswith("#")) else None


def _is_there(sources: Sources, name: str, *, call: bool = False) -> bool:
    """Whether ``module:attribute`` is well formed and its module is a file of the tree."""
    module, colon, attribute = name.partition(":")
    attribute = attribute.removesuffix("()") if call else attribute
    parts = [*module.split("."), *attribute.split(".")]
    return bool(colon) and all(map(str.isidentifier, parts)) and _is_file(sources.path(module))


def _is_file(path: str) -> bool:
    return os.path.isfile(path)  # noqa: PTH113 - pathlib is slow to import


def _defines(sources: Sources, name: str) -> bool:
    module, _, function = name.partition(":")
    found = sources.find(module)
    tree = found[1].tree.body if found is not None and found[1] is not None else []
    return any(function.partition(".")[0] in stored(node) for node in tree)
