"""A TOML table that is read strictly: every key known, every type right, every name filled."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar, cast

from probes.model import Json, ProbeError

T = TypeVar("T")

REFERENCE = re.compile(r"\$\{([^}]*)(\}?)")
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*")
ANSWER = "answer."  # begins the name of what the answer before holds
HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
KINDS: Mapping[type, str] = {
    str: "a string",
    int: "a whole number",
    float: "a number",
    list: "a list",
    dict: "a table",
}


class Table:
    """One table of a file, and where it stands.

    Each reader takes its key away, so that `end` can name the keys that nobody knows. The
    readers raise ProbeError: it names the file, the table, the key, and what to do.
    """

    def __init__(
        self,
        where: str,
        data: Mapping[str, object],
        values: Mapping[str, str],
        secrets: dict[str, None] | None = None,
    ) -> None:
        self._where = where
        self._left = dict(data)
        self._values = values
        self._known: list[str] = []
        # A dict for its order; shared with the tables below this one.
        self._secrets: dict[str, None] = {} if secrets is None else secrets

    @property
    def secrets(self) -> tuple[str, ...]:
        """The values that were filled in here and in the tables below."""
        return tuple(self._secrets)

    def rename(self, where: str) -> None:
        """Say in messages from now on that the table stands at `where`."""
        self._where = where

    def wrong(self, key: str, complaint: str) -> ProbeError:
        """The error to raise about a key."""
        return ProbeError(f"{self._where}: {key} {complaint}")

    def has(self, key: str) -> bool:
        """Whether an optional key is there; it is known from now on."""
        self._known.append(key)
        return key in self._left

    def text(self, key: str) -> str:
        """A string, taken as it is, not empty."""
        value = self._take(key, str)
        if not value:
            raise self.wrong(key, "is empty; give it a value")
        return value

    def filled(self, key: str, encode: Callable[[str], str] = str) -> str:
        """A string with every `${NAME}` filled in, each value encoded."""
        return self._fill(key, self.text(key), encode)

    def choice(self, key: str, choices: Sequence[str]) -> str:
        """One of a few strings."""
        value = self.text(key)
        if value not in choices:
            raise self.wrong(key, f'is "{value}"; choose one of {", ".join(choices)}')
        return value

    def integer(self, key: str) -> int:
        """A whole number."""
        return self._take(key, int)

    def positive(self, key: str) -> float | None:
        """A number above zero; None when the key is not there."""
        if not self.has(key):
            return None
        value = self._take(key, float)
        if not 0 < value < float("inf"):
            raise self.wrong(key, "must be a number above 0")
        return value

    def names(self, key: str) -> tuple[str, ...]:
        """A list of strings; empty when the key is not there."""
        if not self.has(key):
            return ()
        names = self._take(key, list)
        if not names or not all(isinstance(name, str) and name for name in names):
            raise self.wrong(key, "must be a list of names, one at least")
        return tuple(names)

    def strings(self, key: str) -> dict[str, str]:
        """A table of strings, filled in; empty when the key is not there."""
        if not self.has(key):
            return {}
        table = self._take(key, dict)
        if not all(isinstance(value, str) for value in table.values()):
            raise self.wrong(key, "must hold strings alone")
        return {name: self._fill(f"{key}.{name}", text, str) for name, text in table.items()}

    def headers(self, key: str) -> dict[str, str]:
        """A table of HTTP headers, filled in, with lower-case names."""
        headers = self.strings(key)
        for name, value in headers.items():
            # Nothing may smuggle a second header into the request.
            if not HEADER_NAME.fullmatch(name):
                raise self.wrong(f"{key}.{name!r}", "is not the name of a header")
            if not (value.isascii() and value.isprintable()):
                raise self.wrong(f"{key}.{name}", "must be printable ASCII")
        return {name.lower(): value for name, value in headers.items()}

    def json(self, key: str) -> Json:
        """A value that JSON has too, its strings filled in; None when the key is not there."""
        return self._json(key, self._left.pop(key)) if self.has(key) else None

    def table(self, key: str) -> Table:
        """A table."""
        return self._below(f"{self._where}: {key}", self._take(key, dict))

    def raw(self, key: str) -> dict[str, object] | None:
        """A table as it is written, to be read later; None when the key is not there."""
        return self._take(key, dict) if self.has(key) else None

    def tables(self, key: str) -> list[Table]:
        """A list of tables, one at least."""
        rows = self._take(key, list)
        if not rows or not all(isinstance(row, dict) for row in rows):
            raise self.wrong(key, f"must be a list of tables; write [[{key}]] above each")
        where = f"{self._where}: {key}"
        return [self._below(f"{where} {number}", row) for number, row in enumerate(rows, 1)]

    def later(self, key: str, data: Mapping[str, object], values: Mapping[str, str]) -> Table:
        """A table that `raw` gave, with more values; what it fills in is not kept here."""
        return Table(f"{self._where}: {key}", data, {**self._values, **values}, dict(self._secrets))

    def end(self) -> None:
        """Complain about a key that nobody read."""
        for key in self._left:
            known = ", ".join(dict.fromkeys(self._known))
            raise self.wrong(key, f"is not a known key; known are {known}")

    def _below(self, where: str, data: Mapping[str, object]) -> Table:
        return Table(where, data, self._values, self._secrets)

    def _take(self, key: str, kind: type[T]) -> T:
        if not self.has(key):
            raise self.wrong(key, f"is missing; it is {KINDS[kind]}")
        value = self._left.pop(key)
        numeric = (int, float) if kind is float else kind
        # A bool is an int to Python, and neither to a person.
        if isinstance(value, bool) or not isinstance(value, numeric):
            raise self.wrong(key, f"must be {KINDS[kind]}")
        return cast(T, value)

    def _json(self, key: str, value: object) -> Json:
        if isinstance(value, str):
            return self._fill(key, value, str)
        if isinstance(value, bool | int | float):
            return value
        if isinstance(value, list):
            return [self._json(f"{key}[{index}]", item) for index, item in enumerate(value)]
        if isinstance(value, dict):
            return {name: self._json(f"{key}.{name}", item) for name, item in value.items()}
        raise self.wrong(key, "is a date or a time, which JSON has not; write it as a string")

    def _fill(self, key: str, text: str, encode: Callable[[str], str]) -> str:
        def value(match: re.Match[str]) -> str:
            name, closed = match.groups()
            if not closed or not VARIABLE.fullmatch(name):
                raise self.wrong(key, "has a ${ that is not ${NAME}")
            if not self._values.get(name):
                raise self.wrong(key, f"needs ${{{name}}}, which is not set; {_remedy(name)}")
            self._secrets[self._values[name]] = None
            return encode(self._values[name])

        return REFERENCE.sub(value, text)


def _remedy(name: str) -> str:
    if not name.startswith(ANSWER):
        return f"set {name}"
    member = name.removeprefix(ANSWER)
    return f'write it in [probe.then], and "{member}" in json_has of the request before'
