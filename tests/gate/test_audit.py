"""The check as a whole: on this repository, on hostile files, from the command line."""

from __future__ import annotations

import json
import os
import subprocess
import time
from pathlib import Path

import pytest

from gate import config
from gate.audit.files import files
from gate.checks import audit
from tests.gate.auditing import audited
from tests.gate.planting import REPOSITORY, Plant, RunGate

APP = b"from fastapi import FastAPI\napp = FastAPI()\n"
SECONDS = 20  # for a hostile file; each takes a fraction of one on a quiet machine
HOSTILE = {
    "nul.py": b"\0\1\2" * 1000,
    "latin.py": b"# -*- coding: latin-1 -*-\nX = '\xe9'\n",
    "not_utf8.py": b"X = '\xff\xfe'\n",
    "big.py": b"x = 1\n" * 900_000,
    "deep.py": b"(" * 5000 + b")" * 5000,
    "minus.py": b"x = " + b"-" * 50_000 + b"1\n",
    "chain.py": b"x = a" + b".b" * 50_000 + b"\n",
    "sum.py": b"x = " + b"1+" * 50_000 + b"1\n",
    "escape.py": b"x = '\\d'\n",
    "circle_a.py": b"from circle_b import app\n",
    "circle_b.py": b"from circle_a import app\n",
    "self.py": b"a = a\nb = c\nc = b\nimport self\nfrom self import b\napp = b()\n",
    "Dockerfile": b"FROM x\nCMD [" * 1000 + b"\\\n" * 1000,
    "bin/Dockerfile": bytes(range(256)),
    "compose.yaml": b"a: &a [*a]\n" + b"[" * 100_000,
    "x/compose.yaml": b"a: &a\n  <<: *b\nb: &b\n  <<: *a\n",
    "deep.yaml": b"AWSTemplateFormatVersion: 1\n" + b"\n".join(b" " * n + b"a:" for n in range(99)),
    "package.json": b"[" * 100_000,
    "x/package-lock.json": b'{"packages": 3}',
    "y/package-lock.json": b'{"packages": {"node_modules/x": []}}',
    "pyproject.toml": b"a = " + b"[" * 5000,
    "x/pyproject.toml": b'[project]\ndependencies = 3\n[tool]\npoetry = []\ngate = 3\n',
    "y/pyproject.toml": b"\xff\xfe[tool",
    "uv.lock": b'package = [3, {name = 3}, {name = "x"}]',
    "Pipfile": b"packages = 3\n",
    "Pipfile.lock": b"3",
    "setup.cfg": b"[options\ninstall_requires = x\n",
    "requirements.txt": b"a" * 100_000 + b"[" * 100_000 + b"==1",
    "main.tf": b'resource "a" {' * 5000,
    "stages/x.toml": b"command = 3\nhandler = ['a', 'b']\n",
    "probes.toml": b'probe = [3, {name = "x"}, {path = "/"}]\n',
    "Makefile": b"uvicorn 'never closed\n\\",
    "a.ts": b"import 'aws-cdk-lib';\nenvironment: {" * 1000,
}  # fmt: skip


def test_this_repository_says_nothing_twice() -> None:
    report = audit.check(audit.Target(REPOSITORY, config.load(REPOSITORY)))
    assert report.findings == ()
    assert not [note for note in report.notes if note.startswith(("undecided", "not read"))]
    assert any(note.startswith("allowed, audit.requirement.differs") for note in report.notes)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_no_crash_and_hides_nothing(name: str, tmp_path: Path) -> None:
    for path, data in {"one/main.py": APP, "one/lazy_app.py": APP, name: HOSTILE[name]}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)
    start = time.monotonic()
    plain = config.Config(root=tmp_path, probes=tmp_path / "probes.toml")
    report = audit.check(audit.Target(tmp_path, plain))
    assert time.monotonic() - start < SECONDS
    assert "audit.application.twice" in [finding.rule for finding in report.findings]


@pytest.mark.parametrize("name", ["nul.py", "not_utf8.py", "big.py", "deep.py", "compose.yaml"])
def test_what_cannot_be_read_is_named(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(HOSTILE[name] + b"\nfrom fastapi import FastAPI")
    assert any(f"{name}" in note for note in audited(tmp_path).notes if note.startswith("not read"))


def test_links_pipes_and_folders_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_bytes(APP)
    (tmp_path / "link.py").symlink_to("main.py")
    (tmp_path / "gone.py").symlink_to("nowhere")
    (tmp_path / "round").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "pipe.py")
    (tmp_path / "folder.py").mkdir()
    for folder in (".hidden", "node_modules/x", "lib/site-packages", "build"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "app.py").write_bytes(APP)
    (tmp_path / "own").mkdir()
    (tmp_path / "own/pyvenv.cfg").touch()
    (tmp_path / "own/app.py").write_bytes(APP)
    assert [file.name for file in files(tmp_path)] == ["main.py"]


def test_in_a_work_tree_git_says_what_counts_and_nothing_is_run(tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree/main.py").write_bytes(APP)
    (tmp_path / "tree/scratch.py").write_bytes(APP)
    for command in (
        ("init", "--quiet"),
        ("add", "main.py"),
        ("config", "core.fsmonitor", f"touch {ran};"),
    ):
        subprocess.run(["git", *command], cwd=tmp_path / "tree", check=True)
    assert [file.name for file in files(tmp_path / "tree")] == ["main.py"]
    assert not ran.exists()


def test_the_command_line(plant: Plant, run_gate: RunGate) -> None:
    root = plant({"a.py": APP.decode(), "b.py": APP.decode()})
    done = run_gate("audit", str(root), "--format", "json")
    assert done.returncode == 1
    (finding,) = json.loads(done.stdout)["reports"][0]["findings"]
    assert finding["rule"] == "audit.application.twice"
    here = run_gate("audit", cwd=root)
    assert "  a.py:2\n  b.py:2\n  fix: " in here.stdout


@pytest.mark.parametrize(
    ("files_", "said"),
    [
        ({}, "nowhere: no such folder"),
        ({"pyproject.toml": "[tool.gate"}, "not a TOML file"),
        ({"pyproject.toml": "[tool.gate]\naudit-allow = [{rule = 'x'}]"}, "audit-allow must be"),
        ({"pyproject.toml": "[tool.gate]\naudit-allow = [{rool = 'x', reason = 'y'}]"}, "must be"),
    ],
)
def test_bad_input_is_2(files_: dict[str, str], said: str, plant: Plant, run_gate: RunGate) -> None:
    root = plant(files_) if files_ else Path("nowhere")
    done = run_gate("audit", str(root))
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
