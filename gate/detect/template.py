"""The alarms, composites, canaries, log metrics and the deployment of a stage's templates."""

from __future__ import annotations

import operator
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from gate import assembly
from gate.assembly import Resource, Stack
from gate.detect import declared, grammar
from gate.detect.model import (
    PAGE,
    TICKET,
    Compare,
    CompositeAlarm,
    EventRule,
    Metric,
    MetricAlarm,
    Query,
    Shift,
    Watch,
)
from gate.detect.references import References
from gate.detect.states import Missing
from gate.report import CannotLook, shown

RULE = "AWS::Events::Rule"
ARN = re.compile(r"arn:[^\s\"']*:alarm:")  # of an alarm, before its name
# Of a threshold that does not move; the others are of anomaly detection.
COMPARE: Mapping[str, Compare] = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
    "LessThanOrEqualToThreshold": operator.le,
    "LessThanThreshold": operator.lt,
}


def read(stacks: Sequence[Stack]) -> Watch:
    """What watches the stage of `stacks`; raises CannotLook for what cannot be understood."""
    references = References(stacks)
    reader = _Reader(references)
    composites = (
        reader.composite(stack, resource)
        for stack, resource in declared.each(stacks, assembly.COMPOSITE_ALARM)
    )
    alarms = (
        reader.alarm(stack, resource) for stack, resource in declared.each(stacks, assembly.ALARM)
    )
    return Watch(
        alarms={alarm.name: alarm for alarm in alarms},
        composites={composite.name: composite for composite in composites},
        canaries=tuple(
            declared.canary(resource) for _, resource in declared.each(stacks, assembly.CANARY)
        ),
        logs=tuple(declared.log_metrics(stacks, references)),
        rules={rule.name: rule for rule in reader.rules(stacks)},
        shift=next(reader.shifts(stacks), None),
    )


class _Reader:
    """Reads resources whose values refer to others."""

    def __init__(self, references: References) -> None:
        self._references = references

    def alarm(self, stack: Stack, resource: Resource) -> MetricAlarm:
        name = self._name(stack, resource)
        try:
            return self._alarm(stack, resource, name)
        except (KeyError, TypeError, ValueError, StopIteration) as exc:
            raise CannotLook(
                f"{shown(stack.template)}: alarm {name} is of a kind that gate detect does not "
                f"know: {type(exc).__name__} {exc}"
            ) from exc

    def _alarm(self, stack: Stack, resource: Resource, name: str) -> MetricAlarm:
        properties = resource.properties
        queries, expression = self._measured(stack, resource, name)
        return MetricAlarm(
            name=name,
            queries=queries,
            expression=expression,
            compare=COMPARE[properties["ComparisonOperator"]],
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
        rule = ARN.sub("", self._references.text(stack.name, properties["AlarmRule"]))
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
        for stack, group in declared.each(stacks, assembly.DEPLOYMENT_GROUP):
            said = group.properties.get("AlarmConfiguration", {})
            alarms = said.get("Alarms", ()) if said.get("Enabled", True) else ()
            names = tuple(self._alarm_named(stack, alarm["Name"]) for alarm in alarms)
            yield declared.shift(str(group.properties.get("DeploymentConfigName")), names)

    def rules(self, stacks: Sequence[Stack]) -> Iterator[EventRule]:
        for stack, resource in declared.each(stacks, RULE):
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
