"""`gate smoke --image`, against a real container engine."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.engine import base, daemon
from tests.gate.planting import REPOSITORY, RunGate, wait_until

HANDLERS = REPOSITORY / "tests" / "assets" / "handlers"
PROBES = ("--probes", str(HANDLERS / "probes.toml"))
TAG = "handlers:test"


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[daemon.Engine]:
    """A private engine, with an image of the handlers on a base of Lambda's contract."""
    folder = tmp_path_factory.mktemp("engine")
    with daemon.engine(folder=folder, registry="registry.test", address="127.0.0.9") as engine:
        context = folder / "context"
        shutil.copytree(HANDLERS, context)
        (context / "Dockerfile").write_text(
            f"FROM {base.ensure(engine)}\nCOPY *.py /var/task/\nUSER 65534:65534\n"
        )
        engine.docker("build", "--quiet", "--tag", TAG, str(context))
        try:
            yield engine
        finally:
            engine.docker("image", "rm", "--force", TAG)


@pytest.fixture
def docker_host(engine: daemon.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{engine.socket}")


def containers(engine: daemon.Engine) -> list[str]:
    return engine.docker("ps", "--all", "--format", "{{.Names}}", "--filter", "name=gate-").split()


@pytest.mark.engine
@pytest.mark.usefixtures("docker_host")
def test_a_right_image_passes_confined_as_on_lambda(
    run_gate: RunGate, engine: daemon.Engine
) -> None:
    done = run_gate("smoke", "--image", TAG, "--handler", "handlers.confined", *PROBES)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert done.stdout.endswith("smoke: passed\n")
    assert containers(engine) == []


@pytest.mark.engine
@pytest.mark.usefixtures("docker_host")
@pytest.mark.parametrize(
    ("handler", "rule"),
    [
        ("handlers.raises", "smoke.function-error"),
        ("handlers.exits", "smoke.died"),
        ("import_error.handler", "smoke.init-failed"),
        ("handler.lambda_handler", "smoke.init-failed"),
    ],
)
def test_a_wrong_image_is_found(
    run_gate: RunGate, engine: daemon.Engine, handler: str, rule: str
) -> None:
    done = run_gate("smoke", "--image", TAG, "--handler", handler, *PROBES, "--format", "json")
    assert (done.returncode, done.stderr) == (1, "")
    assert f'"rule": "{rule}"' in done.stdout
    assert containers(engine) == []


@pytest.mark.engine
@pytest.mark.usefixtures("docker_host")
def test_an_image_that_is_not_there(run_gate: RunGate) -> None:
    done = run_gate("smoke", "--image", "absent:1", "--handler", "handlers.ok", *PROBES)
    assert (done.returncode, done.stdout) == (2, "")
    assert "docker image: " in done.stderr
    assert "absent:1" in done.stderr


@pytest.mark.engine
@pytest.mark.usefixtures("docker_host")
def test_variables_get_in_and_no_secret_gets_out(run_gate: RunGate) -> None:
    done = run_gate(
        *("smoke", "--image", TAG, "--handler", "handlers.leaks"),
        *("--env", "SECRET=hunter2 hunter3", "--env", "TOKEN=a-token-of-the-probe"),
        *("--probes", str(HANDLERS / "secret_probes.toml")),
    )
    assert done.returncode == 1
    assert "ValueError: *** is wrong" in done.stdout
    assert "hunter2" not in done.stdout + done.stderr


@pytest.mark.engine
@pytest.mark.usefixtures("docker_host")
def test_the_context_manager_is_told_where_containers_find_this_machine(
    run_gate: RunGate, engine: daemon.Engine, tmp_path: Path
) -> None:
    (tmp_path / "needs.py").write_text(
        "import contextlib, os, pathlib\n"
        "@contextlib.contextmanager\n"
        "def needs():\n"
        "    pathlib.Path('host').write_text(os.environ['GATE_CONTAINER_HOST'])\n"
        "    yield {}\n"
    )
    done = run_gate(
        *("smoke", "--image", TAG, "--handler", "handlers.ok", *PROBES),
        *("--environment", "needs:needs"),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "host").read_text() == engine.gateway


@pytest.mark.engine
@pytest.mark.usefixtures("docker_host")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_signal_leaves_no_container(
    engine: daemon.Engine, tmp_path: Path, number: signal.Signals
) -> None:
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "gate", "smoke", "--image", TAG),
            *("--handler", "handlers.stubborn", *PROBES),
        ],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        stderr=subprocess.PIPE,
    )
    try:
        wait_until(lambda: bool(engine.docker("ps", "--quiet").strip()))
        process.send_signal(number)
        process.communicate(timeout=40)
        wait_until(lambda: containers(engine) == [])
    finally:
        process.kill()
    assert process.returncode == (130 if number == signal.SIGINT else -9)


def test_without_an_engine_there_is_nothing_to_look_at(
    run_gate: RunGate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///no/such/engine.sock")
    done = run_gate("smoke", "--image", TAG, "--handler", "handlers.ok", *PROBES)
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert "docker" in done.stderr


def test_without_the_command_it_says_what_to_do(
    run_gate: RunGate, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    done = run_gate("smoke", "--image", TAG, "--handler", "handlers.ok", *PROBES)
    assert (done.returncode, done.stdout) == (2, "")
    assert "no container engine: install docker, or use --local" in done.stderr
