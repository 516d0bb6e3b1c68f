"""What is known to be vulnerable in an image that was pushed, against a stated threshold."""

from __future__ import annotations

import argparse
import re
from collections import Counter
from dataclasses import dataclass

from gate import aws
from gate.config import Config
from gate.deployed.scanning import SEVERITIES, Vulnerability, vulnerabilities
from gate.report import CannotLook, Finding, Report

NAME = "scan"
HELP = """\
Wait for ECR's scan of an image and hold what it found against a threshold. A scan that failed,
or that does not end in time (--timeout SECONDS, 600), is no clean image: exit code 2. What nobody
has judged yet (UNDEFINED, UNTRIAGED) is counted and stops nothing.

examples:
  gate scan --repository credmate-prod-backend --digest sha256:…
  gate scan --repository credmate-prod-backend --digest sha256:… --threshold CRITICAL
"""
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
SECONDS = 600.0


@dataclass(frozen=True)
class Target:
    """The image, the severity from which a vulnerability stops it, how long to wait."""

    repository: str
    digest: str
    threshold: str = "HIGH"
    seconds: float = SECONDS
    region: str | None = None


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that only this check has."""
    parser.add_argument("--repository", required=True, help="the name of the ECR repository")
    parser.add_argument("--digest", required=True, help="the image's, sha256:…")
    parser.add_argument(
        "--threshold",
        choices=SEVERITIES,
        default=Target.threshold,
        help="the severity that stops an image; default: %(default)s",
    )
    parser.add_argument("--region", help="default: the one of your credentials")


def target(options: argparse.Namespace, _config: Config) -> Target:
    """Return which image; raises CannotLook where the digest is none."""
    if not DIGEST.fullmatch(options.digest):
        raise CannotLook(f"--digest {options.digest!r}: not sha256: and 64 hexadecimal digits")
    return Target(
        repository=options.repository,
        digest=options.digest,
        threshold=options.threshold,
        seconds=options.timeout or SECONDS,
        region=options.region,
    )


def check(target: Target) -> Report:
    """Wait for the scan and judge what it found.

    Raises:
        CannotLook: there is no result to judge.
    """
    session = aws.session(target.region)
    found = vulnerabilities(session, target.repository, target.digest, seconds=target.seconds)
    bad = [one for one in found if one.is_at_least(target.threshold)]
    counted = Counter(one.severity for one in found)
    summary = ", ".join(f"{number} {severity}" for severity, number in sorted(counted.items()))
    return Report(
        NAME,
        findings=tuple(_finding(one) for one in bad),
        notes=(f"{target.repository}@{target.digest}: {summary or 'nothing found'}",),
    )


def _finding(one: Vulnerability) -> Finding:
    return Finding(
        "scan.vulnerability",
        f"{one.name} ({one.severity}) in {one.package}",
        fix=f"take {one.fixed} or newer" if one.fixed else "no fixed version is named yet",
        detail=one.link,
    )
