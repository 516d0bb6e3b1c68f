"""The road of one change on this machine, in order: each step real, each result read back."""

from __future__ import annotations

import json
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import probes
from local import by_engine, by_rie, cloud, outage, paths, processes
from local.console import Progress
from local.deployed import Deployed, Run
from local.errors import CannotRun, RoadError
from local.watch import Watched
from stacks import settings as stage_settings

WAYS: dict[str, Callable[[Run], AbstractContextManager[Deployed]]] = {
    "rie": by_rie.deployed,
    "docker": by_engine.deployed,
}
HTTP_API = "AWS::ApiGatewayV2::Api"
PROBE_SECONDS = 30.0
LOGS = paths.STATE / "logs"


def walk(progress: Progress, *, way: str, keep: bool) -> None:
    """Walk the road to its end, or to the first step that finds something.

    Args:
        progress: where the steps are shown.
        way: a key of WAYS: who runs the functions.
        keep: leave everything running, until Ctrl-C, once the road is walked.

    Raises:
        RoadError: with the reason and what to do.
    """
    with one_run(progress) as run:
        _say_what_is_left_out(run)
        _gate(run)
        with WAYS[way](run) as deployed:
            try:
                url = _follow(run, deployed)
            except RoadError as exc:
                raise type(exc)(f"{exc.reason}\n{deployed.log_tail()}", exc.todo) from exc
            if keep:
                progress.console.print(f"serving {url} until Ctrl-C")
                signal.pause()


def _follow(run: Run, deployed: Deployed) -> str:
    """From the deployed stage to the last look; returns the API's URL."""
    here = deployed.emulator
    outputs = cloud.outputs(here, deployed.stacks)
    url = api_url(deployed)
    migrate(run, deployed, run.settings.name("migrations"))
    _probe(run, deployed, url, outputs["ProbeSecretArn"])
    watched = Watched(here, cloud.STAGE, url, outputs["ProbeSecretArn"])
    outage.canary_passes(run, watched)
    _verify(run, deployed, url)
    # After the last look: it leaves alarms that are red for some minutes.
    outage.show(run, watched, people=outputs["PageTopicArn"])
    return url


@contextmanager
def one_run(progress: Progress) -> Iterator[Run]:
    """A run with a folder of its own; its logs are kept when it stops early.

    Raises:
        CannotRun: the stage's settings are broken.
    """
    try:
        settings = stage_settings.load(cloud.STAGE)
    except stage_settings.SettingsError as exc:
        raise CannotRun(str(exc), "correct the stage file") from exc
    folder = Path(tempfile.mkdtemp(prefix="road-"))
    try:
        yield Run(settings, folder, progress)
    except RoadError:
        _keep_logs(folder)
        raise
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _keep_logs(folder: Path) -> None:
    LOGS.mkdir(parents=True, exist_ok=True)
    for log in folder.glob("*.log"):
        shutil.copy(log, LOGS / log.name)


def _say_what_is_left_out(run: Run) -> None:
    run.progress.console.print("left out on this machine, and only here:")
    for left_out in run.settings.left_out:
        run.progress.console.print(f"    {left_out}", markup=False)


def _gate(run: Run) -> None:
    with run.progress.step("gate: parity, models, names, handler, smoke") as step:
        done = processes.run(
            [str(paths.BIN / "python"), "-m", "gate", "all"],
            environment=paths.environment(),
            cwd=paths.ROOT,
        )
        step.lines += done.stdout.splitlines()
        judge(done.returncode, "the gate")


def judge(code: int, who: str) -> None:
    """Raise what an exit code of the gate says, unless that is 0."""
    if code == 0:
        return
    error = RoadError if code == 1 else CannotRun
    raise error(f"{who} ended with {code}", "mend what it names, run it again")


def migrate(run: Run, deployed: Deployed, function: str) -> None:
    """Run the migrations as AWS does: the image's other command, by an invocation."""
    with run.progress.step("migrations, and the probe user: the image's other command") as step:
        client = deployed.emulator.session().client("lambda", endpoint_url=deployed.emulator.url)
        answer = client.invoke(FunctionName=function, Payload=b"{}")
        payload = answer["Payload"].read().decode(errors="replace")
        if answer.get("FunctionError"):
            raise RoadError(f"the migrations failed: {payload}", "see migrations/")
        step.say(json.dumps(json.loads(payload)))


def _probe(run: Run, deployed: Deployed, url: str, secret: str) -> None:
    with run.progress.step("probes over HTTP, through API, alias and version") as step:
        results = probes.url.run(url, wanted(deployed, secret), PROBE_SECONDS)
        step.lines += [
            f"{r.probe.name}: {'; '.join(r.reasons) or 'right'} ({r.elapsed_ms:.0f} ms)"
            for r in results
        ]
        wrong = [result.probe.name for result in results if result.reasons]
        if wrong:
            raise RoadError(f"wrong answers: {', '.join(wrong)}", "read the function's log")


def api_url(deployed: Deployed) -> str:
    """Where the deployed API answers."""
    stack = cloud.stack_with(deployed.stacks, HTTP_API)
    return deployed.emulator.api_url(cloud.physical_id(deployed.emulator, stack, HTTP_API))


def wanted(deployed: Deployed, secret: str) -> tuple[probes.Probe, ...]:
    """The probes, filled with the probe user of a secret."""
    here = deployed.emulator
    client = here.session().client("secretsmanager", endpoint_url=here.url)
    user = json.loads(client.get_secret_value(SecretId=secret)["SecretString"])
    values = {"PROBE_EMAIL": user["email"], "PROBE_PASSWORD": user["password"]}
    return probes.load(paths.ROOT / "probes.toml", values)


def _verify(run: Run, deployed: Deployed, url: str) -> None:
    with run.progress.step("gate verify: what is deployed is what the template says") as step:
        done = processes.run(
            [
                str(paths.BIN / "python"), "-m", "gate", "verify",
                "--stage", cloud.STAGE, "--assembly", str(deployed.assembly), "--url", url,
            ],
            environment=paths.environment(**deployed.emulator.environment()),
            cwd=paths.ROOT,
        )  # fmt: skip
        step.lines += done.stdout.splitlines()
        judge(done.returncode, "gate verify")
