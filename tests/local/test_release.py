"""A release rehearsed: `python -m local.release`, and what stands in CodeDeploy's place."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

import probes
from local.errors import CannotRun
from local.release import hook
from local.release import versions as of_the_story
from local.release.codedeploy import CodeDeploy, codedeploy
from local.release.versions import versions

ROOT = Path(__file__).parents[2]
COUNTED = re.compile(r"(\d+) requests: (.*); (\d+) failed")
STEPS = ("✓ version 1", "✓ the same", "✓ version 2", "✓ version 3", "✓ gate rollback", "in all")


def counts(said: str) -> dict[str, list[dict[str, int]]]:
    """What was counted in each step: the requests answered, by version."""
    found: dict[str, list[dict[str, int]]] = {step: [] for step in STEPS}
    step = ""
    for line in said.splitlines():
        step = next((one for one in STEPS if line.startswith(one)), step)
        if match := COUNTED.search(line):
            assert match[3] == "0"
            by = re.findall(r"(\d+) by version (\d+)", match[2])
            found[step].append({version: int(number) for number, version in by})
    return found


@pytest.mark.slow
def test_a_bad_version_gets_nothing_a_good_one_all_and_there_is_a_way_back() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "local.release"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    found = counts(done.stdout)
    assert [list(one) for one in found["✓ version 1"]] == [["1"]]
    assert [list(one) for one in found["✓ version 2"]] == [["1"]]
    assert [list(one)[-1] for one in found["✓ version 3"]] == ["3", "3"]
    assert list(found["✓ version 3"][-1]) == ["3"]
    assert list(found["✓ gate rollback"][-1]) == ["1"]
    (everything,) = found["in all"]
    assert sorted(everything) == ["1", "3"]
    assert sum(everything.values()) >= 100
    assert "credmate-local-data, credmate-local-service: no changes" in done.stdout
    assert "before_traffic of version 2: Failed" in done.stdout
    assert "version 2: login (cold): status is 500, not 200" in done.stdout
    assert "before_traffic of version 3: Succeeded" in done.stdout
    assert "version 3 → 1" in done.stdout
    assert "CodeDeploy: the emulator has none" in done.stdout


def test_the_versions_differ_and_each_is_told_by_its_digest(tmp_path: Path) -> None:
    made = versions(tmp_path)
    assert len({version.digest for version in made}) == len(made)
    for version in made:
        assert (version.root / "handler.py").is_file()


def test_a_backend_that_has_changed_too_much_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(of_the_story, "NO_MODELS", ("lazy_app.py", "no such text", ""))
    with pytest.raises(CannotRun, match=r"lazy_app\.py has no 'no such text' to change"):
        versions(tmp_path)


@pytest.fixture
def standing_in() -> Iterator[tuple[Any, CodeDeploy, list[str]]]:
    """boto3's client of the stand-in, its deployments, and the versions that it moved to."""
    moved: list[str] = []
    with codedeploy(moved.append) as (url, served):
        session = boto3.Session("test", "test", region_name="us-east-1")
        yield session.client("codedeploy", endpoint_url=url), served, moved


def spec(target: int) -> str:
    properties = {"Name": "f", "Alias": "live", "CurrentVersion": "1", "TargetVersion": str(target)}
    resource = {"Type": "AWS::Lambda::Function", "Properties": properties}
    return json.dumps({"version": 0.0, "Resources": [{"live": resource}]})


@pytest.mark.parametrize(("said", "status"), [("Succeeded", True), ("Failed", False), ("", False)])
def test_only_a_hook_that_says_succeeded_lets_it_go_on(
    standing_in: tuple[Any, CodeDeploy, list[str]], said: str, status: bool
) -> None:
    client, served, moved = standing_in
    one = served.begin(spec(2))
    if said:
        client.put_lifecycle_event_hook_execution_status(
            deploymentId=one.id, lifecycleEventHookExecutionId="hook", status=said
        )
    assert served.go_on(one, "hook") is status
    assert moved == []
    told = client.get_deployment(deploymentId=one.id)["deploymentInfo"]
    assert told["status"] == ("InProgress" if status else "Failed")
    assert json.loads(told["revision"]["appSpecContent"]["content"])["Resources"]


def test_a_deployment_by_hand_moves_the_traffic_and_is_remembered(
    standing_in: tuple[Any, CodeDeploy, list[str]],
) -> None:
    client, _, moved = standing_in
    content = {"content": spec(7)}
    client.create_deployment(
        applicationName="a",
        deploymentGroupName="g",
        revision={"revisionType": "AppSpecContent", "appSpecContent": content},
    )
    assert moved == ["7"]
    (identifier,) = client.list_deployments(applicationName="a")["deployments"]
    (info,) = client.batch_get_deployments(deploymentIds=[identifier])["deploymentsInfo"]
    assert info["status"] == "Succeeded"


def test_the_hook_is_packaged_with_every_probe_and_without_their_time_limits(
    tmp_path: Path,
) -> None:
    names, limits = zip(*_probes(hook.package(tmp_path)), strict=True)
    known, timed = zip(*_probes(ROOT), strict=True)
    assert names == known
    assert any(timed)
    assert not any(limits)


def _probes(folder: Path) -> list[tuple[str, float | None]]:
    values = {"PROBE_EMAIL": "a@example.com", "PROBE_PASSWORD": "b"}
    found = probes.load(folder / "probes.toml", values)
    return [(probe.name, probe.expect.within_ms) for probe in found]
