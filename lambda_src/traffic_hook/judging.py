"""What is wrong with a version before it has traffic, and with an alias afterwards."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from probes import Probe, ProbeError, load

from .asking import wrong_answers
from .clients import CALL_SECONDS, STEP_SECONDS, Clients, Secrets
from .clock import Clock
from .configuration import differences
from .deployment import Shift
from .failed import Failed

PROBES = Path(__file__).resolve().parent.parent / "probes.toml"


def new_version(
    aws: Clients, shift: Shift, environ: Mapping[str, str], clock: Clock
) -> Iterator[str]:
    """What is wrong with the version that is to get traffic."""
    subject = f"version {shift.target}"
    # On the way back the template is the failed release's, and says nothing of this version.
    if not shift.goes_back:
        clock.allow("the version's configuration", STEP_SECONDS)
        actual = aws.functions.get_function(FunctionName=shift.function, Qualifier=shift.target)
        for difference in differences(actual, json.loads(environ["EXPECTED"])):
            yield f"{subject}: {difference}"
    for wrong in _asked(aws, shift.function, shift.target, environ, clock):
        yield f"{subject}: {wrong}"


def through_alias(
    aws: Clients, shift: Shift, environ: Mapping[str, str], clock: Clock
) -> Iterator[str]:
    """What is wrong with what clients get now."""
    subject = f"alias {shift.alias}"
    clock.allow("the alias", STEP_SECONDS)
    alias = aws.functions.get_alias(FunctionName=shift.function, Name=shift.alias)
    if alias["FunctionVersion"] != shift.target:
        yield f"{subject}: points to version {alias['FunctionVersion']}, not {shift.target}"
    if alias.get("RoutingConfig", {}).get("AdditionalVersionWeights"):
        yield f"{subject}: still divides its traffic"
    for wrong in _asked(aws, shift.function, shift.alias, environ, clock):
        yield f"{subject}: {wrong}"


def _asked(
    aws: Clients, function: str, qualifier: str, environ: Mapping[str, str], clock: Clock
) -> Iterator[str]:
    clock.allow("the probe user's secret", STEP_SECONDS)
    return wrong_answers(
        aws.functions,
        _probes(aws.secrets, environ["PROBE_SECRET_ARN"]),
        function=function,
        qualifier=qualifier,
        clock=clock,
        call_seconds=CALL_SECONDS,
    )


def _probes(client: Secrets, arn: str) -> tuple[Probe, ...]:
    try:
        user = json.loads(client.get_secret_value(SecretId=arn)["SecretString"])
        values = {"PROBE_EMAIL": str(user["email"]), "PROBE_PASSWORD": str(user["password"])}
    except (ValueError, KeyError, TypeError):
        # Without the cause, whose text would quote the secret.
        raise Failed(f'{arn}: not a JSON object with "email" and "password"') from None
    try:
        return load(PROBES, values)
    except ProbeError as exc:
        raise Failed(str(exc)) from exc
