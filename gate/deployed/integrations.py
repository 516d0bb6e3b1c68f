"""Each integration of the HTTP API calls the alias, and not the function or another version."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gate import assembly, aws
from gate.deployed.stack import Deployed, Said, differs

if TYPE_CHECKING:
    import boto3


def look(one: Deployed, session: boto3.Session) -> Iterator[Said]:
    """Compare what each integration calls; what another stack names is left to that stack."""
    for resource in one.stack.of_type(assembly.INTEGRATION):
        api, expected = (one.physical_id(resource, name) for name in ("ApiId", "IntegrationUri"))
        if not (api and expected):
            continue
        identifier = one.physical.get(resource.logical_id, "")
        with aws.asking(f"integration {identifier} of API {api}"):
            actual = session.client("apigatewayv2").get_integration(
                ApiId=api, IntegrationId=identifier
            )
        uri = actual.get("IntegrationUri", "")
        # API Gateway may answer with the long form that wraps the ARN.
        if uri == expected or f"/functions/{expected}/" in uri:
            yield f"API {api} calls {expected.partition(':function:')[2] or expected}"
        else:
            yield differs(f"API {api} calls {uri or 'nothing'}, the template says {expected}")
