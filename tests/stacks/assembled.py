"""Synthesize a stage in this process, and look at its templates."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aws_cdk as cdk

import app as cdk_app
from gate.assembly import mapped
from stacks import acknowledgements
from stacks.settings import ROOT, STAGES, Settings, load

DIGEST = "sha256:" + "a" * 64
CONTEXT: dict[str, Any] = json.loads((ROOT / "cdk.json").read_text())["context"]


@dataclass(frozen=True)
class Resource:
    """A resource of one of the stage's templates."""

    stack: str  # data, service, monitoring or pipeline
    id: str
    body: Mapping[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.body["Properties"][name]

    @property
    def properties(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.body.get("Properties", {})
        return found


@dataclass(frozen=True, repr=False)
class Assembled:
    """A synthesized stage."""

    settings: Settings
    folder: Path
    templates: Mapping[str, Mapping[str, Any]]

    def of_type(self, kind: str, *, stack: str | None = None) -> list[Resource]:
        return [r for r in self.resources(stack) if r.body["Type"] == kind]

    def image_functions(self) -> list[Resource]:
        """The functions that run the backend's image."""
        functions = self.of_type("AWS::Lambda::Function")
        return [one for one in functions if one.properties.get("PackageType") == "Image"]

    def resources(self, stack: str | None = None) -> Iterator[Resource]:
        for name, template in self.templates.items():
            if stack in (None, name):
                for logical_id, body in template.get("Resources", {}).items():
                    yield Resource(name, logical_id, body)

    def one(self, kind: str, *, stack: str | None = None, **properties: object) -> Resource:
        """The only resource of a type with these properties."""
        found = [
            resource
            for resource in self.of_type(kind, stack=stack)
            if all(resource.properties.get(k) == v for k, v in properties.items())
        ]
        assert len(found) == 1, f"{len(found)} resources {kind} with {properties}"
        return found[0]

    def target(self, value: Any, stack: str) -> Resource:
        """The resource that a reference in a stack names, also across stacks, or by its name."""
        if "Fn::Join" in value:
            return self._named(value["Fn::Join"][1][-1].rpartition(":")[2].rpartition("/")[2])
        if "Fn::ImportValue" in value:
            stack, value = self._exported(value["Fn::ImportValue"])
        logical_id = value["Ref"] if "Ref" in value else value["Fn::GetAtt"][0]
        return Resource(stack, logical_id, self.templates[stack]["Resources"][logical_id])

    def _named(self, name: str) -> Resource:
        """The resource whose name an ARN ends with."""
        kinds = ("TopicName", "RepositoryName")
        found = [r for r in self.resources() if name in map(r.properties.get, kinds)]
        assert len(found) == 1, f"{len(found)} resources are named {name}"
        return found[0]

    def _exported(self, export: str) -> tuple[str, Any]:
        for stack, template in self.templates.items():
            for output in template.get("Outputs", {}).values():
                if output.get("Export", {}).get("Name") == export:
                    return stack, output["Value"]
        raise AssertionError(f"nothing exports {export}")


def synthesize(
    stage: str | Settings,
    folder: Path,
    *,
    digest: str | None = DIGEST,
    acknowledged: bool = True,
    files: Path = STAGES,
) -> Assembled:
    """The stage's templates, written to `folder`; the validations are tested by themselves."""
    settings = load(stage, files, image_digest=digest) if isinstance(stage, str) else stage
    app = cdk.App(context=CONTEXT, outdir=str(folder), builtin_cloud_formation_validation=False)
    cdk_app.build(app, settings, files)
    if acknowledged:
        acknowledgements.acknowledge(app, settings, files)
    app.synth()
    return read(settings, folder)


def read(settings: Settings, folder: Path) -> Assembled:
    texts = {n: folder / f"{settings.name(n)}.template.json" for n in settings.stacks}
    templates = {n: mapped(json.loads(p.read_text())) for n, p in texts.items()}
    return Assembled(settings, folder, templates)
