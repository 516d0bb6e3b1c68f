"""What a synthesized cloud assembly declares: stacks, image functions, aliases, alarms.

Reads the JSON that `cdk synth` writes (`manifest.json` and `*.template.json`, AWS's Cloud
Assembly schema); nothing but Mappings is resolved: a value may be a CloudFormation intrinsic.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gate.report import CannotLook, shown

FUNCTION = "AWS::Lambda::Function"
ALIAS = "AWS::Lambda::Alias"
ALARM = "AWS::CloudWatch::Alarm"
COMPOSITE_ALARM = "AWS::CloudWatch::CompositeAlarm"
LOG_GROUP = "AWS::Logs::LogGroup"
CANARY = "AWS::Synthetics::Canary"
DEPLOYMENT_GROUP = "AWS::CodeDeploy::DeploymentGroup"
INTEGRATION = "AWS::ApiGatewayV2::Integration"


@dataclass(frozen=True)
class Resource:
    """A resource of a template."""

    logical_id: str
    type: str
    properties: Mapping[str, Any]


@dataclass(frozen=True)
class Stack:
    """A stack of the assembly: its name in CloudFormation, its template, its resources.

    `exports` are the values that other stacks import, by the name of the export.
    """

    name: str
    template: Path
    resources: tuple[Resource, ...]
    exports: Mapping[str, Any] = field(default_factory=dict)

    def of_type(self, kind: str) -> Iterator[Resource]:
        """The resources of one CloudFormation type."""
        return (resource for resource in self.resources if resource.type == kind)


@dataclass(frozen=True)
class ImageFunction:
    """An image function as declared; seconds and MB. What may be an intrinsic is `Any`."""

    logical_id: str
    name: str
    command: tuple[str, ...]
    entry_point: tuple[str, ...]
    working_directory: str
    timeout: int
    memory: int
    ephemeral_storage: int
    architecture: str
    image_uri: Any
    environment: Mapping[str, Any]


def stacks(assembly: Path) -> tuple[Stack, ...]:
    """The stacks of an assembly, in the order of its manifest.

    Raises:
        CannotLook: no assembly there, or not one that can be read.
    """
    manifest = _read(assembly / "manifest.json")
    return tuple(
        _stack(assembly, artifact["properties"], name)
        for name, artifact in manifest.get("artifacts", {}).items()
        if artifact.get("type") == "aws:cloudformation:stack"
    )


def of_stage(assembly: Path, stage: str) -> tuple[Stack, ...]:
    """The stacks of an assembly that was synthesized for `stage`.

    Raises:
        CannotLook: no assembly there, or one of another stage.
    """
    if not (assembly / "manifest.json").exists():
        raise CannotLook(
            f"{shown(assembly)}: no synthesized assembly; run `make synth STAGE={stage}` first"
        )
    found = stacks(assembly)
    if not any(is_of_stage(stack.name, stage) for stack in found):
        names = ", ".join(stack.name for stack in found) or "none"
        raise CannotLook(
            f"{assembly}: no stack of stage {stage} (there: {names}); "
            f"run `make synth STAGE={stage}`"
        )
    return found


def is_of_stage(stack: str, stage: str) -> bool:
    """Whether the name of a stack has the stage as one of its parts."""
    return f"-{stage.lower()}-" in f"-{stack.lower()}-"


def image_functions(stack: Stack) -> tuple[ImageFunction, ...]:
    """The functions of a stack that run an image.

    Raises:
        CannotLook: one leaves out what a hand on the console could then change unseen.
    """
    return tuple(
        _image_function(stack, resource)
        for resource in stack.of_type(FUNCTION)
        if resource.properties.get("PackageType") == "Image"
    )


def _image_function(stack: Stack, resource: Resource) -> ImageFunction:
    properties = resource.properties
    try:
        image = properties["ImageConfig"]
        return ImageFunction(
            logical_id=resource.logical_id,
            name=properties["FunctionName"],
            command=tuple(image["Command"]),
            entry_point=tuple(image["EntryPoint"]),
            working_directory=image["WorkingDirectory"],
            timeout=int(properties["Timeout"]),
            memory=int(properties["MemorySize"]),
            ephemeral_storage=int(properties["EphemeralStorage"]["Size"]),
            architecture=_one(properties["Architectures"]),
            image_uri=properties["Code"]["ImageUri"],
            environment=properties.get("Environment", {}).get("Variables", {}),
        )
    except KeyError as exc:
        raise CannotLook(
            f"{shown(stack.template)}: {resource.logical_id} does not declare {exc.args[0]}; "
            "what a template leaves out survives when somebody changes it by hand"
        ) from exc


def _one(values: Sequence[str]) -> str:
    return values[0]


def mapped(template: dict[str, Any]) -> dict[str, Any]:
    """A template with each Fn::FindInMap of plain keys replaced by what its Mappings say."""
    found: dict[str, Any] = _mapped(template, template.get("Mappings"))
    return found


def _mapped(value: Any, mappings: Any) -> Any:
    match value:
        case {"Fn::FindInMap": [str(name), str(first), str(second)]}:
            try:
                return mappings[name][first][second]
            except (KeyError, TypeError):
                return value  # CloudFormation refuses it
        case dict():
            return {key: _mapped(inner, mappings) for key, inner in value.items()}
        case list():
            return [_mapped(inner, mappings) for inner in value]
    return value


def _stack(assembly: Path, properties: Mapping[str, Any], name: str) -> Stack:
    template = assembly / properties["templateFile"]
    document = mapped(_read(template))
    resources = document.get("Resources", {})
    return Stack(
        name=properties.get("stackName", name),
        template=template,
        resources=tuple(
            Resource(logical_id, value["Type"], value.get("Properties", {}))
            for logical_id, value in resources.items()
        ),
        exports={
            output["Export"]["Name"]: output["Value"]
            for output in document.get("Outputs", {}).values()
            if isinstance(output.get("Export", {}).get("Name"), str)
        },
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        value: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as exc:
        raise CannotLook(f"{shown(path)}: not there; run `make synth STAGE=…` first") from exc
    except (OSError, ValueError) as exc:
        raise CannotLook(f"{shown(path)}: cannot be read as JSON: {exc}") from exc
    return value
