"""The hook's package as Lambda gets it: nothing of the checkout, boto3 alone beside it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from stacks.components.probe_package import package
from stacks.components.traffic_hook import CODE

PROGRAM = """\
import sys, pathlib
sys.path.insert(0, sys.argv[1])
from traffic_hook import handler, judging
assert judging.PROBES == pathlib.Path(sys.argv[1]) / "probes.toml", judging.PROBES
assert judging.PROBES.is_file()
assert callable(handler.before_traffic) and callable(handler.after_traffic)
print(sorted(m for m in sys.modules if m.partition(".")[0] in {"stacks", "gate", "pydantic"}))
"""


def test_it_imports_with_nothing_of_the_checkout(tmp_path: Path) -> None:
    folder = package(tmp_path / "package", CODE)
    done = subprocess.run(
        [sys.executable, "-I", "-c", PROGRAM, str(folder)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr


def test_the_same_sources_make_the_same_package(tmp_path: Path) -> None:
    contents = [
        {
            path.relative_to(folder): path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file()
        }
        for folder in (package(tmp_path / name, CODE) for name in ("one", "other"))
    ]
    assert contents[0] == contents[1]
    assert {str(path) for path in contents[0]} >= {"probes.toml", "traffic_hook/handler.py"}
    assert not [path for path in contents[0] if "__pycache__" in path.parts]
