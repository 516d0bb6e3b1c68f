"""The hooks against stubs of AWS's own clients, whose answers botocore checks by its models."""

from __future__ import annotations

import base64
import gzip
import io
import json
import logging
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError
from botocore.response import StreamingBody
from botocore.stub import Stubber

from lambda_src.traffic_hook import handler, judging
from lambda_src.traffic_hook.clients import CALL_SECONDS, STEP_SECONDS, Clients
from lambda_src.traffic_hook.failed import Failed
from lambda_src.traffic_hook.handler import Judge, before_alias, run
from lambda_src.traffic_hook.judging import new_version, through_alias
from stacks.components.traffic_hook import TIMEOUT
from stacks.stage_probes import PROBES, probe_names

FUNCTION, SECRET = "credmate-test-backend", "arn:aws:secretsmanager:us-east-1:123456789012:secret:p"
EMAIL, PASSWORD = "probe@credmate.example", "correct horse battery staple"
IDS = {"DeploymentId": "d-TEST", "LifecycleEventHookExecutionId": "hook-1"}
IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/credmate@sha256:" + "a" * 64
EXPECTED = {
    "command": ["handler.lambda_handler"],
    "entry_point": ["/lambda-entrypoint.sh"],
    "working_directory": "/var/task",
    "image": IMAGE,
}
ENVIRON = {"FUNCTION": FUNCTION, "EXPECTED": json.dumps(EXPECTED), "PROBE_SECRET_ARN": SECRET}
LOCAL: dict[str, Any] = {
    "region_name": "us-east-1",
    "aws_access_key_id": "a",
    "aws_secret_access_key": "b",
}


@dataclass
class Context:
    """Lambda's context with a fixed time left."""

    milliseconds: int = 600_000

    def get_remaining_time_in_millis(self) -> int:
        return self.milliseconds


Answer = Callable[[Mapping[str, Any]], dict[str, Any]]


def right(event: Mapping[str, Any]) -> dict[str, Any]:
    """What a version that works answers to each probe."""
    path = event["rawPath"]
    if path == "/openapi.json":
        body = base64.b64encode(gzip.compress(b"{}")).decode()
        headers = {"content-type": "application/json", "content-encoding": "gzip"}
        return {"statusCode": 200, "headers": headers, "body": body, "isBase64Encoded": True}
    said = {
        "/health": {"status": "healthy", "mode": "lazy"},
        "/ready": {"status": "ready"},
        "/api/v1/auth/login": {
            "access_token": "one",
            "refresh_token": "two",
            "token_type": "bearer",
        },
        "/api/v1/users/me": {"email": EMAIL},
    }
    headers = {"content-type": "application/json"}
    if path == "/api/v1/users/me" and event["headers"]["authorization"] != "Bearer one":
        return {"statusCode": 401, "headers": headers, "body": "{}"}
    return {"statusCode": 200, "headers": headers, "body": json.dumps(said[path])}


def no_login(event: Mapping[str, Any]) -> dict[str, Any]:
    if event["rawPath"].endswith("/login"):
        body = json.dumps({"detail": f"no such user {PASSWORD}"})
        return {"statusCode": 500, "headers": {"content-type": "application/json"}, "body": body}
    return right(event)


def token_of_nobody(event: Mapping[str, Any]) -> dict[str, Any]:
    if event["rawPath"].endswith("/me"):
        body = json.dumps({"detail": "not one of our tokens: one"})
        return {"statusCode": 401, "headers": {"content-type": "application/json"}, "body": body}
    return right(event)


def crash(_event: Mapping[str, Any]) -> dict[str, Any]:
    return {"errorType": "Runtime.ImportModuleError", "errorMessage": "No module named 'cme'"}


@dataclass
class Version:
    """Lambda's client, as far as the hook uses it: one version, and what it answers."""

    answer: Answer = right
    number: str = "8"
    function: Mapping[str, Any] = field(default_factory=dict)
    alias: Mapping[str, Any] = field(default_factory=lambda: {"FunctionVersion": "8"})
    asked: list[tuple[str, str]] = field(default_factory=list)

    def invoke(self, *, FunctionName: str, Qualifier: str, Payload: bytes) -> Mapping[str, Any]:  # noqa: N803 - boto3's names
        event = json.loads(Payload)
        self.asked.append((f"{FunctionName}:{Qualifier}", event["rawPath"]))
        text = json.dumps(self.answer(event)).encode()
        error = {"FunctionError": "Unhandled"} if b"errorType" in text else {}
        return {"Payload": StreamingBody(io.BytesIO(text), len(text))} | error

    def get_function(self, *, FunctionName: str, Qualifier: str) -> Mapping[str, Any]:  # noqa: N803 - boto3's names
        assert (FunctionName, Qualifier) == (FUNCTION, self.number)
        return self.function or configured()

    def get_alias(self, *, FunctionName: str, Name: str) -> Mapping[str, Any]:  # noqa: N803 - boto3's names
        assert (FunctionName, Name) == (FUNCTION, "live")
        return self.alias


def configured(image: str = IMAGE, **config: object) -> dict[str, Any]:
    """What GetFunction says of a version."""
    said = {
        "Command": EXPECTED["command"],
        "EntryPoint": EXPECTED["entry_point"],
        "WorkingDirectory": "/var/task",
    } | config
    return {
        "Configuration": {"ImageConfigResponse": {"ImageConfig": said}},
        "Code": {"ImageUri": image},
    }


def appspec(current: str = "7", target: str = "8", function: str = FUNCTION) -> str:
    properties = {
        "Name": function,
        "Alias": "live",
        "CurrentVersion": current,
        "TargetVersion": target,
    }
    named = {"live": {"Type": "AWS::Lambda::Function", "Properties": properties}}
    return json.dumps({"version": 0.0, "Resources": [named], "Hooks": []})


class Aws:
    """Stubbed clients: CodeDeploy and Secrets Manager by botocore, Lambda by `Version`."""

    def __init__(self) -> None:
        self.codedeploy: Any = boto3.client("codedeploy", **LOCAL)
        self.secrets: Any = boto3.client("secretsmanager", **LOCAL)
        self.deploy, self.secret = Stubber(self.codedeploy), Stubber(self.secrets)
        self.version = Version()

    def deployment(self, content: str | None = None, kind: str = "String") -> Aws:
        where = "string" if kind == "String" else "appSpecContent"
        text = appspec() if content is None else content
        revision = {"revisionType": kind, where: {"content": text}}
        self.deploy.add_response(
            "get_deployment",
            {"deploymentInfo": {"revision": revision}},
            {"deploymentId": IDS["DeploymentId"]},
        )
        return self

    def user(self, text: str | None = None) -> Aws:
        said = json.dumps({"email": EMAIL, "password": PASSWORD}) if text is None else text
        self.secret.add_response("get_secret_value", {"SecretString": said}, {"SecretId": SECRET})
        return self

    def ends(
        self,
        status: str,
        *,
        judge: Judge = new_version,
        context: Context | None = None,
        environ: Mapping[str, str] = ENVIRON,
    ) -> None:
        """Run the hook: it reports this, once, and answers it."""
        told = {
            "deploymentId": IDS["DeploymentId"],
            "lifecycleEventHookExecutionId": IDS["LifecycleEventHookExecutionId"],
            "status": status,
        }
        method = "put_lifecycle_event_hook_execution_status"
        self.deploy.add_response(method, {"lifecycleEventHookExecutionId": "hook-1"}, told)
        clients = Clients(self.codedeploy, self.version, self.secrets)
        with self.deploy, self.secret:
            said = run(
                IDS,
                context or Context(),
                judge=judge,
                clients=lambda: clients,
                environ=environ,
            )
        assert said == status
        self.deploy.assert_no_pending_responses()


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Aws:
    monkeypatch.setattr(judging, "PROBES", PROBES)
    return Aws()


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    caplog.set_level(logging.INFO)
    yield caplog
    assert PASSWORD not in caplog.text
    assert EMAIL not in caplog.text


@pytest.mark.parametrize("kind", ["String", "AppSpecContent"])
def test_a_version_that_works_succeeds_and_is_asked_by_its_number(aws: Aws, kind: str) -> None:
    aws.deployment(kind=kind).user().ends("Succeeded")
    assert {who for who, _ in aws.version.asked} == {f"{FUNCTION}:8"}
    assert len(aws.version.asked) == 2 * (len(probe_names()) + 1)  # a login leads to one more


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (no_login, "version 8: login (cold): status is 500, not 200"),
        (token_of_nobody, "login (cold): then GET /api/v1/users/me: status is 401, not 200"),
        (crash, "health (cold): Runtime.ImportModuleError: No module named 'cme'"),
    ],
)
def test_a_version_that_does_not_work_fails_by_the_probes_name(
    aws: Aws, logged: pytest.LogCaptureFixture, answer: Answer, words: str
) -> None:
    aws.version.answer = answer
    aws.deployment().user().ends("Failed")
    assert words in logged.text


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (configured(Command=["handler.other"]), "command is handler.other, the template says"),
        (configured(EntryPoint=["/bin/sh"]), "entry point is /bin/sh"),
        (configured(WorkingDirectory="/"), "working directory is /"),
        (configured(image=IMAGE.replace("aaaa", "bbbb", 1)), "the template says " + IMAGE),
        ({"Configuration": {}, "Code": {}}, "command is None"),
    ],
)
def test_a_version_that_is_not_the_templates_fails(
    aws: Aws, logged: pytest.LogCaptureFixture, function: dict[str, Any], words: str
) -> None:
    aws.version.function = function
    aws.deployment().user().ends("Failed")
    assert words in logged.text


def test_the_way_back_to_an_older_version_is_probed_and_not_compared(aws: Aws) -> None:
    aws.version.number, aws.version.function = "6", configured(Command=["handler.older"])
    aws.deployment(appspec(current="7", target="6")).user().ends("Succeeded")
    assert {who for who, _ in aws.version.asked} == {f"{FUNCTION}:6"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "not the JSON of one function"),
        ("version: 0.0\nResources: []", "not the JSON of one function"),
        ('{"Resources": []}', "not the JSON of one function"),
        ('{"Resources": [{"a": 1}]}', "not the JSON of one function"),
        ('{"Resources": [{"a": {"Type": "AWS::ECS::Service"}}]}', "AWS::ECS::Service is not"),
        (appspec(target="$LATEST"), "must be numbers of published versions"),
        (appspec(function="another"), "another is not " + FUNCTION),
    ],
)
def test_a_deployment_that_makes_no_sense_fails(
    aws: Aws, logged: pytest.LogCaptureFixture, content: str, words: str
) -> None:
    aws.deployment(content).ends("Failed")
    assert words in logged.text
    assert aws.version.asked == []


def test_a_deployment_from_elsewhere_fails(aws: Aws, logged: pytest.LogCaptureFixture) -> None:
    said = {"deploymentInfo": {"revision": {"revisionType": "S3"}}}
    aws.deploy.add_response("get_deployment", said, {"deploymentId": IDS["DeploymentId"]})
    aws.ends("Failed")
    assert "its revision is S3, not an AppSpec" in logged.text


@pytest.mark.parametrize("text", [PASSWORD, "[]", json.dumps({"email": EMAIL})])
def test_a_secret_of_another_shape_fails_unseen(
    aws: Aws, logged: pytest.LogCaptureFixture, text: str
) -> None:
    aws.deployment().user(text).ends("Failed")
    assert f'{SECRET}: not a JSON object with "email" and "password"' in logged.text


@pytest.mark.parametrize("code", ["ThrottlingException", "DeploymentDoesNotExistException"])
def test_codedeploy_that_refuses_is_a_failure(
    aws: Aws, logged: pytest.LogCaptureFixture, code: str
) -> None:
    aws.deploy.add_client_error("get_deployment", code)
    aws.ends("Failed")
    assert code in logged.text


def test_a_secret_that_is_not_there_is_a_failure(
    aws: Aws, logged: pytest.LogCaptureFixture
) -> None:
    aws.secret.add_client_error("get_secret_value", "ResourceNotFoundException")
    aws.deployment().ends("Failed")
    assert "ResourceNotFoundException" in logged.text


def test_lambda_that_does_not_answer_is_a_failure(
    aws: Aws, logged: pytest.LogCaptureFixture
) -> None:
    def silent(_event: Mapping[str, Any]) -> dict[str, Any]:
        raise ConnectTimeoutError(endpoint_url="https://lambda")

    aws.version.answer = silent
    aws.deployment().user().ends("Failed")
    assert "AWS does not answer the hook" in logged.text


def test_a_mistake_of_the_hooks_own_is_a_failure(
    aws: Aws, logged: pytest.LogCaptureFixture
) -> None:
    def mistaken(_event: Mapping[str, Any]) -> dict[str, Any]:
        raise ZeroDivisionError(PASSWORD)

    aws.version.answer = mistaken
    aws.deployment().user().ends("Failed")
    assert "the hook itself failed: ZeroDivisionError" in logged.text


def test_a_variable_that_is_missing_is_a_failure(aws: Aws) -> None:
    aws.deployment().ends("Failed", environ={"FUNCTION": FUNCTION})


@pytest.mark.parametrize("left", [1_000, 100_000])
def test_without_time_it_says_failed_while_it_still_can(
    aws: Aws, logged: pytest.LogCaptureFixture, left: int
) -> None:
    if left > 10_000:
        aws.deployment().user()
    aws.ends("Failed", context=Context(left))
    assert "no time left for " in logged.text
    assert aws.version.asked == []


def test_each_probe_comes_first_in_an_environment_of_its_own(
    aws: Aws, logged: pytest.LogCaptureFixture
) -> None:
    """What `ready` loads must not be there for a login that would fail without it."""
    together = threading.Barrier(len(probe_names()), timeout=20)
    warm: list[str] = []

    def answer(event: Mapping[str, Any]) -> dict[str, Any]:
        if len(warm) < together.parties:
            together.wait()  # one after the other they would never all be here
            warm.append(event["rawPath"])
            return no_login(event)
        return right(event)

    aws.version.answer = answer
    aws.deployment().user().ends("Failed")
    assert "login (cold): status is 500" in logged.text
    assert "(warm)" not in logged.text


def test_what_was_found_is_told_even_when_time_runs_out(
    aws: Aws, logged: pytest.LogCaptureFixture
) -> None:
    context = Context()

    def slow(event: Mapping[str, Any]) -> dict[str, Any]:
        context.milliseconds = 60_000
        return no_login(event) if event["rawPath"] != "/health" else crash(event)

    aws.version.answer = slow
    aws.deployment().user().ends("Failed", context=context)
    assert "health (cold): Runtime.ImportModuleError" in logged.text
    assert "no time left for probe health" in logged.text


def test_what_a_right_answer_leads_to_is_asked_only_while_there_is_time(
    aws: Aws, logged: pytest.LogCaptureFixture
) -> None:
    context = Context()

    def slow(event: Mapping[str, Any]) -> dict[str, Any]:
        if event["rawPath"] == "/api/v1/auth/login":
            context.milliseconds = 60_000
        return right(event)

    aws.version.answer = slow
    aws.deployment().user().ends("Failed", context=context)
    assert "no time left for probe login, then GET /api/v1/users/me" in logged.text


class First(Version):
    """Lambda's client before the first release: there is a version, and no alias."""

    refusal = "ResourceNotFoundException"

    def get_alias(self, *, FunctionName: str, Name: str) -> Mapping[str, Any]:  # noqa: N803 - boto3's names
        super().get_alias(FunctionName=FunctionName, Name=Name)
        raise ClientError({"Error": {"Code": self.refusal}}, "GetAlias")


def before_the_alias(aws: Aws) -> str:
    clients = Clients(aws.codedeploy, aws.version, aws.secrets)
    environ = {**ENVIRON, "ALIAS": "live", "VERSION": "8"}
    with aws.deploy, aws.secret:
        return before_alias(Context(), clients=lambda: clients, environ=environ)


def test_a_first_release_that_works_gets_its_alias(aws: Aws) -> None:
    aws.version = First()
    aws.user()
    assert before_the_alias(aws) == "Succeeded"
    assert {who for who, _ in aws.version.asked} == {f"{FUNCTION}:8"}


@pytest.mark.parametrize(
    ("answer", "function", "words"),
    [
        (no_login, {}, "version 8: login (cold): status is 500, not 200"),
        (right, configured(Command=["handler.other"]), "command is handler.other"),
    ],
)
def test_a_first_release_that_does_not_work_gets_no_alias(
    aws: Aws, answer: Answer, function: dict[str, Any], words: str
) -> None:
    aws.version = First(answer=answer, function=function)
    aws.user()
    with pytest.raises(Failed, match=re.escape(words)) as caught:
        before_the_alias(aws)
    assert PASSWORD not in str(caught.value)


def test_of_an_alias_that_is_there_the_hook_is_asked(aws: Aws) -> None:
    assert before_the_alias(aws) == "Succeeded"
    assert aws.version.asked == []


def test_an_alias_of_which_nobody_can_tell_is_not_made(aws: Aws) -> None:
    aws.version = First()
    aws.version.refusal = "AccessDeniedException"
    with pytest.raises(Failed, match="AccessDeniedException"):
        before_the_alias(aws)


def test_the_stack_calls_without_a_deployment(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the CDK's trigger does: the event is empty."""
    monkeypatch.setattr(handler, "before_alias", lambda _: "judged")
    assert handler.before_traffic({}, Context()) == "judged"


def test_what_a_step_may_take_fits_into_the_hooks_time() -> None:
    assert TIMEOUT.to_seconds() > CALL_SECONDS + 4 * STEP_SECONDS


def test_an_event_without_a_deployment_is_an_error_of_the_call() -> None:
    with pytest.raises(KeyError):
        run({}, Context(), judge=new_version, clients=lambda: None)  # type: ignore[arg-type, return-value] # never asked


def test_after_traffic_clients_are_asked_for_through_the_alias(aws: Aws) -> None:
    aws.deployment().user().ends("Succeeded", judge=through_alias)
    assert {who for who, _ in aws.version.asked} == {f"{FUNCTION}:live"}


@pytest.mark.parametrize(
    ("alias", "words"),
    [
        ({"FunctionVersion": "7"}, "alias live: points to version 7, not 8"),
        (
            {
                "FunctionVersion": "8",
                "RoutingConfig": {"AdditionalVersionWeights": {"7": 0.5}},
            },
            "alias live: still divides its traffic",
        ),
    ],
)
def test_an_alias_that_did_not_move_fails(
    aws: Aws, logged: pytest.LogCaptureFixture, alias: dict[str, Any], words: str
) -> None:
    aws.version.alias = alias
    aws.deployment().user().ends("Failed", judge=through_alias)
    assert words in logged.text
