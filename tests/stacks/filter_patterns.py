"""CloudWatch Logs' filter patterns for JSON, as far as the templates use them.

docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntaxForMetricFilters.html:
`{ $.a.b = "text*" || ($.c >= 3 && $.d != "x") }`. A selector that is not there matches nothing,
neither with = nor with !=.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any

TOKEN = re.compile(r'\s*(\(|\)|&&|\|\||\$[.\w]+|!=|>=|<=|=|>|<|"[^"]*"|-?\d+(?:\.\d+)?)\s*')
NUMBERS: dict[str, Callable[[float, float], bool]] = {
    ">=": lambda a, b: a >= b, "<=": lambda a, b: a <= b, ">": lambda a, b: a > b,
    "<": lambda a, b: a < b, "=": lambda a, b: a == b, "!=": lambda a, b: a != b,
}  # fmt: skip


def matches(pattern: str, line: str) -> bool:
    """Whether a line of the log is counted."""
    try:
        value = json.loads(line)
    except ValueError:
        return False
    assert pattern.startswith("{")
    assert pattern.endswith("}")
    tokens = _tokens(pattern[1:-1])
    result = _any(tokens, value)
    assert not tokens, f"not read: {tokens}"
    return result


def _tokens(text: str) -> list[str]:
    found, at = [], 0
    while at < len(text):
        match = TOKEN.match(text, at)
        assert match, f"not a token: {text[at:]}"
        found.append(match.group(1))
        at = match.end()
    return found


def _any(tokens: list[str], value: Any) -> bool:
    result = _all(tokens, value)
    while tokens and tokens[0] == "||":
        tokens.pop(0)
        result = _all(tokens, value) or result
    return result


def _all(tokens: list[str], value: Any) -> bool:
    result = _one(tokens, value)
    while tokens and tokens[0] == "&&":
        tokens.pop(0)
        result = _one(tokens, value) and result
    return result


def _one(tokens: list[str], value: Any) -> bool:
    if tokens[0] == "(":
        tokens.pop(0)
        result = _any(tokens, value)
        assert tokens.pop(0) == ")"
        return result
    selector, operator, wanted = tokens.pop(0), tokens.pop(0), tokens.pop(0)
    for name in selector.split(".")[1:]:
        value = value.get(name) if isinstance(value, dict) else None
    if value is None:
        return False
    if not wanted.startswith('"'):
        return isinstance(value, int | float) and NUMBERS[operator](value, float(wanted))
    same = fnmatchcase(str(value), wanted.strip('"').replace("[", "[[]"))
    return same == (operator == "=")
