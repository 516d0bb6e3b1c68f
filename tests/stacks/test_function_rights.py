"""Each function may do what its code and its settings ask for, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import botocore.session
from botocore import xform_name

from stacks.settings import ROOT
from tests.stacks.assembled import Assembled, Resource

FUNCTION, CANARY = "AWS::Lambda::Function", "AWS::Synthetics::Canary"
CLIENT = re.compile(r'client\(\s*"([a-z0-9]+)"')
CALL = re.compile(r"\.([a-z_]+)\(")
# An action whose name is not that of the call.
RENAMED = {"lambda:Invoke": "lambda:InvokeFunction"}
# What Lambda does in the function's name, by what its properties say. A function in a network:
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
LOG = ("logs:CreateLogStream", "logs:PutLogEvents")
NETWORK = (
    *("ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface"),
    *("ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"),
    *("ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses"),
)
TRACES = ("xray:PutTraceSegments", "xray:PutTelemetryRecords")
# What Synthetics does in a canary's name:
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Synthetics_Canaries_Roles.html
RUNS = ("s3:PutObject", "s3:GetBucketLocation", "s3:ListAllMyBuckets", "logs:CreateLogGroup")
# What is read or written has a customer's key, in every stage that is deployed to AWS.
READ, WRITE = ("kms:Decrypt",), ("kms:Decrypt", "kms:GenerateDataKey")
KEYS = {"secretsmanager:GetSecretValue": READ, "sns:Publish": WRITE, "s3:PutObject": WRITE}


def functions(stage: Assembled) -> Iterator[Resource]:
    """Every function whose code is ours; that of a custom resource is the CDK's."""
    for one in (*stage.of_type(FUNCTION), *stage.of_type(CANARY)):
        if one.properties.get("Handler") != "__entrypoint__.handler":
            yield one


def folder(function: Resource) -> str:
    """Where its code lies, below lambda_src."""
    if function.properties.get("PackageType") == "Image":
        return "backend"
    said = function.properties.get("Handler") or function["Code"]["Handler"]
    return str(said).partition(".")[0]


def called(place: str) -> set[str]:
    """The actions that the code's calls of boto3 need."""
    files = sorted((ROOT / "lambda_src" / place).rglob("*.py"))
    text = "\n".join(file.read_text(encoding="utf-8") for file in files)
    session = botocore.session.get_session()
    found = {
        f"{service}:{name}"
        for service in CLIENT.findall(text)
        for name in session.get_service_model(service).operation_names
        if xform_name(name) in CALL.findall(text)
    }
    return {RENAMED.get(action, action) for action in found}


def needed(function: Resource) -> set[str]:
    """The actions that its settings need."""
    said: Mapping[str, Any] = function.properties
    actions = {*LOG}
    if function.body["Type"] == CANARY:
        actions |= {*RUNS, "cloudwatch:PutMetricData"}
    if said.get("VpcConfig") or said.get("VPCConfig"):
        actions |= {*NETWORK}
    if said.get("TracingConfig", {}).get("Mode") == "Active":
        actions |= {*TRACES}
    return actions


def granted(stage: Assembled, function: Resource) -> set[str]:
    """The actions of every policy of its role."""
    role = function.properties.get("Role") or function["ExecutionRoleArn"]
    name = role["Fn::GetAtt"][0]
    policies = [p for p in stage.of_type("AWS::IAM::Policy") if {"Ref": name} in p["Roles"]]
    return {
        action
        for policy in policies
        for statement in policy["PolicyDocument"]["Statement"]
        for action in _listed(statement["Action"])
    }


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def test_a_function_may_do_what_it_does_and_nothing_else(in_aws: Assembled) -> None:
    wrong = {}
    for function in functions(in_aws):
        asked = needed(function) | called(folder(function))
        asked |= {key for action in asked for key in KEYS.get(action, ())}
        if difference := granted(in_aws, function) ^ asked:
            wrong[function.id] = sorted(difference)
    assert wrong == {}
