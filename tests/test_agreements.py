"""What two rooms that may not import each other must agree on."""

import tomllib
from pathlib import Path
from typing import get_args

import pytest

from shared.settings import read
from stacks.stage import Function

ROOT = Path(__file__).parents[1]
STAGE_LOG_LEVELS = get_args(Function.model_fields["log_level"].annotation)


@pytest.mark.parametrize("level", STAGE_LOG_LEVELS)
def test_every_log_level_of_a_stage_is_one_of_the_backend(level: str) -> None:
    assert read({"LOG_LEVEL": level}).log_level == level


def versions(lock: Path) -> dict[str, str]:
    lines = [line for line in lock.read_text().splitlines() if "==" in line and line[0].isalpha()]
    return dict(line.split(" ")[0].split("==") for line in lines)


IMAGE = ("lambda_src/backend/requirements.txt", "lambda_src/image/requirements.txt")


@pytest.mark.parametrize("lock", IMAGE)
def test_the_image_runs_the_versions_that_are_tested(lock: str) -> None:
    tested = versions(ROOT / "requirements.txt")
    image = versions(ROOT / lock)
    assert image
    assert image.items() <= tested.items()


@pytest.mark.parametrize("lock", ["requirements.txt", *IMAGE, "local/emulator/requirements.txt"])
def test_a_lock_is_hashed_and_names_no_index(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert text.count("==") <= text.count("--hash=sha256:")
    assert "://" not in text
    assert "--index" not in text


def test_the_base_image_is_the_same_in_the_stage_and_in_the_dockerfile() -> None:
    stage = tomllib.loads((ROOT / "stages/_shared.toml").read_text())
    base, *_digest = stage["image"]["base"].split("@")  # the stage may pin it
    dockerfile = (ROOT / "lambda_src/backend/Dockerfile").read_text()
    assert f"ARG BASE_IMAGE={base}\n" in dockerfile


def test_the_handler_command_is_written_once() -> None:
    command = tomllib.loads((ROOT / "stages/_shared.toml").read_text())["function"]["command"]
    places = [
        path.relative_to(ROOT).as_posix()
        for folder in ("stages", "stacks", "local", "lambda_src", "probes")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in {".py", ".toml", ".yaml", ""} and path.is_file()
        and command in path.read_text()
    ]  # fmt: skip
    assert places == ["stages/_shared.toml"]


@pytest.mark.xdist_group("kept")
def test_a_group_of_tests_stays_on_one_worker(request: pytest.FixtureRequest) -> None:
    """A pytest that pytest-xdist does not know yet scatters them, and says nothing."""
    grouped = request.config.getoption("loadgroup", default=False)
    assert request.node.nodeid.endswith("@kept") == grouped
    items = [one for one in request.session.items if one.get_closest_marker("xdist_group")]
    assert [one.nodeid for one in items if grouped and "@" not in one.nodeid[-30:]] == []
