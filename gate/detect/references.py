"""What the intrinsic functions of a template name, as text, without any account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gate.assembly import Resource, Stack

NAMES = ("AlarmName", "TopicName", "FunctionName", "LogGroupName", "DBClusterIdentifier", "Name")

ARNS = ("Arn", "AlarmArn", "TopicArn")


class References:
    """Turns values of a stage's templates into text.

    A reference to a resource, or to its ARN, becomes the resource's own name where the template
    says one, else its logical id: what matters is that the same thing is always called the same.
    """

    def __init__(self, stacks: Sequence[Stack]) -> None:
        self._resources = {
            (stack.name, resource.logical_id): resource
            for stack in stacks
            for resource in stack.resources
        }
        self._exports = {
            name: (stack.name, value) for stack in stacks for name, value in stack.exports.items()
        }

    def text(self, stack: str, value: Any) -> str:
        """The text of a value of `stack`'s template; what has none is shown as it stands."""
        if not isinstance(value, Mapping) or len(value) != 1:
            return str(value)
        ((function, argument),) = value.items()
        match function, argument:
            case "Ref", str():
                return self._name(stack, argument)
            case "Fn::GetAtt", [str() as resource, attribute]:
                name = self._name(stack, resource)
                return name if attribute in ARNS else f"{name}.{attribute}"
            case "Fn::Join", [separator, list() as parts]:
                return str(separator).join(self.text(stack, part) for part in parts)
            case "Fn::ImportValue", str() if argument in self._exports:
                return self.text(*self._exports[argument])
        return str(argument)

    def _name(self, stack: str, logical_id: str) -> str:
        resource = self._resources.get((stack, logical_id))
        return logical_id if resource is None else _named(resource)


def _named(resource: Resource) -> str:
    names = (resource.properties.get(key) for key in NAMES)
    return next((name for name in names if isinstance(name, str)), resource.logical_id)
