"""Each image function, at $LATEST and at its aliases, beside its declaration."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from gate import assembly, aws
from gate.assembly import ImageFunction, Stack
from gate.deployed.stack import Deployed, Said, differs
from gate.report import Finding

if TYPE_CHECKING:
    import boto3

DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def look(one: Deployed, session: boto3.Session) -> Iterator[Said]:
    """Compare each function, at $LATEST and at each alias, with its declaration."""
    client = session.client("lambda")
    for function in assembly.image_functions(one.stack):
        for qualifier in ("$LATEST", *_aliases_of(one.stack, function)):
            with aws.asking(f"function {function.name}:{qualifier}"):
                actual = client.get_function(FunctionName=function.name, Qualifier=qualifier)
            differences = list(_differences(function, actual))
            yield from differences
            if not differences:
                uri = actual["Code"]["ImageUri"].rpartition("/")[2]
                yield f"{function.name}:{qualifier}: {' '.join(function.command)} in {uri}"


def _aliases_of(stack: Stack, function: ImageFunction) -> list[str]:
    named = {"Ref": function.logical_id}
    return [
        alias.properties["Name"]
        for alias in stack.of_type(assembly.ALIAS)
        if alias.properties["FunctionName"] in (named, function.name)
    ]


Actual = Mapping[str, Any]  # the `Configuration` of Lambda's GetFunction


def _image_config(actual: Actual) -> Mapping[str, Any]:
    config: Mapping[str, Any] = actual.get("ImageConfigResponse", {}).get("ImageConfig", {})
    return config


# What is compared: its name, as declared, as deployed.
SETTINGS: tuple[tuple[str, Callable[[ImageFunction], object], Callable[[Actual], object]], ...] = (
    ("command", lambda f: list(f.command), lambda a: _image_config(a).get("Command")),
    ("entry point", lambda f: list(f.entry_point), lambda a: _image_config(a).get("EntryPoint")),
    (
        "working directory",
        lambda f: f.working_directory,
        lambda a: _image_config(a).get("WorkingDirectory"),
    ),
    ("timeout", lambda f: f.timeout, lambda a: a.get("Timeout")),
    ("memory", lambda f: f.memory, lambda a: a.get("MemorySize")),
    ("architecture", lambda f: [f.architecture], lambda a: a.get("Architectures")),
    (
        "ephemeral storage",
        lambda f: f.ephemeral_storage,
        lambda a: a.get("EphemeralStorage", {}).get("Size"),
    ),
)


def _differences(function: ImageFunction, actual: Mapping[str, Any]) -> Iterator[Finding]:
    configuration = actual["Configuration"]
    where = f"{function.name}:{configuration.get('Version', '$LATEST')}"
    for name, declared_of, deployed_of in SETTINGS:
        declared, deployed = declared_of(function), deployed_of(configuration)
        if declared != deployed:
            yield differs(f"{where}: {name} is {deployed}, the template says {declared}")
    uri = actual["Code"].get("ImageUri", "")
    expected = expected_image(function)
    if expected not in uri:
        yield differs(f"{where}: runs {uri or 'no image'}, the template says {expected}")
    yield from _environment(where, function, configuration)


def expected_image(function: ImageFunction) -> str:
    """The digest, or else the tag, that the template's `ImageUri` ends in."""
    text = json.dumps(function.image_uri)
    found = DIGEST.search(text)
    return found.group(0) if found else re.split(r"[:\"]", text.rstrip('"]}'))[-1]


def _environment(
    where: str, function: ImageFunction, configuration: Mapping[str, Any]
) -> Iterator[Finding]:
    """Compare variables by name, and literal values without ever showing one."""
    actual = configuration.get("Environment", {}).get("Variables", {})
    for name in sorted(function.environment.keys() ^ actual.keys()):
        side = "is not deployed" if name in function.environment else "is not in the template"
        yield differs(f"{where}: environment variable {name} {side}")
    for name, value in function.environment.items():
        if isinstance(value, str) and name in actual and actual[name] != value:
            yield differs(
                f"{where}: environment variable {name} has another value than the template"
            )
