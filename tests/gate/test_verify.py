"""`gate verify` against a real CloudFormation stack in the emulator, changed by hand."""

import json
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import boto3
import pytest

from gate.checks import verify
from gate.cli import main
from gate.report import CannotLook, Report
from local.emulator import Emulator, emulator

pytestmark = pytest.mark.slow

DIGEST = "sha256:" + "a" * 64
IMAGE = f"000000000000.dkr.ecr.us-east-1.amazonaws.com/backend@{DIGEST}"
LOG = "/aws/lambda/demo-test-backend"
PROBES = """
[[probe]]
name = "health"
method = "GET"
path = "/health"
[probe.expect]
status = 200
json = { status = "healthy" }
"""
LOG_AND_API = {
    "Key": {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": {"Statement": []}}},
    "Log": {
        "Type": "AWS::Logs::LogGroup",
        "Properties": {
            "LogGroupName": LOG,
            "RetentionInDays": 90,
            "KmsKeyId": {"Fn::GetAtt": ["Key", "Arn"]},
        },
    },
    "Api": {
        "Type": "AWS::ApiGatewayV2::Api",
        "Properties": {"Name": "demo-test-api", "ProtocolType": "HTTP"},
    },
    "Integration": {
        "Type": "AWS::ApiGatewayV2::Integration",
        "Properties": {
            "ApiId": {"Ref": "Api"},
            "IntegrationType": "AWS_PROXY",
            "IntegrationUri": {"Ref": "Alias"},
            "PayloadFormatVersion": "2.0",
        },
    },
}


def template(url: str) -> dict[str, Any]:
    function = {
        "FunctionName": "demo-test-backend",
        "PackageType": "Image",
        "Role": "arn:aws:iam::000000000000:role/demo",
        "Code": {"ImageUri": {"Fn::Join": ["", [IMAGE.partition("@")[0], "@", DIGEST]]}},
        "ImageConfig": {
            "Command": ["handler.lambda_handler"],
            "EntryPoint": ["/lambda-entrypoint.sh"],
            "WorkingDirectory": "/var/task",
        },
        "Timeout": 15,
        "MemorySize": 1024,
        "EphemeralStorage": {"Size": 512},
        "Architectures": ["x86_64"],
        "Environment": {"Variables": {"LOG_LEVEL": "INFO", "STACK": {"Ref": "AWS::StackName"}}},
    }
    alarm = {
        "MetricName": "Errors",
        "Namespace": "AWS/Lambda",
        "Statistic": "Sum",
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 1,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
    }
    version = {"FunctionName": {"Ref": "Function"}}
    alias = version | {"Name": "live", "FunctionVersion": {"Fn::GetAtt": ["Version", "Version"]}}
    return {
        "Resources": {
            "Function": {"Type": "AWS::Lambda::Function", "Properties": function},
            "Version": {"Type": "AWS::Lambda::Version", "Properties": version},
            "Alias": {"Type": "AWS::Lambda::Alias", "Properties": alias},
            "Alarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": alarm},
            **LOG_AND_API,
        },
        "Outputs": {"ApiUrl": {"Value": url}},
    }


class _Api(BaseHTTPRequestHandler):
    body = b'{"status": "healthy"}'

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name in http.server
        """Nothing to say."""


@pytest.fixture
def api() -> Iterator[type[_Api]]:
    handler = type("Api", (_Api,), {})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        handler.url = f"http://127.0.0.1:{server.server_port}"  # type: ignore[attr-defined]  # for the test alone
        yield handler
        server.shutdown()


@pytest.fixture(scope="module")
def aws() -> Iterator[Emulator]:
    folder = Path(tempfile.mkdtemp(prefix="verify-"))
    with emulator(region="us-east-1", folder=folder, proxies={}) as running:
        yield running
    shutil.rmtree(folder)


@pytest.fixture
def target(
    aws: Emulator, api: type[_Api], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[verify.Target]:
    """A stack deployed just so, and its assembly."""
    for name, value in aws.environment().items():
        monkeypatch.setenv(name, value)
    body = template(api.url)  # type: ignore[attr-defined]  # set by the fixture
    (tmp_path / "Demo.template.json").write_text(json.dumps(body))
    stack = {"templateFile": "Demo.template.json", "stackName": "demo-test-service"}
    artifact = {"type": "aws:cloudformation:stack", "properties": stack}
    (tmp_path / "manifest.json").write_text(json.dumps({"artifacts": {"Demo": artifact}}))
    (tmp_path / "probes.toml").write_text(PROBES)
    cloudformation = boto3.client("cloudformation")
    cloudformation.create_stack(StackName="demo-test-service", TemplateBody=json.dumps(body))
    cloudformation.get_waiter("stack_create_complete").wait(
        StackName="demo-test-service", WaiterConfig={"Delay": 1}
    )
    yield verify.Target("test", tmp_path, tmp_path / "probes.toml")
    cloudformation.delete_stack(StackName="demo-test-service")
    cloudformation.get_waiter("stack_delete_complete").wait(
        StackName="demo-test-service", WaiterConfig={"Delay": 1}
    )


def messages(report: Report) -> str:
    return "\n".join(finding.message for finding in report.findings)


def test_what_was_deployed_and_left_alone_passes(target: verify.Target) -> None:
    report = verify.check(target)
    assert messages(report) == ""
    assert "alias demo-test-backend:live → version 1" in report.notes
    assert "demo-test-service: 1 log groups" in report.notes
    assert any(note.endswith(" calls demo-test-backend:live") for note in report.notes)
    assert [case.name for case in report.cases] == ["health"]


def _set(**change: Any) -> Callable[[], object]:
    return lambda: boto3.client("lambda").update_function_configuration(
        FunctionName="demo-test-backend", **change
    )


BY_HAND: dict[str, tuple[Callable[[], object], str]] = {
    "command": (
        _set(ImageConfig={"Command": ["main.handler"]}),
        "command is ['main.handler'], the template says ['handler.lambda_handler']",
    ),
    "timeout": (_set(Timeout=3), "timeout is 3, the template says 15"),
    "memory": (_set(MemorySize=128), "memory is 128, the template says 1024"),
    "variable removed": (
        _set(Environment={"Variables": {"LOG_LEVEL": "INFO"}}),
        "environment variable STACK is not deployed",
    ),
    "variable added": (
        _set(Environment={"Variables": {"LOG_LEVEL": "INFO", "STACK": "x", "DEBUG": "1"}}),
        "environment variable DEBUG is not in the template",
    ),
    "variable changed": (
        _set(Environment={"Variables": {"LOG_LEVEL": "hush-hush", "STACK": "x"}}),
        "environment variable LOG_LEVEL has another value than the template",
    ),
    "image": (
        lambda: boto3.client("lambda").update_function_code(
            FunctionName="demo-test-backend", ImageUri=IMAGE.replace("aaaa", "bbbb")
        ),
        f"the template says {DIGEST}",
    ),
    "alias": (
        lambda: boto3.client("lambda").update_alias(
            FunctionName="demo-test-backend", Name="live", FunctionVersion="$LATEST"
        ),
        "alias demo-test-backend:live points to version $LATEST, the deployed stack says 1",
    ),
}


def _call_the_function_itself() -> None:
    client = boto3.client("apigatewayv2")
    (api,) = [a["ApiId"] for a in client.get_apis()["Items"] if a["Name"] == "demo-test-api"]
    (integration,) = client.get_integrations(ApiId=api)["Items"]
    client.update_integration(
        ApiId=api,
        IntegrationId=integration["IntegrationId"],
        IntegrationUri=integration["IntegrationUri"].removesuffix(":live"),
    )


def _logs(operation: str, **request: Any) -> Callable[[], object]:
    return lambda: getattr(boto3.client("logs"), operation)(logGroupName=LOG, **request)


BY_HAND |= {
    "integration": (
        _call_the_function_itself,
        ":function:demo-test-backend, the template says arn:aws:lambda:us-east-1:"
        "000000000000:function:demo-test-backend:live",
    ),
    "retention": (_logs("put_retention_policy", retentionInDays=1), "kept for 1 days, the temp"),
    "no retention": (_logs("delete_retention_policy"), "kept for ever, the template says 90 days"),
    "no log group": (_logs("delete_log_group"), f"log group {LOG} is gone"),
}


@pytest.mark.parametrize("what", BY_HAND)
def test_a_change_by_hand_is_named(target: verify.Target, what: str) -> None:
    change, expected = BY_HAND[what]
    change()
    found = messages(verify.check(target))
    assert expected in found
    assert "hush-hush" not in found


def _alarm() -> str:
    return boto3.client("cloudwatch").describe_alarms()["MetricAlarms"][0]["AlarmName"]


def test_a_red_a_muted_and_a_removed_alarm_are_named(target: verify.Target) -> None:
    cloudwatch = boto3.client("cloudwatch")
    name = _alarm()
    cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="login is down")
    assert f"alarm {name} is in ALARM: login is down" in messages(verify.check(target))
    cloudwatch.disable_alarm_actions(AlarmNames=[name])
    assert f"alarm {name} is muted" in messages(verify.check(target))
    cloudwatch.delete_alarms(AlarmNames=[name])
    assert f"alarm {name} is gone" in messages(verify.check(target))


def test_a_wrong_answer_of_the_public_url_is_named(target: verify.Target, api: type[_Api]) -> None:
    api.body = b'{"status": "sick"}'
    assert "probe health: " in messages(verify.check(target))


def test_a_stack_that_is_not_deployed_is_a_finding(target: verify.Target) -> None:
    manifest = target.assembly / "manifest.json"
    artifacts = json.loads(manifest.read_text())["artifacts"]
    other = {"templateFile": "Demo.template.json", "stackName": "demo-test-other"}
    artifacts["Other"] = {"type": "aws:cloudformation:stack", "properties": other}
    manifest.write_text(json.dumps({"artifacts": artifacts}))
    assert messages(verify.check(target)) == "demo-test-other is not deployed"


def test_an_assembly_of_another_stage_cannot_be_looked_at(target: verify.Target) -> None:
    with pytest.raises(CannotLook, match=r"no stack of stage prod .*make synth STAGE=prod"):
        verify.check(verify.Target("prod", target.assembly, target.probes))


def test_no_way_to_aws_is_one_line_and_2(
    target: verify.Target, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    code = main(["verify", "--stage", "test", "--assembly", str(target.assembly)])
    error = capsys.readouterr().err
    assert code == 2
    assert error.count("\n") == 1
    assert "check credentials, region and network" in error
