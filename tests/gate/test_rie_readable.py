"""An image keeps the permissions of what is copied into it, and Lambda's user owns none of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from gate.rie import readable
from tests.gate.planting import Plant

TREE = {"handler.py": "", "pkg/__init__.py": "", "pkg/service.py": "", "pkg/notes.txt": ""}


@pytest.fixture
def tree(plant: Plant) -> Path:
    root = plant(TREE)
    for path in root.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return root


def test_what_everybody_may_read_is_right(tree: Path) -> None:
    (tree / "pkg/notes.txt").chmod(0o600)  # no code
    tree.chmod(0o700)  # made anew in the image
    assert readable.look(tree) == readable.Readable()


@pytest.mark.parametrize(
    ("path", "mode"), [("pkg/service.py", 0o600), ("pkg", 0o700), ("pkg", 0o754)]
)
def test_some_code_that_others_may_not_read(tree: Path, path: str, mode: int) -> None:
    (tree / path).chmod(mode)
    (finding,) = readable.look(tree).refused
    assert finding.rule == "smoke.unreadable"
    assert finding.message.startswith(f"Lambda's user may not read {path}: ")
    assert [one.path for one in finding.places] == [str(tree / path)]


def test_where_all_is_closed_it_is_the_machines_habit(tree: Path) -> None:
    for path in tree.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)
    found = readable.look(tree)
    assert not found.refused
    assert found.notes == (
        "their owner alone may read these files: the image must let others read them",
    )
