"""Values are described by what they mean: equal text for equal values, and for no others."""

from __future__ import annotations

import datetime
import enum
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import sqlalchemy
from pydantic import BaseModel, SecretStr

from gate.inspection.child.describe import Describer
from gate.inspection.child.naming import is_secret_name, qualified_name, shown
from gate.inspection.child.redaction import without_environment, without_secrets


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


class Model(BaseModel):
    name: str
    token: str = ""


@dataclass
class Settings:
    size: int
    inner: list[Any] = field(default_factory=list)


class Plain:
    def __init__(self, **state: object) -> None:
        self.__dict__.update(state)


class Slotted:
    __slots__ = ("a",)

    def __init__(self, a: int) -> None:
        self.a = a


class Hostile:
    @property
    def __dict__(self) -> Any:  # type: ignore[override]  # hostile on purpose
        raise RuntimeError

    def __repr__(self) -> str:
        raise RuntimeError


def closure(value: object) -> Callable[[], object]:
    return lambda: value


def cyclic(value: object) -> Plain:
    one = Plain(value=value)
    one.__dict__["self"] = one
    return one


class Speaking:
    """Says in its text all that it keeps."""

    def __init__(self, value: str) -> None:
        self.value = value

    def __repr__(self) -> str:
        return f"Speaking({self.value})"


def connect(url: str, password: str = "") -> None: ...


def describer(salt: str = "salt") -> Describer:
    return Describer(["main", "lazy_app"], salt)


MAKERS: tuple[tuple[Callable[[], Any], Callable[[], Any]], ...] = (
    (lambda: 1, lambda: 2),
    (lambda: 1, lambda: True),
    (lambda: "1", lambda: 1),
    (lambda: b"a", lambda: "a"),
    (lambda: Path("a"), lambda: Path("b")),
    (lambda: [1, 2], lambda: [2, 1]),
    (lambda: {"b": 1, "a": 2}, lambda: {"b": 2, "a": 1}),
    (lambda: {1, 2}, lambda: {1, 3}),
    (lambda: Colour.RED, lambda: Colour.BLUE),
    (lambda: re.compile("a", re.I), lambda: re.compile("a")),
    (lambda: partial(int, base=2), lambda: partial(int, base=8)),
    (lambda: closure(1), lambda: closure(2)),
    (lambda: closure([1, Colour.RED]), lambda: closure([1, Colour.BLUE])),
    (lambda: "a".upper, lambda: "b".upper),
    (lambda: Settings(1).__eq__, lambda: Settings(2).__eq__),
    (lambda: Settings(1, [2]), lambda: Settings(1, [3])),
    (lambda: Model(name="a"), lambda: Model(name="b")),
    (lambda: Model(name="a", token="a"), lambda: Model(name="a", token="b")),
    (lambda: SecretStr("a"), lambda: SecretStr("b")),
    (lambda: Plain(a=1), lambda: Plain(a=2)),
    (lambda: Slotted(1), lambda: Slotted(2)),
    (lambda: cyclic(1), lambda: cyclic(2)),
    (lambda: list[int], lambda: list[str]),
    (lambda: int | None, lambda: str | None),
    (lambda: re, lambda: enum),
    (lambda: Settings, lambda: Plain),
    (lambda: qualified_name, lambda: shown),
)


@pytest.mark.parametrize(("make", "make_another"), MAKERS)
def test_equal_values_are_described_alike_and_others_are_not(
    make: Callable[[], Any], make_another: Callable[[], Any]
) -> None:
    # Both are kept, so that no two of them can have one address.
    one, same, other = make(), make(), make_another()
    assert describer().same(one) == describer().same(same)
    assert describer().same(one) != describer().same(other)
    assert "0x" not in describer().same(one)


@pytest.mark.parametrize("make", [threading.Lock, Hostile, object, lambda: iter(())])
def test_what_has_no_value_is_its_type(make: Callable[[], Any]) -> None:
    assert describer().same(make()) == describer().same(make())


def test_secrets_are_compared_by_a_salted_hash() -> None:
    text = describer().same("hunter2", "password")
    assert "hunter2" not in text
    assert text == describer().same("hunter2", "password")
    assert text != describer("other salt").same("hunter2", "password")
    assert "hunter2" not in describer().same({"api_key": "hunter2"})


@pytest.mark.parametrize(
    "name", ["password", "DB_PASSWD", "secret_key", "api-key", "access_token", "key", "dsn"]
)
def test_names_of_secrets(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize("name", ["keyboard", "monkey", "primary_keys", "passenger", "tokyo"])
def test_names_of_no_secrets(name: str) -> None:
    assert not is_secret_name(name)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a", "'a'"),
        (Colour.RED, "Colour.RED"),
        (Settings, "Settings"),
        (qualified_name, "gate.inspection.child.naming.qualified_name"),
        ([1, {"password": "x"}], "[1, {'password': ***}]"),
        ((1,), "(1)"),
        ({2, 1}, "{1, 2}"),
        (SecretStr("x"), "***"),
        (Plain(), "Plain(…)"),
        (Hostile(), "Hostile(…)"),
        ("x" * 100, "'" + "x" * 58 + "…"),
        ("postgresql://u:hunter2@host/db", "'postgresql://u:***@host/db'"),
    ],
)
def test_what_people_see(value: object, expected: str) -> None:
    assert shown(value) == expected


class Address(NamedTuple):
    host: str
    password: str


@dataclass
class Database:
    password: str
    address: Address | None = None


@pytest.mark.parametrize(
    "value",
    [
        Address("db", "hunter2"),
        Database("hunter2", Address("db", "hunter2")),
        Model(name="a", token="hunter2"),
        partial(connect, password="hunter2"),
        partial(connect, "postgresql://u:hunter2@db"),
        Plain(password="hunter2"),
        Speaking("hunter2"),
        {"options": [Database("hunter2")]},
        "host=db password=hunter2",
        "https://example.org/?api_key=hunter2&x=1",
        "Authorization: Bearer hunter2hunter2",
        "{'client_secret': 'hunter2', 'x': 1}",
        b"token=hunter2",
    ],
)
def test_no_secret_is_shown_whatever_holds_it(value: object) -> None:
    assert "hunter2" not in shown(value)
    assert "hunter2" not in shown([value])


def test_what_is_no_secret_is_shown() -> None:
    assert shown(Database("x", Address("db", "y"))) == (
        "Database(password=***, address=Address(host='db', password=***))"[:59] + "…"
    )
    assert shown(partial(connect, "x")).endswith("connect('x')")


def test_secrets_of_the_environment_are_masked_in_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APP_SECRET", "hunter2")
    monkeypatch.setenv("APP_TOKEN", "x")  # too short to be told from the text
    text = "input_value={'a': 'hunter2'} x"
    assert without_environment(text) == "input_value={'a': '***'} x"


def test_a_value_that_holds_a_whole_program_takes_no_time() -> None:
    nodes = [Plain() for _ in range(2000)]
    for node in nodes:
        node.__dict__["others"] = nodes
    started = time.monotonic()
    text = describer().same(nodes)
    assert time.monotonic() - started < 5
    assert len(text) < 1000


def test_when_something_was_built_is_no_part_of_it() -> None:
    def built() -> Plain:
        moments = [time.time(), time.monotonic(), int(time.time()), time.time_ns()]
        return Plain(at=[*moments, datetime.datetime.now(datetime.UTC)])

    assert describer().same(built()) == describer().same(built())
    assert describer().same(Plain(at=1.5)) != describer().same(Plain(at=2.5))
    assert describer().same(Plain(at=float("inf"))) != describer().same(Plain(at=float("nan")))


def test_columns_are_their_text() -> None:
    table = sqlalchemy.Table("t", sqlalchemy.MetaData(), sqlalchemy.Column("a"))
    same = describer().same
    assert same(table.c.a > 1) == same(table.c.a > 1)
    assert same(table.c.a > 1) != same(table.c.a < 1)


def test_the_names_of_the_module_itself_are_those_of_the_other() -> None:
    ours = Describer(["main", "lazy_app"], "salt", "/srv/main.py")
    theirs = Describer(["lazy_app", "main"], "salt", "/srv/lazy_app.py")
    assert ours.same(Plain(name="main")) == theirs.same(Plain(name="lazy_app"))
    assert ours.same(Path("/srv/main.py")) == theirs.same(Path("/srv/lazy_app.py"))
    assert ours.same("main") != theirs.same("lazy_app")  # as an argument it may mean something


def test_passwords_in_urls_are_masked() -> None:
    assert without_secrets("x redis://:p@h y") == "x redis://:***@h y"
    assert without_secrets("https://example.org/a@b") == "https://example.org/a@b"
