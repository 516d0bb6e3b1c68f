"""The stand-in base keeps the contract of the public Lambda base image, in a real engine."""

import json
from collections.abc import Iterator

import pytest

from local.engine import base
from local.engine.daemon import Engine, engine

pytestmark = [pytest.mark.engine, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    folder = tmp_path_factory.mktemp("engine")
    with engine(folder=folder, registry="registry.test", address="127.0.0.2") as started:
        yield started


@pytest.fixture(scope="module")
def tag(running: Engine) -> str:
    return base.ensure(running)


def run(engine: Engine, tag: str, entry_point: str, *arguments: str) -> str:
    confined = ("--read-only", "--cap-drop", "ALL", "--user", "65534:65534", "--network", "none")
    return engine.docker("run", "--rm", *confined, "--entrypoint", entry_point, tag, *arguments)


def test_it_says_of_itself_what_the_real_base_says(running: Engine, tag: str) -> None:
    config = json.loads(running.docker("image", "inspect", tag))[0]["Config"]
    assert config["Entrypoint"] == ["/lambda-entrypoint.sh"]
    assert config["WorkingDir"] == "/var/task"
    assert not config["Cmd"]
    assert set(config["Env"]) == {f"{name}={value}" for name, value in base.ENVIRONMENT.items()}


def test_without_a_handler_the_entry_point_refuses(running: Engine, tag: str) -> None:
    script = "/lambda-entrypoint.sh; echo ended with $?"
    assert "ended with 142" in run(running, tag, "sh", "-c", script)


def test_python_and_the_runtime_client_run_confined(running: Engine, tag: str) -> None:
    imports = "import ssl, sqlite3, sys; sys.path.append('/var/runtime'); import awslambdaric"
    assert run(running, tag, "python", "-c", f"{imports}; print(sys.prefix)").strip() == "/var/lang"


def test_its_standard_library_is_compiled(running: Engine, tag: str) -> None:
    script = "import json, pathlib; print(pathlib.Path(json.__cached__).exists())"
    assert run(running, tag, "python", "-c", script).strip() == "True"


def test_it_is_made_once(running: Engine, tag: str) -> None:
    created = running.docker("image", "inspect", "--format", "{{.Created}}", tag)
    assert base.ensure(running) == tag
    assert running.docker("image", "inspect", "--format", "{{.Created}}", tag) == created
