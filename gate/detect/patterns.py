"""CloudWatch Logs' filter patterns over one event, as JSON or as text.

Source: "Filter pattern syntax for metric filters"
(AmazonCloudWatch/latest/logs/FilterAndPatternSyntaxForMetricFilters.html). Known are JSON
patterns with comparisons, wildcards, && and ||, and patterns of plain terms.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from gate.detect.expressions import CannotEvaluate
from gate.detect.grammar import Call, Name, Node, Number, Text, parse

Event = Mapping[str, Any]
ORDER = {
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}


def matches(pattern: str, event: Event) -> bool:
    """Whether a filter with this pattern takes the event.

    Raises:
        CannotParse, CannotEvaluate: the pattern says what is not known here.
    """
    text = pattern.strip()
    if text.startswith("{") and text.endswith("}"):
        return _holds(parse(text[1:-1], loose_names=True), event)
    if text.startswith("[") or "%" in text:
        raise CannotEvaluate(f"filter pattern {text!r}")
    return _has_terms(text, json.dumps(event, separators=(",", ":")))


def _holds(node: Node, event: Event) -> bool:
    match node:
        case Call("AND", (left, right)):
            return _holds(left, event) and _holds(right, event)
        case Call("OR", (left, right)):
            return _holds(left, event) or _holds(right, event)
        case Call(comparison, (Name(selector), wanted)) if selector.startswith("$."):
            return _compares(comparison, _selected(selector, event), wanted)
    raise CannotEvaluate(f"filter pattern with {node}")


def _selected(selector: str, event: Event) -> Any:
    value: Any = event
    for key in selector.removeprefix("$.").split("."):
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _compares(comparison: str, value: Any, wanted: Node) -> bool:
    if value is None:  # a property that is not there matches nothing
        return False
    match wanted:
        case Number(number) if comparison in ORDER:
            return isinstance(value, int | float) and bool(ORDER[comparison](value, number))
        case Number(number) if comparison in ("==", "!="):
            return bool(value == number) == (comparison == "==")
        case Text(text) | Name(text) if comparison in ("==", "!="):
            return fnmatchcase(str(value), text.replace("[", "[[]")) == (comparison == "==")
    raise CannotEvaluate(f"filter pattern that compares by {comparison} with {wanted}")


def _has_terms(text: str, line: str) -> bool:
    """All plain terms, none of those after a minus, and one of those after a question mark."""
    terms = re.findall(r'([-?]?)(?:"((?:\\.|[^"])*)"|([^\s"]+))', text)
    by_sign: dict[str, list[bool]] = {"": [], "-": [], "?": []}
    for sign, quoted, plain in terms:
        by_sign[sign].append((quoted or plain) in line)
    optional = not by_sign["?"] or any(by_sign["?"])
    return all(by_sign[""]) and not any(by_sign["-"]) and optional
