"""An outage for show: login broken on purpose, alarm and message; login mended, recovery told."""

from __future__ import annotations

import json
import time
from typing import Any

from local import watch
from local.deployed import Run
from local.errors import RoadError
from local.watch import Watched

PROBE = "login"
ALARM = f"probe-{PROBE}-failed"
# What a person needs at night: the labels of the message's lines.
NEEDED = ("since", "probe", "reason", "deployed last", "go back", "logs", "runbook")


def canary_passes(run: Run, watched: Watched) -> None:
    """Run the canary against what works, and read its metrics back."""
    with run.progress.step("canary: its own script, its metrics in CloudWatch") as step:
        step.say(watch.run_canary(watched))
        step.lines += _metrics(run, watched, failed=set())


def show(run: Run, watched: Watched, *, people: str) -> None:
    """Break login, wait for the page; mend it, wait for the recovery.

    Raises:
        RoadError: a metric, an alarm or a message is not as it must be.
    """
    name, stage = ALARM.replace("-", " "), watched.stage
    with watch.listening(watched, people) as ear:
        with watch.broken_login(_database(run, watched)):
            with run.progress.step("login broken on purpose: the canary sees it") as step:
                broken = time.monotonic()
                watch.run_canary(watched, expected=watch.PROBE_FAILED)
                step.lines += _metrics(run, watched, failed={PROBE})
            with run.progress.step("alarm, and the message that a person gets") as step:
                page = ear.wait(f"PAGE: {name} ({stage})")
                step.say(f"{time.monotonic() - broken:.1f} s after login broke:")
                step.lines += [f"| {line}" for line in page.text.splitlines()]
                _holds(page.text)
        with run.progress.step("login mended: the canary, and the recovery told") as step:
            step.say(watch.run_canary(watched))
            step.lines += _metrics(run, watched, failed=set())
            watch.recover(watched, run.settings.name(ALARM))
            told = ear.wait(f"RECOVERED: {name} ({stage})")
            step.say(f"{told.text.splitlines()[0]}, received after {told.seconds:.1f} s")


def _metrics(run: Run, watched: Watched, *, failed: set[str]) -> list[str]:
    """What CloudWatch says of the newest run, when it is as it must be."""
    found = watch.failures(watched, run.settings.probes)
    if {probe for probe, value in found.items() if value} != failed:
        raise RoadError(f"{watch.FAILED} is {found}", "the canary says why")
    return [f"{watch.FAILED} {probe}: {value}" for probe, value in found.items()]


def _holds(text: str) -> None:
    missing = [label for label in NEEDED if f"\n{label}:" not in text]
    if missing or "unknown:" in text:
        what = ", ".join(missing) or "what was deployed last"
        raise RoadError(f"the message does not say {what}:\n{text}", "see lambda_src/alarm_message")


def _database(run: Run, watched: Watched) -> dict[str, Any]:
    secret = watched.client("secretsmanager").get_secret_value(
        SecretId=str(run.settings.database.secret_name)
    )
    found: dict[str, Any] = json.loads(secret["SecretString"])
    return found
