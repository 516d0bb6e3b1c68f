"""Another repository takes the hooks by reference, with pre-commit itself.

pre-commit builds the hooks' environment, which takes the build backend from the package index.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.gate.planting import REPOSITORY, Plant

pytestmark = pytest.mark.slow

PUBLISHED = (".pre-commit-hooks.yaml", "pyproject.toml", "README.md", "gate", "probes")
APP = """\
from fastapi import FastAPI
app = FastAPI()
@app.get("/health")
def health(): ...
"""
SETTINGS = '[tool.gate]\nroot = "."\n'
CONFIG = """
repos:
- repo: {published}
  rev: {revision}
  hooks: [{{ id: gate-parity-static }}, {{ id: gate-audit }}]
"""


def git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=A Person", "-c", "user.email=person@credmate.example")
    done = subprocess.run(
        ["git", *identity, *arguments], cwd=folder, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """This project's hooks and packages, as a repository to refer to."""
    folder = tmp_path / "published"
    folder.mkdir()
    for name in PUBLISHED:
        if (REPOSITORY / name).is_dir():
            hidden = shutil.ignore_patterns("__pycache__")
            shutil.copytree(REPOSITORY / name, folder / name, ignore=hidden)
        else:
            shutil.copy(REPOSITORY / name, folder / name)
    for command in (("init", "--quiet"), ("add", "--all"), ("commit", "--quiet", "-m", "One")):
        git(folder, *command)
    return folder


def test_pre_commit_runs_them(published: Path, plant: Plant, tmp_path: Path) -> None:
    revision = git(published, "rev-parse", "HEAD")
    config = CONFIG.format(published=published, revision=revision)
    root = plant(
        {
            ".pre-commit-config.yaml": config,
            "pyproject.toml": SETTINGS,
            "lazy_app.py": APP,
            "main.py": "from lazy_app import app\n",
        }
    )
    for command in (("init", "--quiet"), ("add", "--all")):
        git(root, *command)

    def pre_commit() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "pre_commit", "run", "--all-files", "--color", "never"],
            cwd=root,
            env={**os.environ, "PRE_COMMIT_HOME": str(tmp_path / "home")},
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )

    right = pre_commit()
    assert right.returncode == 0, right.stdout + right.stderr
    assert right.stdout.count("Passed") == 2
    (root / "main.py").write_text(
        APP.replace("FastAPI()", "FastAPI(docs_url=None)"), encoding="utf-8"
    )
    (root / "dev.py").write_text(APP, encoding="utf-8")
    git(root, "add", "--all")
    wrong = pre_commit()
    assert wrong.returncode == 1
    assert "docs_url" in wrong.stdout
    assert "3 modules build an application: dev.py" in wrong.stdout
    assert "Traceback" not in wrong.stdout + wrong.stderr


def test_every_hook_runs_a_check_that_is_there() -> None:
    hooks = yaml.safe_load((REPOSITORY / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert [hook["id"] for hook in hooks] == [
        "gate-parity-static",
        "gate-audit",
        "gate-parity",
        "gate-models",
    ]
    for hook in hooks:
        assert (hook["language"], hook["pass_filenames"]) == ("python", False)
        words = hook["entry"].split()
        assert words[0] == "gate"
        done = subprocess.run(
            [sys.executable, "-m", *words, "--help"],
            cwd=REPOSITORY,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0
