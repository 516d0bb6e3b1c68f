"""The pipeline's `gate verify` may ask what its code asks, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator

import botocore.session
from botocore import xform_name

from stacks.components.build_rights import LOOKS, LOOKS_AT_ALL
from stacks.settings import ROOT

# What a call is, by how the code says it; only what reads.
CALL = re.compile(
    r"(?:\.|get_paginator\(\s*\")(?!get_paginator)((?:describe|get|list|batch_get)_[a-z_]+)[(\"]"
)
IMPORT = re.compile(
    r"^from gate\.deployed(?:\.([a-z_]+))? import (?:\(([^)]*)\)|(.*))$", re.MULTILINE
)
START = "checks/verify.py"
# Granted apart from the table: API Gateway has one action for all, the secret is one.
APART = {"get_integration", "get_secret_value"}


def sources() -> dict[str, str]:
    """The text of `gate verify` and of every module below gate/deployed that it reaches."""
    found: dict[str, str] = {}
    waiting = [START]
    while waiting:
        name = waiting.pop()
        file = ROOT / "gate" / name
        if name not in found and file.is_file():
            found[name] = file.read_text(encoding="utf-8")
            waiting += [f"deployed/{module}.py" for module in imported(found[name])]
    return found


def imported(text: str) -> Iterator[str]:
    for module, several, one in IMPORT.findall(text):
        names = re.findall(r"([a-z_]+)(?: as [a-z_]+)?", several or one)
        yield from [module] if module else names


def known() -> set[str]:
    """Every operation of the services that are asked, as boto3 spells it."""
    session = botocore.session.get_session()
    services = {service for service, _, _ in LOOKS} | {
        "apigatewayv2",
        "cloudwatch",
        "secretsmanager",
    }
    models = [session.get_service_model(service) for service in services]
    return {xform_name(name) for model in models for name in model.operation_names}


def test_what_is_asked_is_granted_and_what_is_granted_is_asked() -> None:
    texts = sources()
    assert {"deployed/codedeploy.py", "deployed/alarms.py", "deployed/stack.py"} <= set(texts)
    asked = {name for text in texts.values() for name in CALL.findall(text)} & known()
    actions = [*LOOKS_AT_ALL, *(action for _, _, several in LOOKS for action in several)]
    granted = {xform_name(action.rpartition(":")[2]) for action in actions}
    assert asked - APART == granted
