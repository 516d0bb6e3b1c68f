"""What a template must pass before it is one: the gate on the sources, cdk-nag on the resources.

Each is a policy validation of the CDK: what one of them finds makes `cdk synth` and
`cdk deploy` fail with a report.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

import aws_cdk as cdk
import jsii
from cdk_nag import AwsSolutionsChecks, HIPAASecurityChecks

from gate import config as gate_config
from gate.checks import handler, models, parity
from gate.report import CannotLook, Finding, Report
from stacks.settings import ROOT

Target = TypeVar("Target")
Look = Callable[[], Report]


class Check(Protocol[Target]):
    """What this needs of a module of `gate.checks`."""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the check's own options."""

    def target(self, options: argparse.Namespace, config: gate_config.Config) -> Target:
        """What is to be checked."""

    def check(self, target: Target) -> Report:
        """Look."""


def attach(app: cdk.App, *, sources: Path = ROOT) -> None:
    """Make every synthesis of the app validate.

    Args:
        app: the app.
        sources: a folder below the `pyproject.toml` that configures the gate.
    """
    cdk.Validations.of(app).add_plugins(*gate(sources), *nag(app))


def gate(sources: Path) -> tuple[cdk.IPolicyValidationPlugin, ...]:
    """The gate's quick checks: they read and import the sources, and start nothing else."""
    looks = {
        parity.NAME: _look(parity, sources),
        models.NAME: _look(models, sources),
        handler.NAME: _look(handler, sources),
    }
    return tuple(GateValidation(name, look) for name, look in looks.items())


def nag(app: cdk.App) -> tuple[cdk.IPolicyValidationPlugin, ...]:
    """The packs of cdk-nag."""
    return (AwsSolutionsChecks(app, verbose=True), HIPAASecurityChecks(app, verbose=True))


def _look(check: Check[Target], sources: Path) -> Look:
    """The check as the command line runs it when it is given no option."""

    def look() -> Report:
        parser = argparse.ArgumentParser()
        check.add_options(parser)
        return check.check(check.target(parser.parse_args([]), gate_config.load(sources)))

    return look


@jsii.implements(cdk.IPolicyValidationPlugin)
class GateValidation:
    """A check of the gate; one that cannot look does not pass."""

    def __init__(self, name: str, look: Look) -> None:
        self._name = name
        self._look = look

    @property
    def name(self) -> str:
        """How CDK's report calls it."""
        return f"gate {self._name}"

    @property
    def version(self) -> str | None:
        """No version of its own."""
        return None

    @property
    def rule_ids(self) -> list[str] | None:
        """Not listed: they are used for statistics alone."""
        return None

    def validate(
        self,
        context: cdk.IPolicyValidationContext,  # noqa: ARG002 - the gate reads no template
    ) -> cdk.PolicyValidationPluginReport:
        """Look at the sources."""
        findings = self._findings()
        return cdk.PolicyValidationPluginReport(
            success=not findings, violations=[_violation(finding) for finding in findings]
        )

    def _findings(self) -> Sequence[Finding]:
        try:
            return self._look().findings
        except CannotLook as exc:
            return [Finding(f"{self._name}.cannot-look", str(exc))]


def _violation(finding: Finding) -> cdk.PolicyViolation:
    places = [str(place) for place in finding.places]
    return cdk.PolicyViolation(
        rule_name=finding.rule,
        description="\n".join([finding.message, *places, finding.detail]).strip(),
        severity="error",
        fix=finding.fix or None,
        # Of no construct: the CDK drops what it finds outside the stacks that were asked for.
        violating_resources=[cdk.PolicyViolatingResource(locations=places)],
    )
