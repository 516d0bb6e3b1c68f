"""The deployed stage, as the rehearsal needs it: alias, versions, hooks, CodeDeploy."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import probes
from gate import assembly
from gate.assembly import ImageFunction, Stack
from local import cloud, road
from local.deployed import Deployed, Run
from local.release import codedeploy, hook
from local.release.codedeploy import CodeDeploy, app_spec
from local.release.hook import Hooks
from local.release.versions import Version

ALIAS = "live"
GROUP = "rehearsal"


@dataclass(frozen=True)
class Stage:
    """Where the API answers, what moves its alias, and the function behind it.

    `variables` are of whoever asks AWS and CodeDeploy.
    """

    functions: Any  # Lambda's client
    function: ImageFunction
    url: str
    probes: tuple[probes.Probe, ...]
    codedeploy: CodeDeploy
    hooks: Hooks
    variables: Mapping[str, str]

    def version(self) -> str:
        """The version that has the traffic."""
        alias = self.functions.get_alias(FunctionName=self.function.name, Name=ALIAS)
        return str(alias["FunctionVersion"])

    def publish(self, version: Version) -> tuple[str, Hooks]:
        """A new version of the function: its number, and the hooks, told what its template says."""
        name = self.function.name
        uri = self.functions.get_function(FunctionName=name)["Code"]["ImageUri"]
        image = f"{uri.partition('@')[0]}@{version.digest}"
        self.functions.update_function_code(FunctionName=name, ImageUri=image)
        number = self.functions.publish_version(FunctionName=name)["Version"]
        expected = {
            "command": list(self.function.command),
            "entry_point": list(self.function.entry_point),
            "working_directory": self.function.working_directory,
            "image": image,
        }
        return number, self.hooks.told(EXPECTED=json.dumps(expected))

    def app_spec(self, target: str) -> str:
        """What CloudFormation tells CodeDeploy: from the version with the traffic to `target`."""
        return app_spec(self.function.name, alias=ALIAS, current=self.version(), target=target)


def owned_by_a_group(stacks: tuple[Stack, ...]) -> tuple[Stack, ...]:
    """The stack of the alias and what it stands on; the alias is CodeDeploy's, as in AWS.

    The emulator refuses the deployment group, and not its name.
    """
    stack = cloud.stack_with(stacks, assembly.ALIAS)
    template = json.loads(stack.template.read_text(encoding="utf-8"))
    for resource in template["Resources"].values():
        if resource["Type"] == assembly.ALIAS:
            group = {"ApplicationName": GROUP, "DeploymentGroupName": GROUP}
            resource["UpdatePolicy"] = {"CodeDeployLambdaAliasUpdate": group}
    stack.template.write_text(json.dumps(template), encoding="utf-8")
    return stacks[: stacks.index(stack) + 1]  # in the order in which they are deployed


@contextmanager
def opened(run: Run, deployed: Deployed) -> Iterator[Stage]:
    """Migrate the database, and put hooks and CodeDeploy's stand-in beside what is deployed."""
    here = deployed.emulator
    secret = cloud.outputs(here, deployed.stacks)["ProbeSecretArn"]
    road.migrate(run, deployed, run.settings.name("migrations"))
    function = cloud.image_functions(deployed.stacks)[run.settings.name("backend")]
    client: Any = here.session().client("lambda", endpoint_url=here.url)

    def move(version: str) -> None:
        client.update_alias(FunctionName=function.name, Name=ALIAS, FunctionVersion=version)

    with codedeploy.codedeploy(move) as (address, deployments):
        variables = here.environment() | {"AWS_ENDPOINT_URL_CODEDEPLOY": address}
        told = {"FUNCTION": function.name, "PROBE_SECRET_ARN": secret}
        yield Stage(
            client,
            function,
            road.api_url(deployed),
            road.wanted(deployed, secret),
            deployments,
            Hooks(hook.package(run.folder / "hook"), variables | told),
            variables,
        )
