from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from stacks.settings import ROOT
from tests.stacks.assembled import DIGEST, Assembled, Resource, synthesize

FUNCTION = "AWS::Lambda::Function"
KEPT = {"DeletionPolicy": "RetainExceptOnCreate", "UpdateReplacePolicy": "Retain"}


def ours(stage: Assembled) -> list[Resource]:
    """Every function but the CDK's own, which runs the trigger of the migrations."""
    return [f for f in stage.of_type(FUNCTION) if "FunctionName" in f.properties]


def version(stage: Assembled) -> Resource:
    """The backend's published version."""
    return stage.one("AWS::Lambda::Version", FunctionName={"Ref": backend(stage).id})


def backend(stage: Assembled) -> Resource:
    return stage.one(FUNCTION, FunctionName=stage.settings.name("backend"))


def migrations(stage: Assembled) -> Resource:
    return stage.one(FUNCTION, FunctionName=stage.settings.name("migrations"))


def test_what_decides_how_the_backend_runs_stands_in_the_template(any_stage: Assembled) -> None:
    function = any_stage.settings.function
    expected = {
        "PackageType": "Image",
        "ImageConfig": {
            "Command": [function.command],
            "EntryPoint": [function.entry_point],
            "WorkingDirectory": function.working_directory,
        },
        "MemorySize": function.memory_mb,
        "Timeout": function.timeout_seconds,
        "Architectures": [function.architecture],
        "EphemeralStorage": {"Size": function.ephemeral_storage_mb},
        "TracingConfig": {"Mode": "Active"},
        "SnapStart": {"ApplyOn": "PublishedVersions" if function.snap_start else "None"},
        "RecursiveLoop": "Terminate",
    }
    properties = backend(any_stage).properties
    assert {name: properties.get(name) for name in expected} == expected


def test_logs_are_structured_and_go_to_the_functions_own_group(any_stage: Assembled) -> None:
    for function in ours(any_stage):
        logging = function["LoggingConfig"]
        group = any_stage.target(logging["LogGroup"], function.stack)
        assert group["LogGroupName"] == f"/aws/lambda/{function['FunctionName']}"
        assert logging["LogFormat"] == "JSON"
        assert logging["ApplicationLogLevel"] == any_stage.settings.function.log_level
        assert logging["SystemLogLevel"] == "INFO"


def test_prod_bounds_the_concurrency(prod: Assembled) -> None:
    assert backend(prod)["ReservedConcurrentExecutions"] > 0
    assert migrations(prod)["ReservedConcurrentExecutions"] == 1


def test_the_handler_command_is_written_once() -> None:
    sources = [ROOT / "app.py", *ROOT.glob("stages/*.toml"), *ROOT.glob("stacks/**/*.py")]
    sources += ROOT.glob("lambda_src/**/Dockerfile")
    said = [path.name for path in sources if "handler.lambda_handler" in path.read_text()]
    assert said == ["_shared.toml"]


def test_migrations_are_the_same_image_with_another_command(any_stage: Assembled) -> None:
    function = migrations(any_stage)
    assert function["Code"] == backend(any_stage)["Code"]
    assert function["ImageConfig"]["Command"] == ["migrate.lambda_handler"]
    assert function["Timeout"] == any_stage.settings.migrations.timeout_seconds


def test_the_image_is_the_digest_in_the_stages_repository(any_stage: Assembled) -> None:
    uri = json.dumps(backend(any_stage)["Code"]["ImageUri"])
    assert f"@{DIGEST}" in uri
    named = any_stage.settings.image.repository_name
    assert (
        f"/{named}@" if named else any_stage.one("AWS::ECR::Repository", stack="data").id
    ) in uri
    output = any_stage.templates["service"]["Outputs"]["ImageDigest"]
    assert output["Value"] == DIGEST


def test_functions_get_secrets_by_arn_alone(any_stage: Assembled) -> None:
    variables = {
        name: value
        for function in (backend(any_stage), migrations(any_stage))
        for name, value in function["Environment"]["Variables"].items()
    }
    secrets = {name for name in variables if name.endswith("_SECRET_ARN")}
    assert secrets == {"DATABASE_SECRET_ARN", "JWT_SECRET_ARN", "PROBE_SECRET_ARN"}
    migrations_said = {"MIGRATION_HEAD", "MIGRATIONS_SERVED"}
    place = {"DATABASE_HOST", "DATABASE_PORT", "DATABASE_NAME"}  # the secret of RDS leaves it out
    said = {"CORS_ORIGINS", "LOG_LEVEL"} | migrations_said
    assert set(variables) - secrets == said | (place if any_stage.settings.has_network else set())
    for name in secrets:
        assert not isinstance(variables[name], str)


def test_each_function_reads_its_own_secrets_and_no_other(in_aws: Assembled) -> None:
    assert readable(in_aws, "BackendRole") == {"JwtSigningKey", "DatabaseCluster"}
    assert readable(in_aws, "MigrationsRole") == {"ProbeUser", "DatabaseCluster"}


def readable(stage: Assembled, role: str) -> set[str]:
    """The secrets, by their ids without the hash, that a role may read."""
    names = set()
    for statement in statements(stage, role):
        if statement["Action"] == "secretsmanager:GetSecretValue":
            resources = statement["Resource"]
            for arn in resources if isinstance(resources, list) else [resources]:
                names.add(stage.target(arn, "service").id[:-8])
    return names


def statements(stage: Assembled, role: str) -> list[dict[str, object]]:
    (policy,) = [p for p in stage.of_type("AWS::IAM::Policy") if p.id.startswith(role)]
    found: list[dict[str, object]] = policy["PolicyDocument"]["Statement"]
    return found


def test_a_version_is_kept_when_the_next_one_comes(any_stage: Assembled) -> None:
    images = {function.id for function in any_stage.image_functions()}
    versions = any_stage.of_type("AWS::Lambda::Version")
    ours = [one for one in versions if one["FunctionName"]["Ref"] in images]
    assert ours
    for published in ours:
        assert {name: published.body.get(name) for name in KEPT} == KEPT


def test_the_alias_points_to_the_version_of_this_release(any_stage: Assembled) -> None:
    alias = any_stage.one("AWS::Lambda::Alias", Name="live")
    assert any_stage.target(alias["FunctionVersion"], "service").id == version(any_stage).id


def test_another_digest_is_another_version(prod: Assembled, tmp_path: Path) -> None:
    other = synthesize("prod", tmp_path, digest="sha256:" + "b" * 64)
    assert version(other).id != version(prod).id


def test_every_request_goes_to_the_alias(any_stage: Assembled) -> None:
    api = any_stage.one("AWS::ApiGatewayV2::Api", ProtocolType="HTTP")
    route = any_stage.one("AWS::ApiGatewayV2::Route", ApiId={"Ref": api.id})
    integration = any_stage.one("AWS::ApiGatewayV2::Integration")
    alias = any_stage.one("AWS::Lambda::Alias")
    assert route["RouteKey"] == "$default"
    assert {"Ref": integration.id} in route["Target"]["Fn::Join"][1]
    assert integration["IntegrationUri"] == {"Ref": alias.id}
    assert integration["PayloadFormatVersion"] == "2.0"


def test_the_api_may_call_the_alias_and_nobody_else_may(any_stage: Assembled) -> None:
    permission = any_stage.one("AWS::Lambda::Permission", stack="service")
    alias = any_stage.one("AWS::Lambda::Alias")
    api = any_stage.one("AWS::ApiGatewayV2::Api")
    assert permission["FunctionName"] == {"Ref": alias.id}
    assert permission["Principal"] == "apigateway.amazonaws.com"
    assert {"Ref": api.id} in permission["SourceArn"]["Fn::Join"][1]


def test_the_api_is_throttled_and_logs_every_access(any_stage: Assembled) -> None:
    api_stage = any_stage.one("AWS::ApiGatewayV2::Stage", StageName="$default")
    settings = any_stage.settings.api
    assert api_stage["DefaultRouteSettings"] == {
        "ThrottlingBurstLimit": settings.burst,
        "ThrottlingRateLimit": settings.requests_per_second,
    }
    group = any_stage.target(api_stage["AccessLogSettings"]["DestinationArn"], "service")
    assert group.body["Type"] == "AWS::Logs::LogGroup"


def test_the_access_log_holds_no_query_and_no_body(any_stage: Assembled) -> None:
    text = any_stage.one("AWS::ApiGatewayV2::Stage")["AccessLogSettings"]["Format"]
    assert json.loads(text)["status"] == "$context.status"
    assert "uery" not in text
    assert "ody" not in text


def test_in_aws_functions_have_no_way_to_the_internet(in_aws: Assembled) -> None:
    subnets = {s.id for s in in_aws.of_type("AWS::EC2::Subnet")}
    for function in (backend(in_aws), migrations(in_aws)):
        config = function["VpcConfig"]
        targets = [in_aws.target(i, "service") for i in config["SubnetIds"]]
        assert {t.id for t in targets} == subnets
    assert not in_aws.of_type("AWS::EC2::InternetGateway")
    assert not in_aws.of_type("AWS::EC2::NatGateway")


def test_outputs_name_what_a_release_is_verified_by(any_stage: Assembled) -> None:
    outputs = any_stage.templates["service"]["Outputs"]
    assert {"ApiUrl", "FunctionName", "AliasArn", "ImageDigest"} <= set(outputs)


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_synthesis_asks_the_network_nothing(
    assembled: Callable[[str], Assembled], stage: str
) -> None:
    manifest = json.loads((assembled(stage).folder / "manifest.json").read_text())
    assert not manifest.get("missing")
