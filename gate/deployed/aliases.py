"""Each alias points to the version that the stack deployed, with all of its traffic."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gate import assembly, aws
from gate.deployed.stack import Deployed, Said, differs

if TYPE_CHECKING:
    import boto3


def look(one: Deployed, session: boto3.Session) -> Iterator[Said]:
    """Compare the version and the weights of each alias."""
    client = session.client("lambda")
    for alias in one.stack.of_type(assembly.ALIAS):
        name, function = alias.properties["Name"], one.physical_id(alias, "FunctionName")
        with aws.asking(f"alias {function}:{name}"):
            actual = client.get_alias(FunctionName=function, Name=name)
        expected = one.physical_id(alias, "FunctionVersion").rpartition(":")[2]
        weights = actual.get("RoutingConfig", {}).get("AdditionalVersionWeights")
        if weights:
            yield differs(f"alias {function}:{name} shares its traffic: {weights}")
        if actual["FunctionVersion"] != expected:
            yield differs(
                f"alias {function}:{name} points to version {actual['FunctionVersion']}, "
                f"the deployed stack says {expected}"
            )
        else:
            yield f"alias {function}:{name} → version {expected}"
