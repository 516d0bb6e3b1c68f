"""Without a digest the CDK builds the Dockerfile: from the right files, and those alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from stacks.settings import ROOT
from stacks.stage import Image
from tests.stacks.assembled import Assembled, synthesize

# What the smoke test in the Dockerfile needs, and the image itself.
TOP_LEVEL = {".dockerignore", "gate", "lambda_src", "local", "probes", "probes.toml"}
NEEDED = (
    *("lambda_src/backend/Dockerfile", "lambda_src/backend/requirements.txt"),
    *("lambda_src/backend/lazy_app.py", "lambda_src/backend/contexts/cme/models.py"),
    *("lambda_src/image/pack.py", "lambda_src/image/requirements.txt"),
    *("gate/rie/binary.py", "probes/load.py", "local/database.py", "local/postgres_keeper.py"),
)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Assembled:
    return synthesize("prod", tmp_path_factory.mktemp("asset"), digest=None)


@pytest.fixture(scope="module")
def source(stage: Assembled) -> dict[str, Any]:
    assets = json.loads(
        (stage.folder / f"{stage.settings.name('service')}.assets.json").read_text()
    )
    (image,) = assets["dockerImages"].values()  # one: the migrations are the same image
    assert isinstance(image["source"], dict)
    return image["source"]


@pytest.fixture(scope="module")
def folder(stage: Assembled, source: dict[str, Any]) -> Path:
    return stage.folder / str(source["directory"])


def test_it_is_built_as_the_stage_says(stage: Assembled, source: dict[str, Any]) -> None:
    assert source["platform"] == "linux/amd64"
    assert source["dockerBuildArgs"] == {
        "BASE_IMAGE": stage.settings.image.base,
        "HANDLER": stage.settings.function.command,  # what the build smokes is what will run
    }
    assert source["dockerFile"] == "lambda_src/backend/Dockerfile"
    assert "dockerBuildTarget" not in source  # the last stage: it needs the smoke test's token
    assert "ImageDigest" not in stage.templates["service"]["Outputs"]


def test_it_holds_what_the_image_and_its_smoke_test_need(folder: Path) -> None:
    assert [name for name in NEEDED if not (folder / name).is_file()] == []


def test_nothing_else_changes_it(folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} == TOP_LEVEL
    assert {path.name for path in (folder / "lambda_src").iterdir()} == {"backend", "image"}
    held = [path.relative_to(folder) for path in folder.rglob("*")]
    unwanted = {"__pycache__", "tests", "compose.yaml", "conftest.py"}
    assert [path for path in held if unwanted & set(path.parts)] == []


def test_the_last_stage_needs_the_token_of_the_smoke_test() -> None:
    stages = (ROOT / "lambda_src" / "backend" / "Dockerfile").read_text().split("\nFROM ")
    assert "gate smoke --local" in next(text for text in stages if " AS smoke" in text)
    assert "COPY --from=smoke " in stages[-1]


def test_the_base_may_be_pinned_by_digest() -> None:
    pinned = f"registry.example/python:3.13@sha256:{'0' * 64}"
    assert Image(base=pinned).base == pinned


@pytest.mark.parametrize("base", ["python@sha256:00", "python@3.13", "python 3.13", ""])
def test_a_base_that_is_none_is_refused(base: str) -> None:
    with pytest.raises(ValidationError, match="base"):
        Image(base=base)
