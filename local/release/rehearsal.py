"""The story: version 1 answers, version 2 is refused, version 3 takes over, the way back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import probes
from gate import assembly
from gate.assembly import ImageFunction, Stack
from local import by_rie, cloud, paths, processes, road
from local.console import Progress, Step
from local.deployed import Deployed, Run
from local.errors import RoadError
from local.release import codedeploy, hook
from local.release.codedeploy import CodeDeploy
from local.release.hook import AFTER, BEFORE, Hooks
from local.release.load import Counts, Load
from local.release.versions import Version, versions

ALIAS = "live"
GROUP = "rehearsal"
STANDS_IN = (
    "CodeDeploy: the emulator has none. This process asks the hooks, heeds what they report and "
    "moves the alias, at once: no weights, no alarms",
    "CloudFormation after version 1: this process publishes, since the emulator's would move the "
    "alias by itself",
)


def rehearse(progress: Progress) -> None:
    """Go through the whole story, or to the first thing that is not as it must be.

    Raises:
        RoadError: with the reason and what to do.
    """
    progress.console.print("standing in on this machine, and only here:")
    for line in STANDS_IN:
        progress.console.print(f"    {line}", markup=False)
    load = Load()
    with road.one_run(progress) as run:
        first, bad, good = versions(run.folder / "versions")
        sources = by_rie.Sources(first.digest, {v.digest: v.root for v in (first, bad, good)})
        with by_rie.deployed(run, sources, serve=load.serve, choose=_owned_by_a_group) as deployed:
            _story(run, deployed, load, bad, good)
    progress.console.print(f"in all {load.all}")


def _story(run: Run, deployed: Deployed, load: Load, bad: Version, good: Version) -> None:
    with _stage(run, deployed) as stage, load.on(stage.url, stage.probes):
        with run.progress.step("version 1: the backend as it is, under a steady load") as step:
            _say(step, load.take(), {"1"})
        with run.progress.step(f"version 2: {bad.what}") as step:
            _released(step, stage, bad, expected="Failed")
            _points_to(stage, "1")
            _say(step, load.take(), {"1"})
        with run.progress.step(f"version 3: {good.what}") as step:
            _released(step, stage, good, expected="Succeeded")
            _points_to(stage, "3")
            _say(step, load.take(), {"1", "3"})
            _say(step, load.take(), {"3"})
        with run.progress.step("gate rollback: from version 3 back, past the refused one") as step:
            _go_back(step, stage)
            _points_to(stage, "1")
            _say(step, load.take(), {"1", "3"})
            _say(step, load.take(), {"1"})


@dataclass(frozen=True)
class Stage:
    """The deployed stage, as the releases of the story need it."""

    deployed: Deployed
    function: ImageFunction
    url: str
    probes: tuple[probes.Probe, ...]
    codedeploy: CodeDeploy
    hooks: Hooks
    variables: Mapping[str, str]  # of whoever asks AWS and CodeDeploy

    def functions(self) -> Any:
        """Lambda."""
        here = self.deployed.emulator
        return here.session().client("lambda", endpoint_url=here.url)

    def version(self) -> str:
        """The version that has the traffic."""
        alias = self.functions().get_alias(FunctionName=self.function.name, Name=ALIAS)
        return str(alias["FunctionVersion"])


@contextmanager
def _stage(run: Run, deployed: Deployed) -> Iterator[Stage]:
    """Bring the database up, and put hooks and CodeDeploy's stand-in beside the stage."""
    here = deployed.emulator
    outputs = cloud.outputs(here, deployed.stacks)
    road.migrate(run, deployed, run.settings.name("migrations"))
    function = cloud.image_functions(deployed.stacks)[run.settings.name("backend")]
    client: Any = here.session().client("lambda", endpoint_url=here.url)

    def move(version: str) -> None:
        client.update_alias(FunctionName=function.name, Name=ALIAS, FunctionVersion=version)

    with codedeploy.codedeploy(move) as (address, deployments):
        variables = here.environment() | {"AWS_ENDPOINT_URL_CODEDEPLOY": address}
        told = {"FUNCTION": function.name, "PROBE_SECRET_ARN": outputs["ProbeSecretArn"]}
        yield Stage(
            deployed,
            function,
            road.api_url(deployed),
            road.wanted(deployed, outputs["ProbeSecretArn"]),
            deployments,
            Hooks(hook.package(run.folder / "hook"), variables | told),
            variables,
        )


def _owned_by_a_group(stacks: tuple[Stack, ...]) -> tuple[Stack, ...]:
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


def _released(step: Step, stage: Stage, version: Version, *, expected: str) -> None:
    """Publish a version and deploy it: hook, traffic, hook; its outcome must be the expected."""
    number, environment = _publish(stage, version)
    hooks = Hooks(stage.hooks.root, {**stage.hooks.environment, **environment})
    one = stage.codedeploy.begin(_app_spec(stage, number))
    for entry in (BEFORE, AFTER):
        reasons = hooks.call(entry, one.id)
        step.say(f"{entry} of version {number}: {one.reported.get(entry, 'silent')}")
        step.lines += [f"    {reason}" for reason in reasons]
        if not stage.codedeploy.go_on(one, entry):
            break
        if entry == BEFORE:
            stage.codedeploy.shift(one)
    else:
        one.status = "Succeeded"
    if one.status != expected:
        raise RoadError(
            f"the deployment of version {number} is {one.status}, and must be {expected}",
            "see lambda_src/traffic_hook and what it logged above",
        )


def _publish(stage: Stage, version: Version) -> tuple[str, dict[str, str]]:
    """A new version of the function; returns its number, and what the template says of it."""
    client = stage.functions()
    uri = client.get_function(FunctionName=stage.function.name)["Code"]["ImageUri"]
    image = f"{uri.partition('@')[0]}@{version.digest}"
    client.update_function_code(FunctionName=stage.function.name, ImageUri=image)
    number = client.publish_version(FunctionName=stage.function.name)["Version"]
    expected = {
        "command": list(stage.function.command),
        "entry_point": list(stage.function.entry_point),
        "working_directory": stage.function.working_directory,
        "image": image,
    }
    return number, {"EXPECTED": json.dumps(expected)}


def _app_spec(stage: Stage, target: str) -> str:
    properties = {
        "Name": stage.function.name,
        "Alias": ALIAS,
        "CurrentVersion": stage.version(),
        "TargetVersion": target,
    }
    resource = {"Type": "AWS::Lambda::Function", "Properties": properties}
    return json.dumps({"version": 0.0, "Resources": [{ALIAS: resource}]})


def _points_to(stage: Stage, expected: str) -> None:
    if (version := stage.version()) != expected:
        raise RoadError(
            f"the alias points to version {version}, and must point to {expected}",
            "see what moved it",
        )


def _say(step: Step, counts: Counts, may: set[str]) -> None:
    """Say what the load saw; only versions that may have traffic may have answered."""
    step.say(str(counts))
    if counts.failed:
        raise RoadError(f"a request failed: {counts.failed[0]}", "see the function's log")
    if strangers := set(counts.by_version) - may:
        raise RoadError(
            f"version {', '.join(sorted(strangers))} got traffic", "see what moved the alias"
        )


def _go_back(step: Step, stage: Stage) -> None:
    done = processes.run(
        [str(paths.BIN / "python"), "-m", "gate", "rollback", "--stage", cloud.STAGE, "--yes"],
        environment=paths.environment(**stage.variables),
        cwd=paths.ROOT,
    )
    step.lines += done.stdout.splitlines()
    road.judge(done.returncode, "gate rollback")
