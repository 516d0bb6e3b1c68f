"""Names of the standard library, of FastAPI and of Starlette, and how they are called.

``library.txt`` has a line for each: its path, and its parameters as ``a b= / c * d= *e **f``,
with "=" behind what may be left out; "-" where they are not known, "!" for what is not called, ":"
for a module. It is written by ``python -m tests.gate.library``. A name of a module in there that
has no line is one that not every version has.
"""

from __future__ import annotations

import os
from _bisect import bisect_left

from gate.static.values import Opaque

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from gate.static.values import Value

NOT_KNOWN, NOT_CALLED, MODULE = "-", "!", ":"
_lines: list[str] = []
_known: dict[str, str | None] = {}
_parameters: dict[str, Parameters] = {}


def described(path: str) -> str | None:
    """Return how ``path`` is called; None where it has no line."""
    if path not in _known:
        _known[path] = _looked_up(path)
    return _known[path]


def _looked_up(path: str) -> str | None:
    if not _lines:
        file = os.path.join(os.path.dirname(__file__), "library.txt")  # noqa: PTH118, PTH120 - pathlib is slow to import
        with open(file, encoding="ascii") as stream:  # noqa: PTH123
            _lines.extend(stream.read().splitlines())
    at = bisect_left(_lines, path)  # they are in order
    found, _, how = _lines[at].partition(" ") if at < len(_lines) else ("", "", "")
    return how if found == path else None


def lacks(path: str) -> bool:
    """Whether ``path`` is a name that its module, one that is known, does not surely have."""
    module, _, name = path.rpartition(".")
    return described(module) == MODULE and not name.startswith("_") and described(path) is None


def refuses(path: str, args: list[Value], kwargs: dict[str, Value]) -> bool:
    """Whether a call of ``path`` surely fails by the number or the names of its arguments."""
    how = described(path)
    if how is None or how == NOT_KNOWN:
        return False
    if how in (NOT_CALLED, MODULE):
        return True
    spread = "**" in kwargs or any(isinstance(a, Opaque) and a.shape[0] == "?*" for a in args)
    return not spread and not fits(how, len(args), kwargs.keys())


def fits(how: str, count: int, names: AbstractSet[str]) -> bool:
    """Whether ``count`` positional arguments and those ``names`` fit the parameters in ``how``."""
    if how not in _parameters:
        _parameters[how] = Parameters(how.split())
    return _parameters[how].take(count, names)


class Parameters:
    """What can be given to a function, from the words of its line."""

    def __init__(self, words: list[str]) -> None:
        plain = [w for w in words if not w.startswith("*") and w != "/"]
        at = next((at for at, word in enumerate(words) if word.startswith("*")), len(words))
        alone = words[: words.index("/")] if "/" in words else []
        self.positional = [w.removesuffix("=") for w in words[:at] if w != "/"]
        self.required = {w for w in plain if not w.endswith("=")}
        self.named = {w.removesuffix("=") for w in plain} - {w.removesuffix("=") for w in alone}
        self.more = any(w[:1] == "*" and w[1:2] not in ("", "*") for w in words)
        self.any = any(w.startswith("**") for w in words)

    def take(self, count: int, names: AbstractSet[str]) -> bool:
        """Whether they fit."""
        given = self.positional[:count]
        return (
            (count <= len(self.positional) or self.more)
            and (self.any or names <= self.named)
            and not any(name in names and name in self.named for name in given)
            and all(name in names or name in given for name in self.required)
        )


def lacks_member(path: str) -> bool:
    """Whether an application surely has no member ``path`` in the version that is known."""
    return described(path) is None


def named(path: str, args: list[Value], kwargs: dict[str, Value]) -> dict[str, Value]:
    """Return the arguments of a call by name, as far as names are known."""
    known = _parameters.get(described(path) or "")
    return {**dict(zip(known.positional if known else (), args, strict=False)), **kwargs}
