"""Each Synthetics canary runs, and its last run passed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from gate import assembly, aws
from gate.deployed.stack import Deployed, Said, differs
from gate.report import Finding

if TYPE_CHECKING:
    import boto3

RUNS = "RUNNING"


def look(one: Deployed, session: boto3.Session) -> Iterator[Said]:
    """Look at the state of each canary and at its last run that ended."""
    for resource in one.stack.of_type(assembly.CANARY):
        name = one.physical_id(resource, "Name") or one.physical.get(resource.logical_id, "")
        client = session.client("synthetics")
        with aws.asking(f"canary {name}"):
            state = client.get_canary(Name=name)["Canary"]["Status"]["State"]
            runs = client.get_canary_runs(Name=name, MaxResults=2)["CanaryRuns"]
        if state != RUNS:
            yield differs(f"canary {name} is {state}: nobody asks the probes")
        yield _last(name, runs)


def _last(name: str, runs: list[Any]) -> Said:
    """The newest run comes first; one that still runs says nothing yet."""
    last = next((run["Status"] for run in runs if run["Status"]["State"] != RUNS), None)
    if last is None:
        return f"canary {name}: no run has ended yet"
    if last["State"] == "PASSED":
        return f"canary {name}: its last run passed"
    reason = last.get("StateReason", "no reason given")
    message = f"canary {name}: its last run is {last['State']}: {reason}"
    return Finding("verify.canary.failed", message, fix="see the run's log in Synthetics")
