"""What a synthesized template says about a function, and about what calls it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from gate.report import CannotLook
from gate.rie.template import Declared, declared
from gate.rie.variables import handed
from probes import Gateway

Resource = Mapping[str, Any]


def resource(kind: str, **properties: Any) -> Resource:
    return {"Type": f"AWS::{kind}", "Properties": properties}


def ref(name: str) -> Resource:
    return {"Ref": name}


IMAGE = resource("Lambda::Function", PackageType="Image", FunctionName="backend")
ALIAS = resource("Lambda::Alias", FunctionName=ref("F"), FunctionVersion=ref("Version"))
ARN = {"Fn::Join": ["", ["arn:", ref("AWS::Partition"), ":…/", ref("Alias"), "/invocations"]]}


def read(folder: Path, resources: Mapping[str, Resource], name: str = "", **more: Any) -> Declared:
    file = folder / "template.json"
    file.write_text(json.dumps({"Resources": {"F": IMAGE, "Alias": ALIAS, **resources}, **more}))
    return declared(file, name, image=True)


def test_what_it_leaves_out_is_lambdas_default(tmp_path: Path) -> None:
    found = read(tmp_path, {})
    assert (found.command, found.entry_point, found.working_directory) == ((), (), "")
    assert (found.timeout, found.memory_mb, found.storage_mb) == (3.0, 128, 512)
    assert (found.architecture, found.gateways) == ("x86_64", ())


def test_every_setting(tmp_path: Path) -> None:
    image = {"Command": ["a.b"], "EntryPoint": ["/go", "x"], "WorkingDirectory": "/srv"}
    function = resource(
        "Lambda::Function",
        PackageType="Image",
        ImageConfig=image,
        Timeout=15,
        MemorySize=ref("Memory"),
        EphemeralStorage={"Size": 1024},
        Architectures=["arm64"],
    )
    parameters = {"Memory": {"Type": "Number", "Default": 2048}}
    found = read(tmp_path, {"F": function}, Parameters=parameters)
    assert (found.command, found.entry_point) == (("a.b",), ("/go", "x"))
    assert (found.working_directory, found.timeout, found.memory_mb) == ("/srv", 15.0, 2048)
    assert (found.storage_mb, found.architecture) == (1024, "arm64")


def test_what_its_mappings_say_is_known(tmp_path: Path) -> None:
    function = resource(
        "Lambda::Function",
        PackageType="Image",
        Timeout={"Fn::FindInMap": ["Sizes", "prod", "Timeout"]},
        Environment={
            "Variables": {"BY_REGION": {"Fn::FindInMap": ["Sizes", ref("AWS::Region"), "x"]}}
        },
    )
    found = read(tmp_path, {"F": function}, Mappings={"Sizes": {"prod": {"Timeout": 12}}})
    assert found.timeout == 12.0
    assert found.unknown == ("BY_REGION",)
    nowhere = {"F": {**function, "Properties": {"Timeout": {"Fn::FindInMap": ["No", "a", "b"]}}}}
    nowhere["F"]["Properties"]["PackageType"] = "Image"
    with pytest.raises(CannotLook, match="Timeout"):
        read(tmp_path, nowhere)


def test_variables_are_known_or_named(tmp_path: Path) -> None:
    variables = {
        "TEXT": "a",
        "NUMBER": 8080,
        "TRUE": True,
        "JOINED": {"Fn::Join": ["-", ["a", ref("Name")]]},
        "PLAIN": {"Fn::Sub": "a"},
        "REGION": ref("AWS::Region"),
        "ARN": {"Fn::GetAtt": ["Secret", "Arn"]},
        "SUB": {"Fn::Sub": "${Secret}"},
        "SECRET": ref("Password"),
        "SSM": ref("Path"),
        "IMPORTED": {"Fn::ImportValue": "x"},
    }
    parameters = {
        "Name": {"Type": "String", "Default": "b"},
        "Password": {"Type": "String", "Default": "p", "NoEcho": True},
        "Path": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/a"},
    }
    function = resource(
        "Lambda::Function", PackageType="Image", Environment={"Variables": variables}
    )
    found = read(tmp_path, {"F": function}, Parameters=parameters)
    assert found.environment == {
        **{"TEXT": "a", "NUMBER": "8080", "TRUE": "true", "JOINED": "a-b", "PLAIN": "a"},
        "REGION": "us-east-1",
    }
    assert found.unknown == ("ARN", "SUB", "SECRET", "SSM", "IMPORTED")
    with pytest.raises(CannotLook, match="only AWS knows ARN, SUB, SSM, IMPORTED; say --env"):
        handed(found, {"SECRET": "x"}, {})
    others = dict.fromkeys(("ARN", "SUB", "SECRET", "SSM", "IMPORTED", "AWS_X", "MORE"), "y")
    given = handed(found, {"TEXT": "chosen"}, {**others, "NUMBER": "1"})
    assert given.left_out == ("MORE",)
    assert (given.given["TEXT"], given.given["NUMBER"]) == ("chosen", "8080")
    assert given.given["AWS_X"] == "y"


CALLERS: tuple[tuple[str, Mapping[str, Resource], set[Gateway]], ...] = (
    (
        "HTTP API, both formats and stages",
        {
            "Api": resource("ApiGatewayV2::Api", ProtocolType="HTTP"),
            "New": resource(
                "ApiGatewayV2::Integration",
                ApiId=ref("Api"),
                IntegrationUri=ARN,
                PayloadFormatVersion="2.0",
                TimeoutInMillis=5000,
            ),
            "Old": resource("ApiGatewayV2::Integration", ApiId=ref("Api"), IntegrationUri=ARN),
            "Stage": resource("ApiGatewayV2::Stage", ApiId=ref("Api"), StageName="$default"),
            "Blue": resource("ApiGatewayV2::Stage", ApiId=ref("Api"), StageName="blue"),
            "Other": resource("ApiGatewayV2::Stage", ApiId=ref("Another"), StageName="no"),
        },
        {
            Gateway("http_api_v2", seconds=5),
            Gateway("http_api_v2", "blue", seconds=5),
            Gateway("http_api_v1"),
            Gateway("http_api_v1", "blue"),
        },
    ),
    (
        "HTTP API with a target of its own",
        {"Api": resource("ApiGatewayV2::Api", Target=ARN)},
        {Gateway("http_api_v2")},
    ),
    (
        "REST API without binary media types, and with some",
        {
            "Api": resource("ApiGateway::RestApi", Name="a"),
            "Method": resource(
                "ApiGateway::Method",
                RestApiId=ref("Api"),
                Integration={"Type": "AWS_PROXY", "Uri": ARN},
            ),
            "Stage": resource("ApiGateway::Stage", RestApiId=ref("Api"), StageName="v1"),
            "Second": resource("ApiGateway::RestApi", BinaryMediaTypes=["image~1png"]),
            "Proxy": resource(
                "ApiGateway::Method",
                RestApiId=ref("Second"),
                Integration={"Type": "AWS_PROXY", "Uri": ARN, "TimeoutInMillis": 60000},
            ),
            "Go": resource("ApiGateway::Deployment", RestApiId=ref("Second"), StageName="v2"),
        },
        {
            Gateway("rest_v1", "v1", binary_types=()),
            Gateway("rest_v1", "v2", binary_types=("image/png",), seconds=60),
        },
    ),
    (
        "REST API by its document",
        {
            "Api": resource(
                "ApiGateway::RestApi",
                Body={"x-amazon-apigateway-binary-media-types": ["*/*"], "uri": ARN},
            ),
            "Stage": resource("ApiGateway::Stage", RestApiId=ref("Api"), StageName="v1"),
        },
        {Gateway("rest_v1", "v1")},
    ),
    (
        "function URL",
        {"Url": resource("Lambda::Url", TargetFunctionArn=ref("Alias"))},
        {Gateway("function_url")},
    ),
    (
        "load balancers",
        {
            "One": resource("ElasticLoadBalancingV2::TargetGroup", Targets=[{"Id": ref("Alias")}]),
            "Two": resource(
                "ElasticLoadBalancingV2::TargetGroup",
                Targets=[{"Id": {"Fn::GetAtt": "F.Arn"}}],
                TargetGroupAttributes=[
                    {"Key": "lambda.multi_value_headers.enabled", "Value": "true"}
                ],
            ),
        },
        {Gateway("alb"), Gateway("alb_multi_value")},
    ),
)


@pytest.mark.parametrize(("name", "resources", "expected"), CALLERS, ids=[c[0] for c in CALLERS])
def test_what_calls_it(
    name: str, resources: Mapping[str, Resource], expected: set[Gateway], tmp_path: Path
) -> None:
    del name
    found = read(tmp_path, resources).gateways
    assert set(found) == expected
    assert len(found) == len(expected)


def test_through_an_export_of_another_stack(tmp_path: Path) -> None:
    outputs = {"Out": {"Value": ref("Alias"), "Export": {"Name": "backend-arn"}}}
    first = {"Resources": {"F": IMAGE, "Alias": ALIAS}, "Outputs": outputs}
    api = resource("ApiGatewayV2::Api", Target={"Fn::ImportValue": "backend-arn"})
    artifacts = {}
    for name, document in (("a", first), ("b", {"Resources": {"Api": api}})):
        (tmp_path / f"{name}.template.json").write_text(json.dumps(document))
        properties = {"templateFile": f"{name}.template.json"}
        artifacts[name] = {"type": "aws:cloudformation:stack", "properties": properties}
    (tmp_path / "manifest.json").write_text(json.dumps({"artifacts": artifacts}))
    assert declared(tmp_path, "", image=True).gateways == (Gateway("http_api_v2"),)


def test_which_function_is_meant(tmp_path: Path) -> None:
    second = {"G": resource("Lambda::Function", PackageType="Image")}
    with pytest.raises(CannotLook, match=r"several functions \(F, G\); say --function NAME"):
        read(tmp_path, second)
    assert read(tmp_path, second, "backend").where.endswith("template.json: F")
    assert read(tmp_path, second, "G").where.endswith(": G")
    called = {**second, "Url": resource("Lambda::Url", TargetFunctionArn=ref("G"))}
    assert read(tmp_path, called).where.endswith(": G")
    with pytest.raises(CannotLook, match=r"no such function \(there: F, G\)"):
        read(tmp_path, second, "H")


def test_python_code_without_an_image(tmp_path: Path) -> None:
    code = resource("Lambda::Function", Runtime="python3.13", Handler="app.handler")
    helper = resource("Lambda::Function", Runtime="nodejs22.x", Handler="index.handler")
    file = tmp_path / "template.json"
    file.write_text(json.dumps({"Resources": {"Code": code, "Helper": helper}}))
    assert declared(file, "", image=False).command == ("app.handler",)
    with pytest.raises(CannotLook, match="no such function"):
        declared(file, "", image=True)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Resources:\n  F:", "not a synthesized"),
        ("[]", "it has no Resources"),
        (
            '{"Resources": {"F": {"Type": "AWS::Lambda::Function", "Properties": {"PackageType": '
            '"Image", "Timeout": {"Ref": "T"}}}}}',
            "F: only AWS knows its Timeout",
        ),
    ],
)
def test_templates_that_cannot_be_used(tmp_path: Path, text: str, reason: str) -> None:
    (tmp_path / "template.json").write_text(text)
    with pytest.raises(CannotLook, match=reason):
        declared(tmp_path / "template.json", "", image=True)
