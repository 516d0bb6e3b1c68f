"""PreDeploy's very commands, read from the template and run in order in a clean checkout.

What needs AWS is left out by name, in a table that a test holds to the template.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml

from gate import cli
from local import build_cache, paths
from local.engine import daemon, image
from stacks.settings import load
from tests.stacks.assembled import DIGEST, Assembled

REPOSITORY_URI = "000000000000.dkr.ecr.us-east-1.amazonaws.com/credmate-prod-backend"
CACHE_URI = "registry.test/credmate-prod-build-cache"  # where nobody answers: no build needs it
COMMIT = "c" * 40
# By how a command begins: what takes its place here, and why it cannot be run.
NOT_HERE: Mapping[str, tuple[str, str]] = {
    "apt-get ": ("", "the packages of a container engine are there"),
    "nohup dockerd ": ("", "the test starts an engine of its own"),
    "aws ecr get-login-password ": ("", "AWS's registry"),
    "docker push ": ("", "AWS's registry"),
    "IMAGE_DIGEST=$(aws ecr ": (f"export IMAGE_DIGEST={DIGEST}", "AWS's registry"),
    ".venv/bin/gate scan ": ("", "AWS's scanner; tests/gate/test_scan.py"),
    "make attach-provenance ": ("", "AWS's registry; tests/local/test_provenance_registry.py"),
}
# One quick room instead of all tests, which would run this one again.
ROOM = "tests/probes/test_judge.py"


def build_spec(prod: Assembled) -> dict[str, object]:
    for project in prod.of_type("AWS::CodeBuild::Project", stack="pipeline"):
        if project["Name"].endswith("-predeploy"):
            found: dict[str, object] = yaml.safe_load(project["Source"]["BuildSpec"])
            return found
    raise AssertionError("no project of the stage PreDeploy")


def commands(prod: Assembled) -> list[str]:
    phases = build_spec(prod)["phases"]
    assert isinstance(phases, dict)
    assert list(phases) == ["install", "pre_build", "build"]
    return [command for phase in phases.values() for command in phase["commands"]]


def here(command: str) -> str:
    """The command, or what takes its place."""
    found = [instead for start, (instead, _) in NOT_HERE.items() if command.startswith(start)]
    return found[0] if found else command


@dataclass(frozen=True)
class Run:
    """What came of it: the checkout, and everything that was said."""

    checkout: Path
    output: str
    code: int


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Run]:
    prod: Assembled = request.getfixturevalue("assembled")("prod")
    checkout = tmp_path_factory.mktemp("clean") / "checkout"
    subprocess.run(
        ["git", "clone", "--quiet", "--no-hardlinks", str(paths.ROOT), str(checkout)], check=True
    )
    patient(checkout / "probes.toml")
    script = "\n".join(["set -euo pipefail", "set -x", *map(here, commands(prod))])
    folder = tmp_path_factory.mktemp("engine")
    with daemon.engine(folder=folder, registry="registry.test", address="127.0.0.9") as engine:
        settings = load("prod")
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=checkout,
            env=environment(engine, image.choose_base(engine, settings)),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=580,
            check=False,
        )
        yield Run(checkout, done.stdout, done.returncode)
        cached = [f"{CACHE_URI}:{target}" for target in build_cache.TARGETS]
        engine.docker("image", "rm", "--force", f"{REPOSITORY_URI}:{COMMIT}-7", *cached)


@pytest.fixture
def checkout(run: Run) -> Path:
    """What the commands left; when one failed, what they said."""
    assert run.code == 0, run.output[-6000:]
    return run.checkout


def patient(probes: Path) -> None:
    """As long for each answer as the function may take: other tests run beside it here."""
    text = re.sub(r"within_ms = \d+", "within_ms = 14000", probes.read_text())
    probes.write_text(text)
    # A commit: what has none has no provenance.
    somebody = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.com")
    commit = ["git", *somebody, "commit", "--quiet", "--all", "--message", "Patience"]
    subprocess.run(commit, cwd=probes.parent, check=True)


def environment(engine: daemon.Engine, base: str) -> dict[str, str]:
    """What CodeBuild sets, and what this machine needs in its place."""
    ours = engine.environment()
    outside = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "COV_", "AWS"))}
    return {
        **outside,
        **ours,
        # The engine's own client first: another one beside it may not know how to build.
        "PATH": os.pathsep.join([str(Path(daemon.DOCKER).parent), ours["PATH"]]),
        "CODEBUILD_RESOLVED_SOURCE_VERSION": COMMIT,
        "CODEBUILD_BUILD_NUMBER": "7",
        "STAGE": "prod",
        "REPOSITORY": "credmate-prod-backend",
        "REPOSITORY_URI": REPOSITORY_URI,
        "CACHE_URI": CACHE_URI,
        "SCAN_THRESHOLD": "HIGH",
        "BASE_IMAGE": base,
        "PYTEST_ADDOPTS": ROOM,
        "MYPY_CACHE_DIR": str(paths.ROOT / ".mypy_cache"),
    }


def test_what_is_left_out_is_in_the_template(prod: Assembled) -> None:
    unused = [start for start in NOT_HERE if not any(c.startswith(start) for c in commands(prod))]
    assert unused == []


def test_the_variables_that_the_commands_read_are_the_projects(prod: Assembled) -> None:
    (project,) = (
        p
        for p in prod.of_type("AWS::CodeBuild::Project", stack="pipeline")
        if p["Name"].endswith("-predeploy")
    )
    given = {one["Name"] for one in project["Environment"]["EnvironmentVariables"]}
    assert given == {"STAGE", "REPOSITORY", "REPOSITORY_URI", "CACHE_URI", "SCAN_THRESHOLD"}


def test_every_check_of_gate_all_is_among_them(prod: Assembled) -> None:
    said = "\n".join(commands(prod))
    checks = [check.name for check in cli.CHECKS if check.in_all is not None]
    assert [name for name in checks if f".venv/bin/gate {name} " not in said] == []


@pytest.mark.engine
@pytest.mark.timeout(600)
class TestInACleanCheckout:
    """The commands, in order, with an engine and without AWS."""

    def test_every_command_succeeds(self, run: Run) -> None:
        assert run.code == 0, run.output[-6000:]

    def test_a_cache_that_is_not_there_is_told_and_stops_nothing(self, run: Run) -> None:
        assert "image: cache: packages cannot be kept (1); the next build makes it again" in (
            run.output
        )

    @pytest.mark.parametrize("stage", ["dev", "prod"])
    def test_every_stage_is_synthesized_with_the_digest(self, stage: str, checkout: Path) -> None:
        folder = checkout / "build" / "assemblies" / stage
        template = json.loads((folder / f"credmate-{stage}-service.template.json").read_text())
        assert template["Outputs"]["ImageDigest"]["Value"] == DIGEST
        assert not json.loads((folder / f"credmate-{stage}-service.assets.json").read_text())[
            "dockerImages"
        ]

    def test_the_provenance_is_of_this_commit_and_this_digest(self, checkout: Path) -> None:
        said = json.loads((checkout / "build" / "reports" / "provenance.json").read_text())
        (subject,) = said["subject"]
        assert subject["name"] == REPOSITORY_URI
        assert f"sha256:{subject['digest']['sha256']}" == DIGEST
        head = subprocess.run(
            ["git", "rev-parse", "HEAD"], cwd=checkout, capture_output=True, text=True, check=True
        )
        source, *_ = said["predicate"]["buildDefinition"]["resolvedDependencies"]
        assert source["digest"] == {"gitCommit": head.stdout.strip()}

    @pytest.mark.parametrize(
        "report",
        [
            "tests/tests",
            *(f"gate/{name}" for name in ("parity", "models", "names", "handler", "smoke")),
            *(f"gate/smoke-{stage}" for stage in ("dev", "prod")),
        ],
    )
    def test_every_report_is_written(self, report: str, checkout: Path) -> None:
        file = checkout / "build" / "reports" / f"{report}.xml"
        cases = list(ElementTree.parse(file).iter("testcase"))  # noqa: S314 - our own file
        assert cases
        assert not [case for case in cases if case.find("failure") is not None]
