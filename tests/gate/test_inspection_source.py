from __future__ import annotations

from pathlib import Path

from gate.inspection import source
from gate.inspection.entry import find_module
from gate.report import Place
from tests.gate.planting import Plant

TREE = {
    "a.py": """import os as system
        X = 1
        y: int = 2
        class C:
            f = 1
            g: int = 2
        def d(): ...
        """.replace("\n        ", "\n"),
    "pkg/__init__.py": "class C: ...",
    "pkg/deep.py": "def f():\n    class Inner: ...\n",
    "broken.py": "def (",
    ".venv/lib/x.py": "class Hidden: ...",
    "env/pyvenv.cfg": "",
    "env/x.py": "class Installed: ...",
    "node_modules/x.py": "class Vendored: ...",
}


def test_classes_are_found_where_they_are_defined(plant: Plant) -> None:
    root = plant(TREE)
    found = source.classes(root)
    assert {(one.module, one.line) for one in found["C"]} == {("a", 4), ("pkg", 1)}
    assert [(one.module, one.line) for one in found["Inner"]] == [("pkg.deep", 2)]
    assert set(found) == {"C", "Inner"}


def test_names_that_a_module_binds(plant: Plant) -> None:
    file = plant(TREE) / "a.py"
    assert all(source.defines(file, name) for name in ("system", "X", "y", "C", "d"))
    assert not source.defines(file, "f")
    assert not source.defines(file.with_name("broken.py"), "f")


def test_lines_of_attributes(plant: Plant) -> None:
    file = plant(TREE) / "a.py"
    lines = [source.attribute_line(file, "C", name) for name in ("f", "g", "gone")]
    assert lines == [5, 6, 4]
    assert source.attribute_line(file, "D", "f") is None


def test_what_is_no_source_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "binary.py").write_bytes(bytes(range(256)) * 100)
    assert source.tree(tmp_path / "binary.py") is None


def test_the_line_of_a_text(plant: Plant) -> None:
    file = plant(TREE) / "a.py"
    assert source.place_of_text(file, "class C") == Place(str(file), 4)
    assert source.place_of_text(file, "gone") == Place(str(file))
    assert source.place_of_text(file.with_name("gone.py"), "x").line is None


def test_modules_are_found_as_they_are_imported(plant: Plant) -> None:
    root = plant(TREE)
    assert find_module(root, "pkg") == root / "pkg/__init__.py"
    assert find_module(root, "pkg.deep") == root / "pkg/deep.py"
    assert find_module(root, "gone") is None
    assert source.module_name(root / "pkg/__init__.py", root) == "pkg"
