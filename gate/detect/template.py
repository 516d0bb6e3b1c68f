"""The alarms, composites, canaries, log metrics and the deployment of a stage's templates."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from gate import assembly
from gate.assembly import Resource, Stack
from gate.detect import grammar
from gate.detect.model import (
    PAGE,
    TICKET,
    Canary,
    CompositeAlarm,
    EventRule,
    LogMetric,
    Metric,
    MetricAlarm,
    Query,
    Shift,
    Watch,
)
from gate.detect.references import References
from gate.detect.states import Missing
from gate.report import CannotLook, shown

METRIC_FILTER = "AWS::Logs::MetricFilter"
RULE = "AWS::Events::Rule"
SUBSCRIPTION_FILTER = "AWS::Logs::SubscriptionFilter"
MINUTE, SECONDS = 60, {"second": 1, "minute": 60, "hour": 3600}


def read(stacks: Sequence[Stack]) -> Watch:
    """What watches the stage of `stacks`; raises CannotLook for what cannot be understood."""
    references = References(stacks)
    reader = _Reader(references)
    composites = (
        reader.composite(stack, resource)
        for stack, resource in _each(stacks, assembly.COMPOSITE_ALARM)
    )
    alarms = (reader.alarm(stack, resource) for stack, resource in _each(stacks, assembly.ALARM))
    return Watch(
        alarms={alarm.name: alarm for alarm in alarms},
        composites={composite.name: composite for composite in composites},
        canaries=tuple(_canary(resource) for _, resource in _each(stacks, assembly.CANARY)),
        logs=tuple(_log_metrics(stacks, references)),
        rules={rule.name: rule for rule in reader.rules(stacks)},
        shift=next(reader.shifts(stacks), None),
    )


def _each(stacks: Iterable[Stack], kind: str) -> Iterator[tuple[Stack, Resource]]:
    return ((stack, resource) for stack in stacks for resource in stack.of_type(kind))


class _Reader:
    """Reads resources whose values refer to others."""

    def __init__(self, references: References) -> None:
        self._references = references

    def alarm(self, stack: Stack, resource: Resource) -> MetricAlarm:
        properties = resource.properties
        name = self._name(stack, resource)
        queries, expression = self._measured(stack, resource, name)
        return MetricAlarm(
            name=name,
            queries=queries,
            expression=expression,
            operator=properties["ComparisonOperator"],
            threshold=float(properties["Threshold"]),
            period=max(query.period for query in queries.values()),
            periods=int(properties["EvaluationPeriods"]),
            datapoints=int(properties.get("DatapointsToAlarm", properties["EvaluationPeriods"])),
            missing=Missing(properties.get("TreatMissingData", "missing")),
            severities=self._severities(stack, properties),
        )

    def composite(self, stack: Stack, resource: Resource) -> CompositeAlarm:
        properties = resource.properties
        name = self._name(stack, resource)
        rule = self._references.text(stack.name, properties["AlarmRule"])
        suppressor = properties.get("ActionsSuppressor")
        return CompositeAlarm(
            name=name,
            rule=_parsed(rule, stack, name, loose_names=True),
            severities=self._severities(stack, properties),
            suppressor=None if suppressor is None else self._alarm_named(stack, suppressor),
            wait=float(properties.get("ActionsSuppressorWaitPeriod", 0)),
            extension=float(properties.get("ActionsSuppressorExtensionPeriod", 0)),
        )

    def shifts(self, stacks: Sequence[Stack]) -> Iterator[Shift]:
        for stack, group in _each(stacks, assembly.DEPLOYMENT_GROUP):
            said = group.properties.get("AlarmConfiguration", {})
            alarms = said.get("Alarms", ()) if said.get("Enabled", True) else ()
            names = tuple(self._alarm_named(stack, alarm["Name"]) for alarm in alarms)
            yield _shift(str(group.properties.get("DeploymentConfigName")), names)

    def rules(self, stacks: Sequence[Stack]) -> Iterator[EventRule]:
        for stack, resource in _each(stacks, RULE):
            targets = [target["Arn"] for target in resource.properties.get("Targets", ())]
            yield EventRule(self._name(stack, resource), self._told(stack, targets))

    def _measured(
        self, stack: Stack, resource: Resource, name: str
    ) -> tuple[dict[str, Query], grammar.Node | None]:
        properties = resource.properties
        if "Metrics" not in properties:
            statistic = properties.get("Statistic") or properties["ExtendedStatistic"]
            metric = self._metric(stack, properties)
            return {"m": Query(metric, statistic, int(properties["Period"]))}, None
        entries = {entry["Id"]: entry for entry in properties["Metrics"]}
        queries = {
            key: Query(
                self._metric(stack, entry["MetricStat"]["Metric"]),
                entry["MetricStat"]["Stat"],
                int(entry["MetricStat"]["Period"]),
            )
            for key, entry in entries.items()
            if "MetricStat" in entry
        }
        returned = next(key for key, entry in entries.items() if entry.get("ReturnData", True))
        return queries, _inlined(returned, entries, stack, name)

    def _metric(self, stack: Stack, said: Mapping[str, Any]) -> Metric:
        return Metric(
            said["Namespace"],
            said["MetricName"],
            {
                dimension["Name"]: self._references.text(stack.name, dimension["Value"])
                for dimension in said.get("Dimensions", ())
            },
        )

    def _severities(self, stack: Stack, properties: Mapping[str, Any]) -> tuple[str, ...]:
        """Which of the two kinds of topic is told; a topic that does not say is a page."""
        if not properties.get("ActionsEnabled", True):
            return ()
        return self._told(stack, properties.get("AlarmActions", ()))

    def _told(self, stack: Stack, targets: Iterable[Any]) -> tuple[str, ...]:
        topics = (self._references.text(stack.name, target).lower() for target in targets)
        return tuple(sorted({TICKET if TICKET in topic else PAGE for topic in topics}))

    def _alarm_named(self, stack: Stack, value: Any) -> str:
        return self._references.text(stack.name, value).rpartition(":alarm:")[2]

    def _name(self, stack: Stack, resource: Resource) -> str:
        return self._references.text(stack.name, {"Ref": resource.logical_id})


def _inlined(
    key: str, entries: Mapping[str, Mapping[str, Any]], stack: Stack, alarm: str
) -> grammar.Node:
    """The expression under `key`, with the expressions that it names put in their places."""
    if "Expression" not in entries[key]:
        return grammar.Name(key)

    def walk(node: grammar.Node) -> grammar.Node:
        match node:
            case grammar.Name(value) if value in entries and value != key:
                return _inlined(value, entries, stack, alarm)
            case grammar.Call(function, arguments):
                return grammar.Call(function, tuple(walk(argument) for argument in arguments))
            case grammar.Array(items):
                return grammar.Array(tuple(walk(item) for item in items))
        return node

    return walk(_parsed(entries[key]["Expression"], stack, alarm))


def _parsed(text: str, stack: Stack, alarm: str, *, loose_names: bool = False) -> grammar.Node:
    try:
        return grammar.parse(text, loose_names=loose_names)
    except grammar.CannotParse as exc:
        raise CannotLook(f"{shown(stack.template)}: alarm {alarm}: {exc} (in {text!r})") from exc


def _canary(resource: Resource) -> Canary:
    said = resource.properties["Schedule"]["Expression"]
    match = re.fullmatch(r"rate\((\d+) (second|minute|hour)s?\)", said)
    if match is None:
        raise CannotLook(f"{resource.logical_id}: schedule {said!r} is not rate(N minutes)")
    return Canary(str(resource.properties["Name"]), int(match[1]) * SECONDS[match[2]])


def _log_metrics(stacks: Sequence[Stack], references: References) -> Iterator[LogMetric]:
    """Those of metric filters, and of functions that are fed by a subscription.

    Which metric such a function reports is taken from its variables NAMESPACE and METRIC.
    """
    for _, resource in _each(stacks, METRIC_FILTER):
        for made in resource.properties["MetricTransformations"]:
            yield LogMetric(
                str(resource.properties["FilterPattern"]),
                Metric(made["MetricNamespace"], made["MetricName"]),
                zeros="DefaultValue" in made,
                measures="$" in str(made["MetricValue"]),
            )
    functions = {
        references.text(stack.name, {"Ref": resource.logical_id}): resource.properties
        for stack, resource in _each(stacks, assembly.FUNCTION)
    }
    for stack, resource in _each(stacks, SUBSCRIPTION_FILTER):
        fed = references.text(stack.name, resource.properties["DestinationArn"])
        said = functions.get(fed, {}).get("Environment", {}).get("Variables", {})
        if {"NAMESPACE", "METRIC"} <= set(said):
            metric = Metric(str(said["NAMESPACE"]), str(said["METRIC"]))
            yield LogMetric(str(resource.properties["FilterPattern"]), metric, at_once=True)


def _shift(name: str, alarms: tuple[str, ...]) -> Shift:
    """A predefined configuration says its steps in its name (CodeDeploy user guide,
    "Predefined deployment configurations for an AWS Lambda compute platform")."""
    match = re.search(r"Lambda(Canary|Linear)(\d+)Percent(?:Every)?(\d+)Minutes?$", name)
    if match is None:
        return Shift(100.0, 0.0, linear=False, alarms=alarms)
    return Shift(float(match[2]), int(match[3]) * MINUTE, match[1] == "Linear", alarms)
