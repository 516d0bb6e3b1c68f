"""What is wrong with a version before it has traffic, and with an alias afterwards."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from probes import Probe, ProbeError, load

from .asking import wrong_answers
from .clients import CALL_SECONDS, STEP_SECONDS, Clients, Secrets
from .clock import Clock
from .configuration import differences
from .deployment import Shift
from .failed import Failed

PROBES = Path(__file__).resolve().parent.parent / "probes.toml"


def new_version(aws: Clients, shift: Shift, environ: Mapping[str, str], clock: Clock) -> list[str]:
    """What is wrong with the version that is to get traffic."""
    clock.allow("the version's configuration", STEP_SECONDS)
    wrong = []
    # On the way back the template is the failed release's, and says nothing of this version.
    if not shift.goes_back:
        actual = aws.functions.get_function(FunctionName=shift.function, Qualifier=shift.target)
        wrong = list(differences(actual, json.loads(environ["EXPECTED"])))
    return [f"version {shift.target}: {r}" for r in wrong + _asked(aws, shift, environ, clock)]


def through_alias(
    aws: Clients, shift: Shift, environ: Mapping[str, str], clock: Clock
) -> list[str]:
    """What is wrong with what clients get now."""
    clock.allow("the alias", STEP_SECONDS)
    alias = aws.functions.get_alias(FunctionName=shift.function, Name=shift.alias)
    wrong = []
    if alias["FunctionVersion"] != shift.target:
        wrong.append(f"points to version {alias['FunctionVersion']}, not {shift.target}")
    if alias.get("RoutingConfig", {}).get("AdditionalVersionWeights"):
        wrong.append("still divides its traffic")
    wrong += _asked(aws, shift, environ, clock, qualifier=shift.alias)
    return [f"alias {shift.alias}: {reason}" for reason in wrong]


def _asked(
    aws: Clients, shift: Shift, environ: Mapping[str, str], clock: Clock, qualifier: str = ""
) -> list[str]:
    clock.allow("the probe user's secret", STEP_SECONDS)
    return list(
        wrong_answers(
            aws.functions,
            _probes(aws.secrets, environ["PROBE_SECRET_ARN"]),
            function=shift.function,
            qualifier=qualifier or shift.target,
            clock=clock,
            call_seconds=CALL_SECONDS,
        )
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
