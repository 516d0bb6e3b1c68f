"""Imports that a linter would take away: ours must be the ones that the linter itself names."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from gate.inspection.models.lint_settings import leaves_alone
from gate.inspection.models.unused import unused
from tests.gate.planting import Plant

# Every way of writing an import, and of using what it brings.
SOURCE = """\
from __future__ import annotations
import a.models
import a.b, a.c
from star import *
from q import X as X
import r as r
try:
    import s
except ImportError:
    s2 = None
try:
    import s4
except Exception:
    pass
def f():
    import t.models
    from u import V
    return V
def g() -> "W2": ...
class C:
    import inside_class
    x: "list[Quoted]" = 1
from v import (  # noqa: F401
    A1,
    B1,
)
from v import (
    A2,  # noqa: F401
    B2,
)
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    from w import W2
else:
    import run_time
from quoted import Quoted, Unquoted
from y import K as _
import m1, m2
m1
x = "m3"
import m3  # type: ignore
import m4  # NOQA:F401,E402
import m5  # noqa: E402
import m7  # isort: skip
from . import sibling
from .pack import one, two as three
__all__ = ["m8"]
__all__ += ["m9"]
import m8, m9, m11
a.c.foo(one)
"""


def by_the_linter(file: Path) -> set[tuple[int, str]]:
    check = [sys.executable, "-m", "ruff", "check", "--isolated", "--select=F401"]
    done = subprocess.run(
        [*check, "--output-format=json", str(file)], capture_output=True, text=True, check=False
    )
    return {
        (row["location"]["row"], row["message"].split("`")[1]) for row in json.loads(done.stdout)
    }


def named(file: Path) -> set[tuple[int, str]]:
    """Ours, each by its line and the whole name that the linter uses."""
    lines = file.read_text().splitlines()
    found = set()
    for one in unused(file.read_text()):
        separator = "" if one.module.endswith(".") or not one.name else "."
        whole = f"{one.module}{separator}{one.name}"
        at = next(n for n in range(one.line, one.end + 1) if one.alias in lines[n - 1])
        found.add((at, whole))
    return found


def test_they_are_those_that_the_linter_names(tmp_path: Path) -> None:
    file = tmp_path / "module.py"
    file.write_text(SOURCE)
    # `try … except ImportError`: the linter names it and leaves it there.
    assert named(file) == {row for row in by_the_linter(file) if row[1] != "s"}


@pytest.mark.parametrize(
    "source",
    [
        "# ruff: noqa\nimport a\n",
        "# ruff: noqa: F401\nimport a\n",
        "# flake8: noqa\nimport a\n",
        "# pylint: disable=unused-import\nimport a\n",
        "import a  # pylint: disable=unused-import\n",
        "import a\n__all__ = names()\n",
        "import a\n__all__ = [*b]\n",
        "import a\n__all__ = []\n__all__.extend(['a'])\n",
    ],
)
def test_what_is_meant_or_cannot_be_told_is_not_named(source: str) -> None:
    assert list(unused(source)) == []


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, False),
        ({"ruff.toml": "[lint]\nignore = ['F401']\n"}, True),
        ({"ruff.toml": "[lint.per-file-ignores]\n'pack/*' = ['F']\n"}, True),
        ({"ruff.toml": "[lint.per-file-ignores]\n'other/*' = ['F401']\n"}, False),
        ({".ruff.toml": "per-file-ignores = { '__init__.py' = ['E'] }\n"}, False),
        ({"pyproject.toml": "[tool.ruff.lint]\nunfixable = ['F401']\n"}, True),
        ({"pyproject.toml": "[tool.ruff.lint.per-file-ignores]\n'**/module.py' = ['ALL']\n"}, True),
        ({"setup.cfg": "[flake8]\nper-file-ignores =\n  a.py: E1\n  pack/module.py:F401\n"}, True),
        ({".flake8": "[flake8]\nextend-ignore = E501,F401\n"}, True),
        ({".flake8": "[flake8]\nignore = E501\n"}, False),
        ({"pyproject.toml": "not TOML", "tox.ini": "neither [ini"}, False),
    ],
)
def test_settings_that_exempt_a_file(files: dict[str, str], expected: bool, plant: Plant) -> None:
    root = plant({"pack/module.py": "", **files})
    assert leaves_alone(root / "pack" / "module.py") is expected
