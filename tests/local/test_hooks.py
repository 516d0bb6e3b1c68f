"""git's pre-commit hook, with real commits in a repository of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from local import hooks

ROOT = Path(__file__).parents[2]
BACKEND = "lambda_src/backend"
MAIN = f"{BACKEND}/main.py"
DRIFT = """\
from fastapi import FastAPI

import lazy_app

app = FastAPI(title="CredMate", version="1.0.0", redirect_slashes=False)
app.include_router(lazy_app.app.router)
"""
IDENTITY = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "A Person"), ("EMAIL", "person@credmate.example"))
}


@dataclass(frozen=True)
class Repository:
    folder: Path

    def git(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        inherited = {name: value for name, value in os.environ.items() if name[:4] != "GIT_"}
        return subprocess.run(
            ["git", *arguments],
            cwd=self.folder,
            env={**inherited, **IDENTITY, "GIT_CONFIG_GLOBAL": os.devnull},
            capture_output=True,
            text=True,
            check=False,
        )

    def commit(self, **files: str) -> subprocess.CompletedProcess[str]:
        """Write files, stage and commit them."""
        self.stage(**files)
        return self.git("commit", "--quiet", "--message", "A change")

    def stage(self, **files: str) -> None:
        for name, text in files.items():
            (self.folder / name).write_text(text, encoding="utf-8")
            assert self.git("add", name).returncode == 0

    def read(self, name: str) -> str:
        return (self.folder / name).read_text(encoding="utf-8")

    @property
    def head(self) -> str:
        return self.git("rev-parse", "HEAD").stdout


def tracked() -> list[str]:
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    return [os.fsdecode(name) for name in done.stdout.split(b"\0") if name]


@pytest.fixture(scope="module")
def committed(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """This project in a new repository, with blanks and quotes in its path."""
    repository = Repository(tmp_path_factory.mktemp("it's a copy"))
    for name in tracked():
        if (ROOT / name).is_file():
            (repository.folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, repository.folder / name)
    for command in (("init", "--quiet"), ("add", "--all"), ("commit", "--quiet", "-m", "First")):
        done = repository.git(*command)
        assert done.returncode == 0, done.stderr
    hooks.install(repository.folder, sys.executable)
    return repository


@pytest.fixture
def repository(committed: Repository) -> Repository:
    """The same, as it was committed first."""
    committed.git("reset", "--quiet", "--hard")
    return committed


@pytest.fixture
def empty(tmp_path: Path) -> Repository:
    repository = Repository(tmp_path / "empty")
    repository.folder.mkdir()
    repository.git("init", "--quiet")
    return repository


@pytest.mark.slow
def test_a_harmless_commit_passes_whatever_lies_there_unstaged(repository: Repository) -> None:
    before = repository.head
    (repository.folder / MAIN).write_text(DRIFT, encoding="utf-8")
    done = repository.commit(**{"README.md": repository.read("README.md") + "\nOne line more.\n"})
    assert done.returncode == 0, done.stderr
    assert repository.head != before


@pytest.mark.slow
def test_entry_points_that_drift_apart_are_refused_by_name(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    before = repository.head
    done = repository.commit(**{MAIN: DRIFT})
    said = done.stdout + done.stderr
    assert done.returncode != 0
    assert repository.head == before
    assert "GZipMiddleware(minimum_size=500)" in said
    assert f"{BACKEND}/lazy_app.py:" in said
    assert "pre-commit: refused; correct what is said above and stage it" in said
    assert list(tmp_path.iterdir()) == []
    assert repository.git("status", "--porcelain").stdout == f"M  {MAIN}\n"


@pytest.mark.slow
def test_what_is_staged_counts_in_a_worktree_too(repository: Repository, tmp_path: Path) -> None:
    """A command that is written twice, staged, and put right in the work tree alone."""
    folder = tmp_path / "more"
    assert repository.git("worktree", "add", "--quiet", "--detach", str(folder)).returncode == 0
    worktree, before = Repository(folder), repository.head
    assert "is there already" in hooks.install(folder, sys.executable)
    right = worktree.read(f"{BACKEND}/Dockerfile")
    worktree.stage(**{f"{BACKEND}/Dockerfile": right + 'CMD ["handler.lambda_handler"]\n'})
    (folder / BACKEND / "Dockerfile").write_text(right, encoding="utf-8")
    done = worktree.git("commit", "--quiet", "--message", "Staged wrong")
    assert done.returncode != 0
    assert worktree.head == before
    assert f"{BACKEND}/Dockerfile, stages/_shared.toml" in done.stdout + done.stderr


def test_it_is_written_once_and_renewed_when_it_is_ours(empty: Repository) -> None:
    hook = empty.folder / ".git/hooks/pre-commit"
    assert "written: gate parity --static, gate audit" in hooks.install(empty.folder, "python3")
    assert hook.stat().st_mode & 0o111
    assert "is there already" in hooks.install(empty.folder, "python3")
    assert "written" in hooks.install(empty.folder, "/another/python")
    assert "/another/python -P -m gate audit" in hook.read_text()


@pytest.mark.parametrize("present", [b"#!/bin/sh\nexit 0\n", b"\x7fELF\xff\xfe"])
def test_a_hook_of_somebody_is_left_alone(present: bytes, empty: Repository) -> None:
    hook = empty.folder / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_bytes(present)
    with pytest.raises(hooks.HookError, match="a hook of your own; add to it:\n  python3 -P -m"):
        hooks.install(empty.folder, "python3")
    assert hook.read_bytes() == present


def test_hooks_that_are_shared_with_other_repositories_are_left_alone(
    empty: Repository, tmp_path: Path
) -> None:
    empty.git("config", "core.hooksPath", str(tmp_path / "shared"))
    with pytest.raises(hooks.HookError, match=r"core\.hooksPath names .*shared"):
        hooks.install(empty.folder, "python3")
    assert not (tmp_path / "shared").exists()
    empty.git("config", "core.hooksPath", ".githooks")
    hooks.install(empty.folder, "python3")
    assert (empty.folder / ".githooks/pre-commit").exists()


def test_without_a_repository_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(hooks, "ROOT", tmp_path)
    assert hooks.main() == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "not a git repository" in err


def test_make_hooks_runs_it() -> None:
    done = subprocess.run(
        ["make", "--dry-run", "hooks"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert ".venv/bin/python local/hooks.py" in done.stdout
