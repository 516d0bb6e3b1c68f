"""What reading knows of libraries is so."""

from __future__ import annotations

import importlib
from typing import Any

import pytest

from gate.static import library
from gate.static.suits import is_class
from gate.static.world import symbol
from tests.gate.library import HERE, MODULE, NOT_CALLED, TABLE, frameworks, read, standard

# All modules of the frameworks are imported, the one that says so too.
pytestmark = pytest.mark.filterwarnings("ignore:starlette.middleware.wsgi is deprecated")
KNOWN = read(TABLE.read_text(encoding="utf-8"))


def found(path: str) -> Any:
    """Return what a full name stands for; raises AttributeError."""
    parts = path.split(".")
    for at in range(len(parts), 0, -1):
        try:
            value: Any = importlib.import_module(".".join(parts[:at]))
        except ImportError:
            continue
        for part in parts[at:]:
            value = getattr(value, part)
        return value
    raise AttributeError(path)


def test_every_name_of_the_standard_library_is_there() -> None:
    have = standard()
    names = [path for path in KNOWN if not path.startswith(("fastapi", "starlette"))]
    assert len(names) > 1000
    assert [path for path in names if path not in have] == []


def test_what_is_known_of_the_frameworks_is_what_they_are() -> None:
    have = frameworks()
    assert {p: how for p, how in KNOWN.items() if p.startswith(("fastapi", "starlette"))} == have


def test_what_is_called_can_be() -> None:
    called = [p for p, how in KNOWN.items() if how not in (HERE, MODULE, NOT_CALLED)]
    functions = [path for path in called if path.count(".") == 1]
    assert len(functions) > 100
    assert all(callable(found(path)) for path in functions)


@pytest.mark.parametrize(
    ("how", "count", "names", "fits"),
    [
        ("a b=", 1, "", True),
        ("a b=", 0, "", False),
        ("a b=", 1, "b", True),
        ("a b=", 1, "a", False),
        ("a b=", 3, "", False),
        ("a b=", 0, "a", True),
        ("a * b=", 1, "b", True),
        ("a * b=", 2, "", False),
        ("a * b", 1, "", False),
        ("a *c", 5, "", True),
        ("a **k", 1, "z", True),
        ("a / b", 1, "b", True),
        ("a / b", 0, "a b", False),
        ("a / **k", 1, "a", True),
        ("", 0, "", True),
        ("", 1, "", False),
    ],
)
def test_arguments_fit_parameters(how: str, count: int, names: str, fits: bool) -> None:
    assert library.fits(how, count, set(names.split())) is fits


def test_what_is_taken_for_a_class_is_one() -> None:
    symbols = {path: symbol(path) for path in KNOWN}
    classes = [path for path, value in symbols.items() if is_class(value)]
    assert len(classes) > 300
    assert [path for path in classes if not isinstance(found(path), type)] == []
