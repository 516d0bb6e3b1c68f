"""What a CloudFormation value says and points at, without resolving anything in AWS."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from gate.rie.surroundings import LAMBDA

PLACEHOLDER = re.compile(r"\$\{([^!}][^}]*)\}")
PLAIN_TYPES = {"String", "Number"}


def referred(value: Any) -> Iterator[str]:
    """Yield what a value refers to: logical ids and parameters, and `import:NAME`."""
    if isinstance(value, list):
        for one in value:
            yield from referred(one)
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _referred_by(key, inner)


def _referred_by(key: str, inner: Any) -> Iterator[str]:
    if key == "Ref" and isinstance(inner, str):
        yield inner
    elif key == "Fn::GetAtt":
        yield str(inner[0]) if isinstance(inner, list) and inner else str(inner).partition(".")[0]
    elif key == "Fn::ImportValue" and isinstance(inner, str):
        yield f"import:{inner}"
    else:
        if key == "Fn::Sub":
            text = inner[0] if isinstance(inner, list) and inner else inner
            yield from (name.partition(".")[0] for name in PLACEHOLDER.findall(str(text)))
        yield from referred(inner)


def literal(value: Any, parameters: Mapping[str, Any]) -> str | None:
    """Return what a value is as text; None where only a deployment knows it.

    A parameter is its default: what it is when nobody says otherwise.
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int | float):
        return str(value)
    if isinstance(value, dict) and len(value) == 1:
        ((function, inner),) = value.items()
        read = FUNCTIONS.get(function)
        return read(inner, parameters) if read else None
    return None


def _parameter(name: Any, parameters: Mapping[str, Any]) -> str | None:
    if name == "AWS::Region":
        return LAMBDA["AWS_REGION"]
    declared = parameters.get(name)
    if not isinstance(declared, dict) or declared.get("Type", "String") not in PLAIN_TYPES:
        return None
    default = declared.get("Default")
    return None if default is None or declared.get("NoEcho") else str(default)


def _joined(inner: Any, parameters: Mapping[str, Any]) -> str | None:
    match inner:
        case [str(separator), list(parts)]:
            texts = [literal(part, parameters) for part in parts]
            known = [text for text in texts if text is not None]
            return separator.join(known) if len(known) == len(texts) else None
        case _:
            return None


def _substituted(inner: Any, _parameters: Mapping[str, Any]) -> str | None:
    if isinstance(inner, str) and not PLACEHOLDER.search(inner):
        return inner.replace("${!", "${")
    return None


FUNCTIONS: Mapping[str, Callable[[Any, Mapping[str, Any]], str | None]] = {
    "Ref": _parameter,
    "Fn::Join": _joined,
    "Fn::Sub": _substituted,
}
