"""Rules of composite alarms over arrays of states.

Source: "Creating a composite alarm" and PutCompositeAlarm, AlarmRule
(AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html); its examples are tests.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from gate.detect.expressions import CannotEvaluate
from gate.detect.grammar import Array, Call, Name, Node, Number, Text
from gate.detect.states import State

States = NDArray[np.int8]
Truth = NDArray[np.bool_]

CONDITIONS = {state.name: state for state in (State.ALARM, State.OK, State.INSUFFICIENT_DATA)}


def holds(node: Node, states: Mapping[str, States]) -> Truth:
    """Where the rule is true; `states` is by alarm name. Raises CannotEvaluate."""
    match node:
        case Name("TRUE" | "FALSE" as value):
            return np.array(value == "TRUE", dtype=np.bool_)
        case Call("AND", (left, right)):
            return holds(left, states) & holds(right, states)
        case Call("OR", (left, right)):
            return holds(left, states) | holds(right, states)
        case Call("NOT", (inner,)):
            return ~holds(inner, states)
        case Call("AT_LEAST", (least, condition, alarms)):
            return _at_least(least, condition, _names(alarms), states)
        case Call(condition, (Name(alarm) | Text(alarm),)) if condition in CONDITIONS:
            return np.asarray(_state(alarm, states) == CONDITIONS[condition])
    raise CannotEvaluate(f"{_shown(node)} is not known to the simulation")


def alarms_of(node: Node) -> Iterator[str]:
    """The names of the alarms that a rule reads."""
    match node:
        case Call("AT_LEAST", (_, _, alarms)):
            yield from _names(alarms)
        case Call(condition, (Name(alarm) | Text(alarm),)) if condition in CONDITIONS:
            yield alarm
        case Call(_, arguments):
            for argument in arguments:
                yield from alarms_of(argument)


def _at_least(
    least: Node, condition: Node, alarms: tuple[str, ...], states: Mapping[str, States]
) -> Truth:
    match condition:
        case Name(wanted) if wanted in CONDITIONS:
            met = [_state(alarm, states) == CONDITIONS[wanted] for alarm in alarms]
        case Call("NOT", (Name(wanted),)) if wanted in CONDITIONS:
            met = [_state(alarm, states) != CONDITIONS[wanted] for alarm in alarms]
        case _:
            raise CannotEvaluate(f"AT_LEAST of {_shown(condition)}")
    count = np.sum(np.broadcast_arrays(*met), axis=0)
    return np.asarray(count >= _number(least, len(alarms)))


def _number(least: Node, alarms: int) -> int:
    match least:
        case Number(value):
            return int(value)
        case Text(value) if value.endswith("%"):
            return math.ceil(float(value[:-1]) / 100 * alarms)
    raise CannotEvaluate(f"AT_LEAST with {_shown(least)}")


def _names(node: Node) -> tuple[str, ...]:
    items = node.items if isinstance(node, Array) else (node,)
    return tuple(item.value for item in items if isinstance(item, Name | Text))


def _state(alarm: str, states: Mapping[str, States]) -> States:
    try:
        return states[alarm]
    except KeyError as exc:
        raise CannotEvaluate(f"alarm {alarm}, which no template of the stage holds") from exc


def _shown(node: Node) -> str:
    return node.function if isinstance(node, Call) else str(node)
