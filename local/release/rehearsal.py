"""The story: version 1 answers, version 2 is refused, version 3 takes over, the way back."""

from __future__ import annotations

from local import by_rie, cloud, paths, processes, road
from local.console import Progress, Step
from local.deployed import Deployed, Run
from local.errors import RoadError
from local.release.hook import AFTER, BEFORE
from local.release.load import Counts, Load
from local.release.stage import Stage, opened, owned_by_a_group
from local.release.versions import Version, versions

STANDS_IN = (
    "CodeDeploy: the emulator has none. This process asks the hooks, heeds what they report and "
    "moves the alias, at once: no weights, no alarms",
    "CloudFormation after version 1: this process publishes, since the emulator's would move the "
    "alias by itself",
    "the probes' time limits: left out, since hook, versions and load share this machine",
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
        with by_rie.deployed(run, sources, serve=load.serve, choose=owned_by_a_group) as deployed:
            _story(run, deployed, load, bad, good)
    progress.console.print(f"in all {load.all}")


def _story(run: Run, deployed: Deployed, load: Load, bad: Version, good: Version) -> None:
    with opened(run, deployed) as stage, load.on(stage.url, stage.probes):
        with run.progress.step("version 1: the backend as it is, under a steady load") as step:
            _say(step, load.take(), {"1"})
        with run.progress.step("the same release again: nothing to do") as step:
            _nothing_to_do(step, run, deployed)
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


def _nothing_to_do(step: Step, run: Run, deployed: Deployed) -> None:
    """Deploy what is deployed: no stack may change, so no version is made."""
    names = [stack.name for stack in deployed.stacks]
    said = cloud.deploy(deployed.emulator, run.folder, deployed.assembly, *names)
    if changed := [name for name in names if f"{name} (no changes)" not in said]:
        raise RoadError(f"{', '.join(changed)} changed", "see what differs in its template")
    step.say(f"{', '.join(names)}: no changes")


def _released(step: Step, stage: Stage, version: Version, *, expected: str) -> None:
    """Publish a version and deploy it: hook, traffic, hook; its outcome must be the expected."""
    number, hooks = stage.publish(version)
    one = stage.codedeploy.begin(stage.app_spec(number))
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
