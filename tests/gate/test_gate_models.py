"""`gate models` over trees that are wrong, each in one way, and over trees that are right."""

from __future__ import annotations

import re
import tomllib
import venv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from gate.checks.models import Target, check
from gate.inspection.runner import Interpreter
from gate.report import CannotLook, Report
from tests.gate.planting import REPOSITORY, Plant

CATALOGUE = REPOSITORY / "tests" / "assets" / "models"
BASE = """
    from sqlalchemy import *
    from sqlalchemy.orm import *
    class Base(DeclarativeBase): ...
"""
MARK = "# <-"
BOOK = """
    from base import *
    class Book(Base):
        __tablename__ = "books"
        id: Mapped[int] = mapped_column(primary_key=True)
"""


def cases(file: str) -> list[Any]:
    rows = tomllib.loads((CATALOGUE / file).read_text(encoding="utf-8"))["case"]
    return [pytest.param(row, id=row["name"]) for row in rows]


def target(root: Path, **options: object) -> Target:
    given: dict[str, object] = {"entry": "lazy_app", "globs": ("contexts/*/models.py",), **options}
    return Target(Interpreter(root), **given)  # type: ignore[arg-type]  # a table of options


def judged(plant: Plant, case: Mapping[str, Any]) -> tuple[Path, Report]:
    files = dict(case["files"])
    allow = (case.get("allow") or files.pop("allow", ""),)
    root = plant({"base.py": BASE, **files})
    return root, check(target(root, allow=allow, prepare=case.get("prepare", "")))


def marked(root: Path) -> set[str]:
    return {
        f"{file.relative_to(root)}:{number}"
        for file in root.rglob("*.py")
        for number, line in enumerate(file.read_text().splitlines(), 1)
        if MARK in line
    }


@pytest.mark.parametrize("case", cases("wrong.toml"))
def test_what_is_wrong_is_found_where_it_is(case: dict[str, Any], plant: Plant) -> None:
    root, report = judged(plant, case)
    rules = [finding.rule for finding in report.findings]
    assert rules == [f"models.{rule}" for rule in case["rules"]], report.findings
    for finding, said in zip(report.findings, case["said"], strict=True):
        assert said in finding.message
        assert finding.fix
    for finding, fix in zip(report.findings, case.get("fix", ()), strict=False):
        assert fix in finding.fix
    named = [place for finding in report.findings for place in finding.places if place.line]
    assert {f"{Path(one.path).relative_to(root)}:{one.line}" for one in named} == marked(root)


@pytest.mark.parametrize("case", cases("harmless.toml"))
def test_what_is_right_passes(case: dict[str, Any], plant: Plant) -> None:
    _, report = judged(plant, case)
    assert report.findings == ()
    assert report.notes[-1].endswith("classes, and every relationship finds its target")
    assert len(report.notes) - 1 == len(case.get("notes", ()))
    for note, said in zip(report.notes, case.get("notes", ()), strict=False):
        assert said in note


def test_following_the_advice_mends_it(plant: Plant) -> None:
    files = {"base.py": BASE, "contexts/books/models.py": BOOK}
    author = BOOK.replace("Book", "Author").replace("books", "authors")
    author += '        books = relationship("Book", primaryjoin="foreign(Author.id) == Book.id")\n'
    files |= {"contexts/authors/models.py": author}
    entry = "import contexts.authors.models  # noqa: F401\n"
    (finding,) = check(target(plant({**files, "lazy_app.py": entry}))).findings
    advice = re.fullmatch(r"add to lazy_app.py: (.+)", finding.fix)
    assert advice is not None
    assert check(target(plant({**files, "lazy_app.py": entry + advice[1]}))).findings == ()


def test_an_error_in_what_loads_the_models_is_found(plant: Plant) -> None:
    root = plant({"base.py": BASE, "lazy_app.py": "def load():\n    raise KeyError('x')\n"})
    (finding,) = check(target(root, prepare="lazy_app:load")).findings
    assert finding.rule == "models.prepare-failed"
    assert "KeyError: 'x'" in finding.message


def test_where_no_file_is_a_model_module_it_says_so(plant: Plant) -> None:
    root = plant({"base.py": BASE, "lazy_app.py": BOOK})
    report = check(target(root))
    assert report.passed
    assert report.notes[0].startswith("no file matches contexts/*/models.py: ")


def test_nothing_to_look_at_is_no_pass(plant: Plant) -> None:
    root = plant({"lazy_app.py": ""})
    with pytest.raises(CannotLook, match=r"maps no class, and no file below .* matches contexts"):
        check(target(root))


def test_without_sqlalchemy_it_cannot_look(plant: Plant, tmp_path: Path) -> None:
    venv.create(tmp_path / "bare", symlinks=True)
    root = plant({"lazy_app.py": ""})
    bare = Interpreter(root, python=str(tmp_path / "bare/bin/python"))
    with pytest.raises(CannotLook, match="SQLAlchemy is not installed"):
        check(Target(bare, entry="lazy_app", globs=("contexts/*/models.py",)))
