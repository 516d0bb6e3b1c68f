"""What drift detection cannot see: attributes that the template leaves out.

CloudFormation compares what a template says. What it leaves out has the service's default,
until somebody changes it by hand; then it stays so through every deployment. The tables name
each attribute: where a template would say it, its default, and how the service tells it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gate import assembly, aws
from gate.assembly import Resource
from gate.deployed import alarms, log_groups
from gate.deployed.detection import FIX
from gate.deployed.stack import Deployed, Said
from gate.report import Finding

if TYPE_CHECKING:
    import boto3

Actual = Mapping[str, Any]


@dataclass(frozen=True)
class Attribute:
    """An attribute: its name, its path in the template, its default, how it is told.

    `told` is a path in the service's description, or a function of it.
    """

    name: str
    path: str
    default: object
    told: str | Callable[[Actual], object]

    def value(self, actual: Actual) -> object:
        """What the service has; the default where it says nothing."""
        value = self.told(actual) if callable(self.told) else _at(actual, self.told)
        return self.default if value in (None, "", [], {}) else value


def _at(values: Any, path: str) -> Any:
    """What is at a dotted path; None where nothing is."""
    for member in path.split("."):
        if not isinstance(values, Mapping):
            return values  # an intrinsic, or a literal, that says the whole
        values = values.get(member)
    return values


def _names(variables: Any) -> list[str]:
    return sorted(variables or ())


FUNCTION = (
    Attribute("layers", "Layers", [], lambda a: [row["Arn"] for row in a.get("Layers", ())]),
    Attribute("VPC", "VpcConfig", "", "VpcConfig.VpcId"),
    Attribute("dead-letter queue", "DeadLetterConfig", "", "DeadLetterConfig.TargetArn"),
    Attribute("tracing", "TracingConfig", "PassThrough", "TracingConfig.Mode"),
    Attribute("key", "KmsKeyArn", "", "KMSKeyArn"),
    Attribute("file systems", "FileSystemConfigs", [], "FileSystemConfigs"),
    Attribute("SnapStart", "SnapStart", "None", "SnapStart.ApplyOn"),
    Attribute("log format", "LoggingConfig.LogFormat", "Text", "LoggingConfig.LogFormat"),
    Attribute("description", "Description", "", "Description"),
    Attribute("memory", "MemorySize", 128, "MemorySize"),
    Attribute("timeout", "Timeout", 3, "Timeout"),
    Attribute("ephemeral storage", "EphemeralStorage", 512, "EphemeralStorage.Size"),
    Attribute("architecture", "Architectures", ["x86_64"], "Architectures"),
    Attribute("command", "ImageConfig.Command", [], "ImageConfigResponse.ImageConfig.Command"),
    Attribute(
        "entry point", "ImageConfig.EntryPoint", [], "ImageConfigResponse.ImageConfig.EntryPoint"
    ),
    Attribute(
        "working directory",
        "ImageConfig.WorkingDirectory",
        "",
        "ImageConfigResponse.ImageConfig.WorkingDirectory",
    ),
    # Names alone: a value may be what nobody should read.
    Attribute("environment", "Environment", [], lambda a: _names(_at(a, "Environment.Variables"))),
    Attribute("reserved concurrency", "ReservedConcurrentExecutions", None, "Reserved"),
    Attribute("recursive loops", "RecursiveLoop", "Terminate", "RecursiveLoop"),
    Attribute("code signing", "CodeSigningConfigArn", "", "CodeSigningConfigArn"),
)
ALIAS = (
    Attribute("weights", "RoutingConfig", {}, "RoutingConfig.AdditionalVersionWeights"),
    Attribute("provisioned concurrency", "ProvisionedConcurrencyConfig", None, "Provisioned"),
)
ALARM = (
    Attribute("actions enabled", "ActionsEnabled", True, "ActionsEnabled"),
    Attribute("alarm actions", "AlarmActions", [], "AlarmActions"),
    Attribute("OK actions", "OKActions", [], "OKActions"),
    Attribute("actions without data", "InsufficientDataActions", [], "InsufficientDataActions"),
)
METRIC_ALARM = (
    *ALARM,
    Attribute("missing data", "TreatMissingData", "missing", "TreatMissingData"),
    Attribute("datapoints to alarm", "DatapointsToAlarm", None, "DatapointsToAlarm"),
    Attribute("dimensions", "Dimensions", [], "Dimensions"),
)
LOG_GROUP = (
    Attribute("retention", "RetentionInDays", None, "retentionInDays"),
    Attribute("key", "KmsKeyId", "", "kmsKeyId"),
)


def _function(session: boto3.Session, name: str) -> Actual:
    client: Any = session.client("lambda")
    with aws.asking(f"function {name}"):
        actual = dict(client.get_function_configuration(FunctionName=name))
        reserved = client.get_function_concurrency(FunctionName=name)
        actual["Reserved"] = reserved.get("ReservedConcurrentExecutions")
        actual |= client.get_function_recursion_config(FunctionName=name)
        if actual.get("PackageType") != "Image":  # Lambda knows no signature of an image
            actual |= client.get_function_code_signing_config(FunctionName=name)
    return actual


def _alias(session: boto3.Session, arn: str) -> Actual:
    client: Any = session.client("lambda")
    function, name = arn.split(":")[-2:]
    with aws.asking(f"alias {function}:{name}"):
        actual: Actual = client.get_alias(FunctionName=function, Name=name)
    return {**actual, "Provisioned": _provisioned(client, function, name)}


def _provisioned(client: Any, function: str, alias: str) -> object:
    try:
        with aws.asking(f"provisioned concurrency of {function}:{alias}"):
            answer = client.get_provisioned_concurrency_config(
                FunctionName=function, Qualifier=alias
            )
    except aws.Missing:
        return None
    return answer["RequestedProvisionedConcurrentExecutions"]


def _alarm(session: boto3.Session, name: str) -> Actual | None:
    name = alarms.name_of(name)
    return alarms.describe(session, [name]).get(name)


Describe = Callable[["boto3.Session", str], Actual | None]
KINDS: Mapping[str, tuple[Describe, tuple[Attribute, ...]]] = {
    assembly.FUNCTION: (_function, FUNCTION),
    assembly.ALIAS: (_alias, ALIAS),
    assembly.ALARM: (_alarm, METRIC_ALARM),
    assembly.COMPOSITE_ALARM: (_alarm, ALARM),
    assembly.LOG_GROUP: (log_groups.describe, LOG_GROUP),
}


def look(one: Deployed, session: boto3.Session) -> Iterator[Said]:
    """Compare what the template leaves out with the service's defaults."""
    count = 0
    for kind, (describe, attributes) in KINDS.items():
        for resource in one.stack.of_type(kind):
            name = one.physical.get(resource.logical_id, "")
            actual = _described(describe, session, name)
            if actual is None:
                # In the words of detection, so that both together say it once.
                gone = f"{one.stack.name}: {kind} {name or resource.logical_id} is gone"
                yield Finding("drift.deleted", gone, fix=FIX)
            else:
                count += 1
                yield from _changed(name, resource, actual, attributes)
    if count:
        yield f"{one.stack.name}: {count} resources beside the defaults of what is left out"


def _described(describe: Describe, session: boto3.Session, name: str) -> Actual | None:
    """The service's description; None for what is gone."""
    try:
        return describe(session, name) if name else None
    except aws.Missing:
        return None


def _changed(
    name: str, resource: Resource, actual: Actual, attributes: tuple[Attribute, ...]
) -> Iterator[Finding]:
    for attribute in attributes:
        if _at(resource.properties, attribute.path) is not None:
            continue  # CloudFormation compares what the template says
        value = attribute.value(actual)
        if value != attribute.default:
            yield Finding(
                "drift.left-out",
                f"{name}: {attribute.name} is {value}; the template leaves it out, "
                f"and the default is {attribute.default or 'none'}",
                fix=FIX,
            )
