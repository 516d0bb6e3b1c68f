"""One entry point under the environment of each stage."""

from __future__ import annotations

from pathlib import Path

import pytest

from gate.config import Environments
from gate.inspection.stages import environments
from gate.report import CannotLook
from tests.gate.planting import REPOSITORY, Plant, RunGate

APP = """
import os
from fastapi import FastAPI
from fastapi.middleware.gzip import GZipMiddleware
app = FastAPI(title=os.environ.get("TITLE", "app"))
if os.environ.get("GZIP") == "true":
    app.add_middleware(GZipMiddleware)
@app.get("/health")
def health(): ...
if os.environ.get("DOWN"):
    raise RuntimeError("down")
"""
SETTINGS = """
[tool.gate]
root = "."
candidate = "lazy_app:app"
environments = { variables = { GZIP = "features.gzip" } }
"""


def stages(plant: Plant, **files: str) -> Path:
    return plant(
        {
            "pyproject.toml": SETTINGS,
            "lazy_app.py": APP,
            **{f"stages/{name}.toml": text for name, text in files.items()},
        }
    )


def test_a_stage_that_builds_otherwise_is_found_by_name(plant: Plant, run_gate: RunGate) -> None:
    root = stages(
        plant,
        _shared="[features]\ngzip = true\n",
        dev="",
        local="[features]\ngzip = false\n",
        prod="[function.environment]\nUNUSED = 1\n",
        test="[features]\ngzip = false\n",
    )
    done = run_gate("parity", "--environments", cwd=root)
    assert done.returncode == 1, done.stderr
    assert done.stdout.splitlines() == [
        "parity: GZipMiddleware() is in lazy_app:app in dev and not in lazy_app:app in local",
        "  lazy_app.py:7",
        "  lazy_app.py:5",
        "  fix: build the same in every stage; what must depend on the environment belongs behind "
        "the routes and middleware, not in which of them there are",
        "parity: lazy_app:app in prod is as lazy_app:app in dev",
        "parity: lazy_app:app in test is as lazy_app:app in local",
        "parity: 1 finding",
    ]


def test_stages_that_build_the_same_pass(plant: Plant, run_gate: RunGate) -> None:
    root = stages(plant, dev="[features]\ngzip = true\n", prod="[features]\ngzip = true\n")
    done = run_gate("parity", "--environments", "stages/*.toml", cwd=root)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("parity: lazy_app:app builds the same in dev, prod\n")


def test_a_stage_that_does_not_import_is_found(plant: Plant, run_gate: RunGate) -> None:
    root = stages(plant, dev="", prod='[function.environment]\nDOWN = "1"\n')
    done = run_gate("parity", "--environments", cwd=root)
    assert done.returncode == 1
    assert "lazy_app:app in prod does not import: RuntimeError: down" in done.stdout
    assert "in dev" not in done.stdout


def test_the_backend_builds_the_same_in_every_stage(run_gate: RunGate) -> None:
    done = run_gate("parity", "--environments", cwd=REPOSITORY)
    assert (done.returncode, done.stderr) == (0, "")
    assert "lazy_app:app builds the same in dev, local, prod" in done.stdout


def test_values_become_texts() -> None:
    source = Environments(
        REPOSITORY,
        variables={
            "CORS_ORIGINS": "api.cors_origins",
            "LOG_LEVEL": "function.log_level",
            "X": "no",
        },
    )
    assert environments(source) == {
        "dev": {"CORS_ORIGINS": "https://dev.credmate.example", "LOG_LEVEL": "DEBUG"},
        "local": {"CORS_ORIGINS": "http://localhost:3000", "LOG_LEVEL": "INFO"},
        "prod": {"CORS_ORIGINS": "https://app.credmate.example", "LOG_LEVEL": "INFO"},
    }


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "no file below"),
        ({"dev": ""}, "dev.toml below"),
        ({"dev": "", "_shared": ""}, "two stages are needed"),
        ({"dev": "a =", "prod": ""}, "stages/dev.toml: not a TOML file"),
        ({"dev": "[features]\ngzip = {}", "prod": ""}, "dev.toml: features.gzip: a variable is"),
        ({"dev": "function = {environment = 1}", "prod": ""}, "must be a table of variables"),
    ],
)
def test_stages_that_cannot_be_read(
    files: dict[str, str], said: str, plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = stages(plant, **files)
    monkeypatch.chdir(root)
    with pytest.raises(CannotLook) as raised:
        environments(Environments(root, variables={"GZIP": "features.gzip"}))
    assert said in str(raised.value)


def test_a_stage_that_cannot_be_opened(plant: Plant) -> None:
    root = stages(plant, prod="")
    (root / "stages/dev.toml").mkdir()
    with pytest.raises(CannotLook, match="cannot be read: Is a directory"):
        environments(Environments(root))


@pytest.mark.parametrize("value", ["1", "{ files = 'x' }", "{ variables = { A = 1 } }"])
def test_settings_of_another_type_are_2(value: str, plant: Plant, run_gate: RunGate) -> None:
    root = plant({"pyproject.toml": f"[tool.gate]\nenvironments = {value}\n"})
    done = run_gate("parity", "--environments", cwd=root)
    assert done.returncode == 2
    assert "[tool.gate] environments must be a pattern of files, or" in done.stderr
