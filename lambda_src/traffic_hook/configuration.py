"""Whether a version is configured as the template says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol


class Lambda(Protocol):
    """The part of Lambda's client that is used; the names are boto3's."""

    def invoke(
        self,
        *,
        FunctionName: str,  # noqa: N803
        Qualifier: str,  # noqa: N803
        Payload: bytes,  # noqa: N803
    ) -> Mapping[str, Any]:
        """Call a version and wait for its answer."""

    def get_function(self, *, FunctionName: str, Qualifier: str) -> Mapping[str, Any]:  # noqa: N803
        """Describe a version."""

    def get_alias(self, *, FunctionName: str, Name: str) -> Mapping[str, Any]:  # noqa: N803
        """Describe an alias."""


def differences(actual: Mapping[str, Any], expected: Mapping[str, Any]) -> Iterator[str]:
    """Every setting of a version that is not the template's; names them, one line each.

    Args:
        actual: what Lambda's GetFunction says.
        expected: `command`, `entry_point` (lists), `working_directory`, `image` (a URI).
    """
    configuration = actual["Configuration"]
    image = configuration.get("ImageConfigResponse", {}).get("ImageConfig", {})
    said = {
        "command": image.get("Command"),
        "entry_point": image.get("EntryPoint"),
        "working_directory": image.get("WorkingDirectory"),
    }
    for name, value in said.items():
        if value != expected[name]:
            what = name.replace("_", " ")
            yield f"{what} is {_shown(value)}, the template says {_shown(expected[name])}"
    code = actual.get("Code", {})
    if expected["image"] not in (code.get("ImageUri"), code.get("ResolvedImageUri")):
        yield f"runs {code.get('ImageUri', 'no image')}, the template says {expected['image']}"


def _shown(value: str | Sequence[str] | None) -> str:
    return " ".join(value) if isinstance(value, list) else str(value)
