"""`pip install` of this repository: the `gate` command, with nothing else in the environment."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from email.parser import Parser
from pathlib import Path

import pytest

from gate.cli import CHECKS
from tests.gate.planting import REPOSITORY, Plant

pytestmark = pytest.mark.slow

# Read or run as files, so that no import would miss them.
DATA = (
    "gate/formats/schema.json",
    "gate/inspection/child/__main__.py",
    "gate/rie/child_provide.py",
    "gate/rie/guard.py",
)
PAIR = {
    "lazy_app.py": """
        from fastapi import FastAPI
        app = FastAPI()
        @app.get("/health")
        def health(): ...
    """,
    "main.py": "from lazy_app import app\n",
}
STACK = {"type": "aws:cloudformation:stack", "properties": {"templateFile": "t.json"}}
ASSEMBLY = json.dumps({"artifacts": {"x-dev-service": STACK}})


@dataclass(frozen=True)
class Installed:
    """An environment of its own that holds the wheel alone."""

    wheel: Path
    folder: Path

    def gate(self, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        """Run the console script, with nothing of this checkout in reach."""
        return run([str(self.folder / "bin/gate"), *arguments], cwd=cwd)


def run(command: Sequence[str], *, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=cwd,
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = run(build, cwd=REPOSITORY)
    assert done.returncode == 0, done.stderr
    (wheel,) = folder.glob("*.whl")
    environment = folder / "environment"
    for command in (
        [sys.executable, "-m", "venv", "--without-pip", str(environment)],
        # No index and no file but this one: whatever it needed would be missing.
        [sys.executable, "-m", "pip", "--python", str(environment), "install", "--quiet",
         "--no-index", str(wheel)],
    ):  # fmt: skip
        done = run(command, cwd=folder)
        assert done.returncode == 0, done.stderr
    return Installed(wheel, environment)


def test_it_holds_the_gate_and_the_probes_alone(installed: Installed) -> None:
    names = zipfile.ZipFile(installed.wheel).namelist()
    assert {name.split("/")[0].split("-")[0] for name in names} == {
        "gate",
        "probes",
        "lambda_release_gate",
    }
    assert set(DATA) <= set(names)
    sources = {
        path.relative_to(REPOSITORY).as_posix()
        for package in ("gate", "probes")
        for path in (REPOSITORY / package).rglob("*.py")
    }
    assert sources <= set(names)


def test_it_needs_nothing_but_for_its_extras(installed: Installed) -> None:
    wheel = zipfile.ZipFile(installed.wheel)
    (name,) = [name for name in wheel.namelist() if name.endswith("/METADATA")]
    metadata = Parser().parsestr(wheel.read(name).decode())
    needed = metadata.get_all("Requires-Dist") or []
    assert all("; extra ==" in one for one in needed)
    assert sorted(metadata.get_all("Provides-Extra") or []) == ["aws", "detect", "smoke"]
    assert {one.split(">")[0] for one in needed} == {
        *("awslambdaric", "boto3", "matplotlib", "numpy"),
    }


def test_every_check_explains_itself(installed: Installed, tmp_path: Path) -> None:
    for arguments in ([], *([check.name] for check in CHECKS)):
        done = installed.gate(*arguments, "--help", cwd=tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
        assert "usage: gate" in done.stdout


def test_reading_needs_no_framework(installed: Installed, plant: Plant) -> None:
    root = plant(PAIR)
    static = installed.gate("parity", "--static", "--root", ".", cwd=root)
    assert (static.returncode, static.stderr) == (0, "")
    assert "single entry point: main:app is lazy_app:app" in static.stdout
    assert installed.gate("audit", cwd=root).returncode == 0


def test_importing_says_what_the_interpreter_lacks(installed: Installed, plant: Plant) -> None:
    root = plant(PAIR)
    lacking = installed.gate("parity", "--root", ".", cwd=root)
    assert lacking.returncode == 1
    assert "No module named 'fastapi'" in lacking.stdout
    assert "lazy_app.py:2" in lacking.stdout
    assert lacking.stderr == ""


def test_the_judged_code_has_an_interpreter_of_its_own(installed: Installed, plant: Plant) -> None:
    settings = f'[tool.gate]\nroot = "."\npython = "{sys.executable}"\n'
    done = installed.gate("parity", cwd=plant({**PAIR, "pyproject.toml": settings}))
    assert (done.returncode, done.stderr) == (0, "")
    assert "single entry point" in done.stdout


def test_what_needs_an_extra_says_which(installed: Installed, plant: Plant) -> None:
    root = plant({"cdk.out/manifest.json": ASSEMBLY, "cdk.out/t.json": '{"Resources": {}}'})
    done = installed.gate("verify", "--stage", "dev", cwd=root)
    assert (done.returncode, done.stdout) == (2, "")
    assert "boto3 is not installed; install the extra `aws`" in done.stderr
    assert done.stderr.count("\n") == 1
