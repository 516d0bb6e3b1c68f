"""The whole road, as a person walks it: `python -m local` in a checkout."""

import os
import shutil
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
INSTALLED = (".venv", ".venv-emulator", "node_modules")

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def walk(
    *arguments: str, cwd: Path = ROOT, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "local", *arguments],
        cwd=cwd,
        env=environment or dict(os.environ),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the sources that a test may break, with what is installed linked in."""
    copy = tmp_path / "tree"
    ignored = shutil.ignore_patterns(
        *INSTALLED, ".git", ".local", "cdk.out", "__pycache__", ".*_cache"
    )
    shutil.copytree(ROOT, copy, ignore=ignored)
    for name in INSTALLED:
        (copy / name).symlink_to(ROOT / name)
    return copy


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


EVERY_STATION = (
    "left out on this machine, and only here:",
    "AWS::Synthetics::Canary",
    "parity: single entry point: main:app is lazy_app:app",
    "smoke: passed",
    '"probe_user": "created"',
    "health: right",
    "ready: right",
    "login: right",
    "compression: right",
    "ProbeFailed login: 0",
    "alias credmate-local-backend:live → version 1",
    "verify: passed",
    "ProbeFailed login: 1",
    "| PAGE: probe login failed (local)",
    "| deployed last: version 1, sha256:",
    "| go back:       gate rollback --stage local",
    "RECOVERED: probe login failed (local), received after",
)


def test_a_checkout_is_walked_to_its_end() -> None:
    done = walk()
    assert done.returncode == 0, done.stdout
    assert [station for station in EVERY_STATION if station not in done.stdout] == []


@pytest.mark.engine
def test_the_real_image_is_built_pushed_deployed_by_digest_and_run() -> None:
    done = walk("--engine", "docker")
    assert done.returncode == 0, done.stdout
    assert [station for station in EVERY_STATION if station not in done.stdout] == []
    digest = next(line.split()[-1] for line in done.stdout.splitlines() if "image sha256:" in line)
    assert (
        f"credmate-local-backend:live: handler.lambda_handler in credmate-local-backend@{digest}"
        in (done.stdout)
    )


def test_a_wrong_handler_command_stops_it_by_name(tree: Path) -> None:
    edit(tree / "stages" / "_shared.toml", '"handler.lambda_handler"', '"handler.lambda_hander"')
    done = walk(cwd=tree)
    assert done.returncode == 1, done.stdout
    assert "handler: handler.lambda_hander names lambda_hander" in done.stdout


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("termination_protection", "termination_protecton", "termination_protecton: no such key"),
        ("[api]", "[api", "not a TOML file"),
    ],
)
def test_a_broken_stage_file_is_one_line_and_2(tree: Path, old: str, new: str, reason: str) -> None:
    edit(tree / "stages" / "local.toml", old, new)
    done = walk(cwd=tree)
    assert done.returncode == 2
    assert "stopped: " in done.stdout
    assert reason in done.stdout
    assert len(done.stdout.splitlines()) == 2


def with_marker(marker: str) -> Iterator[int]:
    """The processes that have a marker in their environment."""
    for environ in Path("/proc").glob("[0-9]*/environ"):
        try:
            if marker.encode() in environ.read_bytes():
                yield int(environ.parent.name)
        except OSError:
            continue  # it has just ended, or is somebody else's


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_interrupted_in_the_middle_it_leaves_no_process(number: signal.Signals) -> None:
    marker = f"ROAD_TEST={uuid.uuid4()}"
    name, value = marker.split("=")
    with subprocess.Popen(
        [sys.executable, "-m", "local"],
        cwd=ROOT,
        env=os.environ | {name: value},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        seen = ""
        while "AWS emulator" not in seen:
            line = process.stdout.readline()
            assert line, f"it ended before the emulator was up:\n{seen}"
            seen += line
        process.send_signal(number)
        rest = process.stdout.read()  # ends when the last process that could write has ended
        code = process.wait()
    assert code == (-9 if number == signal.SIGKILL else 130)
    assert "Traceback" not in rest
    while list(with_marker(marker)):
        pass  # the test's own time limit is the limit
