"""Which files may map something: a model module that maps nothing need not be imported."""

from __future__ import annotations

from pathlib import Path

import pytest

from gate.inspection.models import maybe


def file(folder: Path, text: str) -> Path:
    (folder / "models.py").write_text(text)
    return folder / "models.py"


@pytest.mark.parametrize(
    "text",
    [
        "class Book(Base): ...",
        "class Book(db.Model): ...",
        "class Child(Parent):\n    __mapper_args__ = {}",
        "class Book: ...",  # somebody may map it imperatively
        "books = Table('books', metadata)",
        "class Book(SQLModel, table=True): ...",
        "class Timed:\n    at: Mapped[int]",
        "class Broken(",
    ],
)
def test_what_may_map(text: str, tmp_path: Path) -> None:
    assert maybe.maps(file(tmp_path, text))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "X = 1",
        "class Book(BaseModel): ...",
        "class Book(pydantic.BaseModel, Generic[T]): ...\nclass More(Book): ...",
        "class Kind(str, enum.Enum): ...",
        "class TeamRead(SQLModel): ...",
        "class Gone(Exception): ...",
    ],
)
def test_what_maps_nothing(text: str, tmp_path: Path) -> None:
    assert not maybe.maps(file(tmp_path, text))
