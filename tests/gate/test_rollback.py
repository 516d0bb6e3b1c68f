"""`gate rollback` of a real alias in the emulator; CodeDeploy, which it lacks, answers here."""

import io
import json
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from gate.actions import moving, rollback
from gate.actions.rollback import Target
from gate.cli import main
from gate.report import CannotLook
from local.emulator import Emulator, emulator
from tests.gate import aws_answers, release
from tests.gate.release import ALIAS, FUNCTION, CodeDeploy, deployment, points_to, publish

pytestmark = pytest.mark.slow

GO = Target("test", yes=True)
HISTORY = (deployment(1, 1, 2), deployment(2, 2, 3))


@pytest.fixture(scope="module")
def aws() -> Iterator[Emulator]:
    folder = Path(tempfile.mkdtemp(prefix="rollback-"))
    with emulator(region="us-east-1", folder=folder, proxies={}) as running:
        yield running
    shutil.rmtree(folder)


@pytest.fixture(autouse=True)
def account(aws: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in aws.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(moving, "POLL_SECONDS", 0.0)


@pytest.fixture
def direct() -> Iterator[None]:
    """Versions 1 to 3, the alias at 3, moved by nobody but Lambda."""
    with release.deployed(release.template(group=False)):
        publish("2")
        publish("3")
        release.ready()
        yield


@pytest.fixture
def grouped() -> Iterator[None]:
    """The same, moved by CodeDeploy."""
    with release.deployed(release.template(group=True)):
        publish("2")
        publish("3")
        release.ready()
        yield


def one_error(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Run the command line, which must end with 2 and one line of its own."""
    assert main(["rollback", "--stage", "test", *arguments]) == 2
    error = capsys.readouterr().err
    assert error.startswith("gate rollback: ")
    assert error.count("\n") == 1
    return error


@pytest.mark.usefixtures("direct")
def test_the_alias_goes_back_and_never_to_a_version_that_was_left() -> None:
    assert rollback.check(GO).passed
    assert points_to() == "2"
    assert rollback.check(GO).passed
    assert points_to() == "1"
    publish("4")
    assert rollback.check(GO).passed
    assert points_to() == "1"


@pytest.mark.usefixtures("direct")
def test_a_version_that_is_named_gets_the_traffic_in_either_direction() -> None:
    assert rollback.check(Target("test", to="1", yes=True)).passed
    assert points_to() == "1"
    assert rollback.check(Target("test", to="3", yes=True)).passed
    assert points_to() == "3"


@pytest.mark.usefixtures("direct")
def test_the_current_version_is_nothing_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rollback", "--stage", "test", "--to", "3", "--yes"]) == 0
    assert "at version 3 already: nothing to do" in capsys.readouterr().out


@pytest.mark.usefixtures("direct")
def test_a_split_alias_is_made_whole() -> None:
    boto3.client("lambda").update_alias(
        FunctionName=FUNCTION, Name=ALIAS, RoutingConfig={"AdditionalVersionWeights": {"2": 0.1}}
    )
    assert rollback.check(Target("test", to="3", yes=True)).passed
    after = boto3.client("lambda").get_alias(FunctionName=FUNCTION, Name=ALIAS)
    assert "RoutingConfig" not in after


@pytest.mark.usefixtures("direct")
@pytest.mark.parametrize(("said", "version"), [("y\n", "2"), ("n\n", "3"), ("", "3")])
def test_it_asks_first(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    said: str,
    version: str,
) -> None:
    terminal = io.StringIO(said)
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr("sys.stdin", terminal)
    code = main(["rollback", "--stage", "test"])
    error = capsys.readouterr().err
    assert "demo-test-backend:live has version 3 (sha256:" in error
    assert "going back to version 2 (sha256:" in error
    assert "[y/N]" in error
    assert (code, points_to()) == (0 if version == "2" else 2, version)


@pytest.mark.usefixtures("direct")
def test_without_a_terminal_it_wants_yes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    assert main(["rollback", "--stage", "test"]) == 2
    assert "no terminal to ask on; say --yes" in capsys.readouterr().err
    assert points_to() == "3"


@pytest.mark.usefixtures("direct")
@pytest.mark.parametrize("to", ["9", "latest", "-1"])
def test_a_version_that_is_not_there(capsys: pytest.CaptureFixture[str], to: str) -> None:
    assert "(there: 1, 2, 3)" in one_error(capsys, "--yes", f"--to={to}")
    assert points_to() == "3"


def test_the_first_version_has_nothing_before_it(capsys: pytest.CaptureFixture[str]) -> None:
    with release.deployed(release.template(group=False)):
        assert "no good version before 1" in one_error(capsys, "--yes")
        assert points_to() == "1"


@pytest.mark.usefixtures("direct")
def test_a_deleted_alias(capsys: pytest.CaptureFixture[str]) -> None:
    boto3.client("lambda").delete_alias(FunctionName=FUNCTION, Name=ALIAS)
    assert "alias demo-test-backend:live is gone" in one_error(capsys, "--yes")


@pytest.mark.usefixtures("direct")
def test_another_region_another_stage_no_region(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "no stack of stage test in eu-west-1" in one_error(capsys, "--region", "eu-west-1")
    assert "no stack other in us-east-1" in one_error(capsys, "--stack", "other")
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    monkeypatch.delenv("AWS_REGION")
    assert "no region is set; say --region" in one_error(capsys)
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    assert "(nobody) could not be found" in one_error(capsys)


@pytest.mark.usefixtures("direct")
def test_two_stacks_with_the_alias_are_told_apart(capsys: pytest.CaptureFixture[str]) -> None:
    other = json.loads(json.dumps(release.template(group=False)).replace(FUNCTION, "demo-other"))
    with release.deployed(other, "demo-test-other"):
        assert "demo-other:live" in one_error(capsys, "--yes")
        assert rollback.check(Target("test", yes=True, stack=release.STACK)).passed
    assert points_to() == "2"


@pytest.mark.usefixtures("direct")
def test_a_change_by_somebody_else_meanwhile_is_not_overwritten(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(rollback, "confirm", lambda _question: release.move("1"))
    assert main(["rollback", "--stage", "test"]) == 2
    assert "run it again" in capsys.readouterr().err
    assert points_to() == "1"


@pytest.mark.usefixtures("direct")
@pytest.mark.parametrize(
    "status", ["UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_IN_PROGRESS", "ROLLBACK_COMPLETE"]
)
def test_a_half_finished_stack(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    status: str,
) -> None:
    monkeypatch.setattr("gate.deployed.live._stacks", lambda *_arguments: {release.STACK: status})
    assert f"nothing changed: stack demo-test-service is {status}" in one_error(capsys, "--yes")
    assert points_to() == "3"


SAYS = {
    "served": ({"MIGRATION_HEAD": "0001"}, {"MIGRATIONS_SERVED": "0001 0002"}, "2", ""),
    "same": ({"MIGRATION_HEAD": "0002"}, {}, "2", ""),
    "gone": ({"MIGRATION_HEAD": "0001"}, {"MIGRATIONS_SERVED": "0002"}, "3", "serves only 0002"),
    "unknown": ({}, {"MIGRATIONS_SERVED": "0002"}, "2", "version 2 does not say its migration"),
    "not told": ({"MIGRATION_HEAD": "0001"}, {}, "2", "does not say which migrations it still"),
}


@pytest.mark.parametrize("what", SAYS)
def test_a_version_whose_migrations_are_gone_is_refused(
    capsys: pytest.CaptureFixture[str], what: str
) -> None:
    before, after, version, said = SAYS[what]
    with release.deployed(release.template(group=False)):
        publish("2", **before)
        publish("3", MIGRATION_HEAD="0002", **after)
        release.ready()
        code = main(["rollback", "--stage", "test", "--yes"])
        printed = "".join(capsys.readouterr())
        assert (code, points_to()) == (int(version == "3"), version)
    assert said in printed
    assert ("cannot be told" in printed or "does not say" in printed) == (
        what in {"unknown", "not told"}
    )


@pytest.mark.usefixtures("grouped")
def test_through_codedeploy_all_at_once_past_the_red_alarms(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    codedeploy = CodeDeploy(HISTORY, ["Created", "InProgress", "InProgress", "Succeeded"])
    aws_answers.put(monkeypatch, codedeploy=codedeploy)
    assert main(["rollback", "--stage", "test", "--yes"]) == 0
    assert points_to() == "2"
    created = codedeploy.created
    assert created["applicationName"] == "demo-app"
    assert created["deploymentGroupName"] == "demo-group"
    assert created["deploymentConfigName"] == "CodeDeployDefault.LambdaAllAtOnce"
    assert created["overrideAlarmConfiguration"] == {"enabled": False}
    spec = json.loads(created["revision"]["appSpecContent"]["content"])
    assert spec["Resources"][0]["live"] == {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "Name": FUNCTION,
            "Alias": ALIAS,
            "CurrentVersion": "3",
            "TargetVersion": "2",
        },
    }
    assert "deployment d-new: InProgress" in capsys.readouterr().err


@pytest.mark.usefixtures("grouped")
def test_a_version_that_codedeploy_stopped_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    history = (deployment(1, 1, 2, "Failed"), deployment(2, 1, 3))
    aws_answers.put(monkeypatch, codedeploy=CodeDeploy(history, ["Succeeded"]))
    assert rollback.check(GO).passed
    assert points_to() == "1"


@pytest.mark.usefixtures("grouped")
def test_a_deployment_that_fails_is_a_finding(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    aws_answers.put(monkeypatch, codedeploy=CodeDeploy(HISTORY, ["InProgress", "Failed"]))
    assert main(["rollback", "--stage", "test", "--yes"]) == 1
    assert "deployment d-new is Failed" in capsys.readouterr().out
    assert points_to() == "3"


@pytest.mark.usefixtures("grouped")
def test_a_success_that_moved_nothing_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    codedeploy = CodeDeploy(HISTORY, ["Succeeded"])
    codedeploy.on_success = lambda _version: None
    aws_answers.put(monkeypatch, codedeploy=codedeploy)
    (finding,) = rollback.check(GO).findings
    assert finding.message == "demo-test-backend:live is at 3"


@pytest.mark.usefixtures("grouped")
def test_a_running_deployment_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    codedeploy = CodeDeploy((*HISTORY, deployment(3, 3, 4, "InProgress")), [])
    aws_answers.put(monkeypatch, codedeploy=codedeploy)
    with pytest.raises(CannotLook, match=r"deployment d-3 is InProgress.*stop-deployment"):
        rollback.check(GO)
    assert codedeploy.created == {}


def _interrupt(_version: str) -> None:
    signal.raise_signal(signal.SIGINT)


@pytest.mark.usefixtures("grouped")
def test_an_interruption_says_that_the_deployment_goes_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    codedeploy = CodeDeploy(HISTORY, ["InProgress", "Succeeded"])
    codedeploy.on_success = _interrupt
    aws_answers.put(monkeypatch, codedeploy=codedeploy)
    assert main(["rollback", "--stage", "test", "--yes"]) == 130
    error = capsys.readouterr().err
    assert "deployment d-new goes on by itself" in error
    assert error.endswith("gate: interrupted\n")


@pytest.mark.usefixtures("grouped")
def test_a_deployment_without_an_end_is_not_waited_for_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(moving, "WAIT_SECONDS", -1.0)
    aws_answers.put(monkeypatch, codedeploy=CodeDeploy(HISTORY, ["InProgress"]))
    with pytest.raises(CannotLook, match="d-new: still InProgress"):
        rollback.check(GO)


REFUSED = {
    "ThrottlingException": "wait a minute",
    "AccessDeniedException": "ask for the permission",
    "ExpiredTokenException": "log in again",
    "ApplicationDoesNotExistException": "see the message",
}


@pytest.mark.usefixtures("grouped")
@pytest.mark.parametrize("code", REFUSED)
def test_what_aws_refuses_is_one_line_and_nothing_changed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], code: str
) -> None:
    for service in ("cloudformation", "lambda", "codedeploy"):
        answers = {"codedeploy": CodeDeploy(HISTORY, [])} | {service: aws_answers.refused(code)}
        aws_answers.put(monkeypatch, **answers)
        error = one_error(capsys, "--yes")
        assert code in error
        assert REFUSED[code] in error
    assert points_to() == "3"
