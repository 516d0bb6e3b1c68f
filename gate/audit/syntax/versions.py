"""Versions and what may be asked of them: PEP 440, and the carets and tildes of Poetry and npm."""

from __future__ import annotations

import re

VERSION = re.compile(
    r"v?(?:(?P<epoch>\d+)!)?(?P<release>\d+(?:\.\d+)*)"
    r"(?:[-_.]?(?P<pre>a|b|c|rc|alpha|beta|pre|preview)[-_.]?(?P<pre_number>\d*))?"
    r"(?P<post>-\d+|[-_.]?(?:post|rev|r)[-_.]?\d*)?(?:[-_.]?(?P<dev>dev)[-_.]?(?P<dev_number>\d*))?"
    r"(?:\+(?P<local>[a-z0-9.-]+))?",
    re.IGNORECASE,
)
CLAUSE = re.compile(r"\s*(===|==|~=|!=|<=|>=|<|>|\^|~|=)?\s*([^\s,|]+)\s*")
PHASES = {"a": 0, "alpha": 0, "b": 1, "beta": 1, "c": 2, "rc": 2, "pre": 2, "preview": 2}
WILDCARD = re.compile(r"\d+(\.\d+)*(\.[x*])+", re.IGNORECASE)
LAST = 9  # after every phase

Key = tuple[int, tuple[int, ...], int, int, int, int]


def key(text: str) -> Key | None:
    """Return what versions are ordered by, or None for what is no version of PEP 440."""
    found = VERSION.fullmatch(text.strip())
    if found is None:
        return None
    release = _trimmed(tuple(int(part) for part in found["release"].split(".")))
    phase = PHASES[found["pre"].lower()] if found["pre"] else LAST
    digits = re.sub(r"\D", "", found["post"] or "")
    post = int(digits or 0) if found["post"] else -1
    if found["dev"] and not found["pre"] and not found["post"]:
        phase = -1
    dev = int(found["dev_number"] or 0) if found["dev"] else 10**9
    return (int(found["epoch"] or 0), release, phase, int(found["pre_number"] or 0), post, dev)


def same(one: str, other: str) -> bool:
    """Whether two texts are one version: 1.0 is 1.0.0, the local part does not count."""
    if (first := key(one)) is None or (second := key(other)) is None:
        return one.strip() == other.strip()
    return first == second


def allows(wanted: str, version: str) -> bool | None:
    """Whether a specifier allows a version; None where that cannot be decided here."""
    if "||" in wanted or " - " in wanted:
        return None
    verdicts = [_clause(clause, version) for clause in re.split(r",|\s+(?=[<>=!~^])", wanted)]
    if False in verdicts:
        return False
    return None if None in verdicts else True


def _clause(clause: str, version: str) -> bool | None:
    if clause.strip() in {"", "*", "latest"}:
        return True
    found = CLAUSE.fullmatch(clause)
    is_key = key(version)
    if found is None or is_key is None:
        return None
    operator, wanted = found[1] or "=", found[2]
    if WILDCARD.fullmatch(wanted) and operator in {"=", "==", "!="}:
        prefix = tuple(int(part) for part in wanted.split(".") if part.isdigit())
        inside = _padded(is_key[1], len(prefix))[: len(prefix)] == prefix
        return inside if operator != "!=" else not inside
    wanted_key = key(wanted)
    if wanted_key is None:
        return None
    return _compared(operator, wanted, wanted_key, is_key)


def _compared(operator: str, wanted: str, wanted_key: Key, is_key: Key) -> bool | None:
    simple = {
        "=": is_key == wanted_key, "==": is_key == wanted_key, "===": is_key == wanted_key,
        "!=": is_key != wanted_key, "<": is_key < wanted_key, "<=": is_key <= wanted_key,
        ">": is_key > wanted_key, ">=": is_key >= wanted_key,
    }  # fmt: skip
    if operator in simple:
        return simple[operator]
    written = tuple(int(part) for part in re.findall(r"\d+", VERSION.fullmatch(wanted)["release"]))  # type: ignore[index]  # it has a key
    upper = _upper(operator, written)
    below = _padded(is_key[1], len(upper))[: len(upper)] < upper
    return is_key >= wanted_key and below


def _upper(operator: str, release: tuple[int, ...]) -> tuple[int, ...]:
    """The first release that `~=`, `~` or `^` no longer allows."""
    if operator == "~=":
        at = max(len(release) - 2, 0)
    elif operator == "~":
        at = 1 if len(release) > 1 else 0
    else:
        at = next((at for at, part in enumerate(release) if part), len(release) - 1)
    return (*release[:at], release[at] + 1)


def _padded(release: tuple[int, ...], length: int) -> tuple[int, ...]:
    return (*release, *(0 for _ in range(length - len(release))))


def _trimmed(release: tuple[int, ...]) -> tuple[int, ...]:
    while len(release) > 1 and not release[-1]:
        release = release[:-1]
    return release
