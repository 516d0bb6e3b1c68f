"""Which APIs and load balancers of a template call a function, and how they are set."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from gate.rie.references import literal, referred
from probes import Gateway, Kind

Key = tuple[str, str]  # stack, logical id
Properties = Mapping[str, Any]

# What stands for a function when somebody calls it.
ALIASES = ("AWS::Lambda::Version", "AWS::Lambda::Alias")
FORMATS: Mapping[str, Kind] = {"1.0": "http_api_v1", "2.0": "http_api_v2"}
MULTI_VALUE = "lambda.multi_value_headers.enabled"
REST_TYPES = "x-amazon-apigateway-binary-media-types"


class Resources:
    """The resources of some templates, each known by its stack and its logical id."""

    def __init__(self, templates: Mapping[str, Mapping[str, Any]]) -> None:
        self._templates = templates
        self._exports = dict(self._exported())

    def of_type(self, kind: str) -> Iterator[tuple[Key, Mapping[str, Any]]]:
        """Yield the resources of a CloudFormation type."""
        for stack, template in self._templates.items():
            for name, resource in template["Resources"].items():
                if isinstance(resource, dict) and resource.get("Type") == kind:
                    yield (stack, name), resource

    def properties(self, key: Key) -> Properties:
        """Return the properties of a resource."""
        found = self._templates[key[0]]["Resources"][key[1]].get("Properties")
        return found if isinstance(found, dict) else {}

    def parameters(self, key: Key) -> Mapping[str, Any]:
        """Return the parameters of the template that a resource is in."""
        found = self._templates[key[0]].get("Parameters")
        return found if isinstance(found, dict) else {}

    def referred(self, stack: str, value: Any) -> set[Key]:
        """Return the resources to which a value refers, also through exports."""
        found: set[Key] = set()
        for name in referred(value):
            exported = self._exports.get(name.removeprefix("import:"))
            found |= exported or set() if name.startswith("import:") else {(stack, name)}
        return found

    def _exported(self) -> Iterator[tuple[str, set[Key]]]:
        for stack, template in self._templates.items():
            for output in (template.get("Outputs") or {}).values():
                name = (output.get("Export") or {}).get("Name")
                if isinstance(name, str):
                    yield name, {(stack, one) for one in referred(output.get("Value"))}


def gateways(resources: Resources, function: Key) -> tuple[Gateway, ...]:
    """Return what calls a function, or a version or an alias of it; each once."""
    keys = {function}
    for kind in ALIASES:
        keys |= {
            key
            for key, _ in resources.of_type(kind)
            if keys & resources.referred(key[0], resources.properties(key))
        }
    found = (
        gateway
        for kind, read in READERS.items()
        for key, _ in resources.of_type(kind)
        if keys & resources.referred(key[0], resources.properties(key))
        for gateway in read(resources, key)
    )
    return tuple(dict.fromkeys(found))


def _of_integration(resources: Resources, key: Key) -> Iterator[Gateway]:
    """An HTTP API's integration."""
    properties = resources.properties(key)
    version = literal(properties.get("PayloadFormatVersion"), {}) or ""
    for stage in _stages(resources, key, "AWS::ApiGatewayV2::Stage", "ApiId"):
        yield Gateway(
            FORMATS.get(version, "http_api_v1"),  # the service's default
            stage=stage or "$default",
            seconds=_seconds(properties),
        )


def _of_http_api(resources: Resources, key: Key) -> Iterator[Gateway]:
    """An HTTP API that names the function itself, as its target or in its document."""
    stages = list(_stages(resources, key, "AWS::ApiGatewayV2::Stage", "ApiId", api=key))
    said = _named(resources.properties(key), "payloadFormatVersion")
    versions = {one for one in said if one in FORMATS} or {"2.0"}
    for version in versions:
        for stage in stages:
            yield Gateway(FORMATS[version], stage=stage or "$default")


def _of_method(resources: Resources, key: Key) -> Iterator[Gateway]:
    """A REST API's method."""
    integration = resources.properties(key).get("Integration") or {}
    if integration.get("Type") == "AWS_PROXY":
        for api in resources.referred(key[0], resources.properties(key).get("RestApiId")):
            yield from _rest(resources, api, _seconds(integration))


def _of_rest_api(resources: Resources, key: Key) -> Iterator[Gateway]:
    """A REST API whose document names the function."""
    yield from _rest(resources, key, None)


def _rest(resources: Resources, api: Key, seconds: float | None) -> Iterator[Gateway]:
    properties = resources.properties(api)
    empty: list[str] = []
    types = properties.get("BinaryMediaTypes") or next(_named(properties, REST_TYPES), empty)
    binary = tuple(one.replace("~1", "/") for one in types if isinstance(one, str))
    named = [
        *_stages(resources, api, "AWS::ApiGateway::Stage", "RestApiId", api=api),
        *_stages(resources, api, "AWS::ApiGateway::Deployment", "RestApiId", api=api),
    ]
    for stage in filter(None, dict.fromkeys(named)):
        yield Gateway("rest_v1", stage=stage, binary_types=binary, seconds=seconds)


def _of_url(_resources: Resources, _key: Key) -> Iterator[Gateway]:
    """A function URL."""
    yield Gateway("function_url")


def _of_target_group(resources: Resources, key: Key) -> Iterator[Gateway]:
    """A load balancer's group of targets."""
    attributes = resources.properties(key).get("TargetGroupAttributes") or []
    rows = {one.get("Key"): str(one.get("Value")).lower() for one in attributes}
    yield Gateway("alb_multi_value" if rows.get(MULTI_VALUE) == "true" else "alb")


READERS: Mapping[str, Callable[[Resources, Key], Iterator[Gateway]]] = {
    "AWS::ApiGatewayV2::Integration": _of_integration,
    "AWS::ApiGatewayV2::Api": _of_http_api,
    "AWS::ApiGateway::Method": _of_method,
    "AWS::ApiGateway::RestApi": _of_rest_api,
    "AWS::Lambda::Url": _of_url,
    "AWS::ElasticLoadBalancingV2::TargetGroup": _of_target_group,
}


def _stages(
    resources: Resources, key: Key, kind: str, reference: str, api: Key | None = None
) -> Iterator[str | None]:
    """Yield the names of the stages of the API of a resource; None when it has none."""
    apis = {api} if api else resources.referred(key[0], resources.properties(key).get(reference))
    found = [
        literal(resources.properties(stage).get("StageName"), resources.parameters(stage))
        for stage, _ in resources.of_type(kind)
        if apis & resources.referred(stage[0], resources.properties(stage).get(reference))
    ]
    yield from found or [None]


def _seconds(properties: Properties) -> float | None:
    milliseconds = properties.get("TimeoutInMillis")
    return milliseconds / 1000 if isinstance(milliseconds, int | float) else None


def _named(value: Any, name: str) -> Iterator[Any]:
    """Yield what stands under a name, at whatever depth."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == name:
                yield inner
            yield from _named(inner, name)
    elif isinstance(value, list):
        for one in value:
            yield from _named(one, name)
