"""What a template declares in one property: schedules, filters, the steps of a deployment."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from gate import assembly
from gate.assembly import Resource, Stack
from gate.detect.model import Canary, LogMetric, Metric, Shift
from gate.detect.references import References
from gate.report import CannotLook

METRIC_FILTER = "AWS::Logs::MetricFilter"
SUBSCRIPTION_FILTER = "AWS::Logs::SubscriptionFilter"
MINUTE, SECONDS = 60, {"second": 1, "minute": 60, "hour": 3600}


def each(stacks: Iterable[Stack], kind: str) -> Iterator[tuple[Stack, Resource]]:
    """The resources of one type, with their stacks."""
    return ((stack, resource) for stack in stacks for resource in stack.of_type(kind))


def canary(resource: Resource) -> Canary:
    """A canary that runs at a rate; raises CannotLook for one that runs by the clock."""
    said = resource.properties["Schedule"]["Expression"]
    match = re.fullmatch(r"rate\((\d+) (second|minute|hour)s?\)", said)
    if match is None:
        raise CannotLook(f"{resource.logical_id}: schedule {said!r} is not rate(N minutes)")
    return Canary(str(resource.properties["Name"]), int(match[1]) * SECONDS[match[2]])


def log_metrics(stacks: Sequence[Stack], references: References) -> Iterator[LogMetric]:
    """Those of metric filters, and of functions that are fed by a subscription.

    Which metric such a function reports is taken from its variables NAMESPACE and METRIC.
    """
    for _, resource in each(stacks, METRIC_FILTER):
        for made in resource.properties["MetricTransformations"]:
            yield LogMetric(
                str(resource.properties["FilterPattern"]),
                Metric(made["MetricNamespace"], made["MetricName"]),
                zeros="DefaultValue" in made,
                measures="$" in str(made["MetricValue"]),
            )
    functions = {
        references.text(stack.name, {"Ref": resource.logical_id}): resource.properties
        for stack, resource in each(stacks, assembly.FUNCTION)
    }
    for stack, resource in each(stacks, SUBSCRIPTION_FILTER):
        fed = references.text(stack.name, resource.properties["DestinationArn"])
        said = functions.get(fed, {}).get("Environment", {}).get("Variables", {})
        if {"NAMESPACE", "METRIC"} <= set(said):
            metric = Metric(str(said["NAMESPACE"]), str(said["METRIC"]))
            yield LogMetric(str(resource.properties["FilterPattern"]), metric, at_once=True)


def shift(name: str, alarms: tuple[str, ...]) -> Shift:
    """A predefined configuration says its steps in its name (CodeDeploy user guide,
    "Predefined deployment configurations for an AWS Lambda compute platform")."""
    match = re.search(r"Lambda(Canary|Linear)(\d+)Percent(?:Every)?(\d+)Minutes?$", name)
    if match is None:
        return Shift(100.0, 0.0, linear=False, alarms=alarms)
    return Shift(float(match[2]), int(match[3]) * MINUTE, match[1] == "Linear", alarms)
