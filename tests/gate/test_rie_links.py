"""An image that is made by copying a folder has its links, and not what lies elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from gate.allowances import Allowance, Allowances
from gate.rie import links
from tests.gate.planting import Plant


@pytest.fixture
def tree(plant: Plant, tmp_path: Path) -> Path:
    shared = tmp_path / "shared"
    shared.mkdir()
    (shared / "__init__.py").touch()
    return plant({"handler.py": "", "pkg/__init__.py": "", "pkg/models.py": "", "notes.txt": ""})


def found(tree: Path, *rows: Allowance) -> list[str]:
    allowances = Allowances("smoke", rows)
    return [finding.message for finding in links.look(tree, allowances)]


@pytest.mark.parametrize(
    ("name", "target", "said"),
    [
        ("shared", "../shared", "shared is a link to ../shared, which is not in this folder"),
        ("pkg/shared", "../../shared", "pkg/shared is a link to ../../shared, which is not"),
        ("tables.py", "../shared/__init__.py", "tables.py is a link to ../shared/__init__.py, "),
        ("gone", "../gone", "gone is a link to ../gone, where nothing is"),
        ("gone.py", "nowhere.py", "gone.py is a link to nowhere.py, where nothing is"),
    ],
)
def test_code_that_lies_elsewhere_is_found(tree: Path, name: str, target: str, said: str) -> None:
    (tree / name).symlink_to(target)
    (message,) = found(tree)
    assert message.startswith(said)


def test_a_whole_path_is_another_one_in_an_image(tree: Path) -> None:
    (tree / "tables").symlink_to(tree / "pkg")
    (message,) = found(tree)
    assert message.startswith(f"tables is a link to {tree}/pkg, ")


@pytest.mark.parametrize(
    ("name", "target"),
    [("tables.py", "pkg/models.py"), ("again", "pkg"), ("readme.md", "../readme.md")],
)
def test_links_within_the_folder_and_to_no_code_are_right(
    tree: Path, name: str, target: str
) -> None:
    (tree / name).symlink_to(target)
    assert found(tree) == []


def test_a_link_that_the_image_keeps_is_allowed(tree: Path) -> None:
    (tree / "shared").symlink_to("../shared")
    assert found(tree, Allowance("smoke.link", "COPY puts it there", path="shared")) == []
