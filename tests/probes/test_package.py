"""The folder alone is enough: a Lambda function and a canary take it as it is."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import probes

FOLDER = Path(probes.__file__).parent


def test_it_imports_the_standard_library_alone() -> None:
    for file in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            for name in names:
                top = name.partition(".")[0]
                assert top in sys.stdlib_module_names | {"probes"}, f"{file.name}: {name}"


def test_a_copy_of_it_works_anywhere(tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path / "probes")
    (tmp_path / "probes.toml").write_text(
        '[[probe]]\nname = "a"\nmethod = "GET"\npath = "/"\n[probe.expect]\nstatus = 200\n'
    )
    script = (
        "import pathlib, sys; sys.path.insert(0, '.'); import probes;"
        "print(probes.load(pathlib.Path('probes.toml'), {})[0].name, probes.__file__)"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", script],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    name, file = done.stdout.split()
    assert name == "a"
    assert (tmp_path / file).resolve().is_relative_to(tmp_path.resolve())
