"""Paths of routes and patterns that are surely well formed, without the modules that take them."""

from __future__ import annotations

CONVERTORS = {"", "str", "path", "int", "float", "uuid"}
REPEATED = "*+?"
ESCAPES = frozenset("wWdDsS.-/\\+*?()[]{}|^$")
CLOSING = {"(": ")", "[": "]"}


def parameters(path: str) -> list[str] | None:
    """Return the names of a path's parameters; None where it is not surely well formed."""
    names: list[str] = []
    head, *rest = path.split("{")
    for part in rest:
        inside, closing, after = part.partition("}")
        name, _, convertor = inside.partition(":")
        if not closing or "}" in after or convertor not in CONVERTORS:
            return None
        if not (name.isidentifier() and name.isascii()) or name in names or inside.endswith(":"):
            return None
        names.append(name)
    return None if "}" in head else names


def is_pattern(text: str) -> bool:
    """Whether ``text`` is a plain regular expression, of which ``re.compile`` surely makes one."""
    rest = _alternatives(text)
    return rest == ""


def _alternatives(text: str) -> str | None:
    """Return what follows a sequence of repeated atoms, up to a bracket; None for anything odd."""
    while text and text[0] != ")":
        rest = text[1:] if text[0] in "|^$" else _atom(text)
        if rest is None:
            return None
        is_atom = text[0] not in "|^$"
        text = _after_repetition(rest) if is_atom else rest
        if text[:1] and text[0] in REPEATED and text[0] != "?":
            return None
    return text


def _atom(text: str) -> str | None:
    """Return what follows one character, class or group."""
    if text[0] == "\\":
        return text[2:] if text[1:2] in ESCAPES and text[1:2] else None
    if text[0] == "[":
        return _class(text[1:])
    if text[0] == "(":
        inside = _alternatives(text[1:].removeprefix("?:"))
        return inside[1:] if inside else None
    return None if text[0] in "*+?{}]" else text[1:]


def _class(text: str) -> str | None:
    """Return what follows a class of letters, digits and marks, and ranges of the first two."""
    inside, closing, rest = text.removeprefix("^").partition("]")
    plain = inside.replace("a-z", "").replace("A-Z", "").replace("0-9", "")
    known = all(char.isalnum() or char in "_.:;=/@, -" for char in plain)
    ranged = "-" in plain.strip("-")
    return rest if closing and inside and known and not ranged else None


def _after_repetition(text: str) -> str:
    """Return what follows ``*``, ``+``, ``?``, ``{1,2}`` and the "?" behind one of them."""
    if text[:1] and text[0] in REPEATED:
        return text[1:].removeprefix("?")
    inside, closing, rest = text[1:].partition("}")
    low, comma, high = inside.partition(",")
    if not text.startswith("{") or not closing or not low.isdecimal():
        return text
    fits = not comma or not high or (high.isdecimal() and int(low) <= int(high) < MAX_TIMES)
    return rest if fits and int(low) < MAX_TIMES else text


MAX_TIMES = 1000
