"""`gate models` with SQLModel, and with the SQLAlchemy before the one that is used here."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from gate.checks.models import Target, check
from gate.inspection.runner import Interpreter
from gate.report import Report
from tests.gate.elsewhere import interpreter
from tests.gate.planting import REPOSITORY, Plant
from tests.gate.test_gate_models import BASE

pytestmark = pytest.mark.slow

# One for each way in which SQLAlchemy is asked: names, keys, the other side, other failures.
CASES = (
    "every missing target, of every class",
    "a target behind a lambda",
    "a secondary table by name",
    "a relationship that fails because its foreign key does is not told twice",
    "back_populates of a name that is not there",
    "back_populates that do not name each other",
    "a relationship without a foreign key, one with two",
    "a name that two modules define",
    "an imperative mapping",
    "mappers that fail elsewhere than at a relationship",
    "names of a module that has no such class, and of the module itself",
    "mappers that are asked for before all models are defined",
    "an association proxy of an attribute that is not there",
    "what SQLAlchemy does not say what to do about",
)
HERO = """
    from typing import Optional
    from sqlmodel import Field, Relationship, SQLModel
    class Hero(SQLModel, table=True):
        id: Optional[int] = Field(default=None, primary_key=True)
        team_id: Optional[int] = Field(default=None, foreign_key="team.id")
        team: Optional["Team"] = Relationship(back_populates="heroes")
"""
TEAM = """
    from typing import Optional
    from sqlmodel import Field, Relationship, SQLModel
    class Team(SQLModel, table=True):
        id: Optional[int] = Field(default=None, primary_key=True)
        heroes: list["Hero"] = Relationship(back_populates="team")
"""


@pytest.fixture(scope="module")
def python() -> str:
    """An interpreter with other versions than ours."""
    return interpreter("sqlalchemy-2.0")


def judged(root: Path, python: str) -> Report:
    interpreter = Interpreter(root, python=python)
    return check(Target(interpreter, entry="lazy_app", globs=("contexts/*/models.py",)))


def cases() -> list[Any]:
    file = REPOSITORY / "tests" / "assets" / "models" / "wrong.toml"
    rows = {row["name"]: row for row in tomllib.loads(file.read_text(encoding="utf-8"))["case"]}
    return [pytest.param(rows[name], id=name) for name in CASES]


@pytest.mark.parametrize("case", cases())
def test_an_older_sqlalchemy_is_judged_alike(
    case: dict[str, Any], plant: Plant, python: str
) -> None:
    report = judged(plant({"base.py": BASE, **case["files"]}), python)
    assert [one.rule for one in report.findings] == [f"models.{rule}" for rule in case["rules"]]
    for finding, said in zip(report.findings, case["said"], strict=True):
        assert said in finding.message


def test_a_model_of_sqlmodel_that_is_not_imported(plant: Plant, python: str) -> None:
    files = {"contexts/heroes/models.py": HERO, "contexts/teams/models.py": TEAM}
    root = plant({**files, "lazy_app.py": "from contexts.heroes.models import Hero as Hero\n"})
    (finding,) = judged(root, python).findings
    assert finding.message == (
        "lazy_app never imports Team, which the relationship Hero.team names; "
        "contexts.teams.models defines it"
    )
    whole = "from contexts.teams.models import Team as Team\n"
    with (root / "lazy_app.py").open("a") as entry:
        entry.write(whole)
    assert judged(root, python).findings == ()


def test_what_is_quoted_and_no_name_is_told_as_that(plant: Plant, python: str) -> None:
    hero = HERO.replace('Optional["Team"]', '"Team | None"')
    files = {"contexts/heroes/models.py": hero, "contexts/teams/models.py": TEAM}
    imports = "import contexts.heroes.models, contexts.teams.models  # noqa: F401\n"
    (finding,) = judged(plant({**files, "lazy_app.py": imports}), python).findings
    assert finding.message == (
        "the relationship Hero.team names 'Team | None', which is no name of a class"
    )
    assert "Optional['Name']" in finding.fix


def test_a_table_of_sqlmodel_that_two_modules_define(plant: Plant, python: str) -> None:
    files = {"contexts/teams/models.py": TEAM, "contexts/heroes/models.py": HERO}
    imports = "import contexts.heroes.models, contexts.teams.models  # noqa: F401\n"
    root = plant({**files, "old.py": TEAM, "lazy_app.py": imports})
    (finding,) = judged(root, python).findings
    assert finding.message == "the table team is defined twice, by Team and Team"
