"""What ECR's scan found in an image: basic scanning's findings and Inspector's, as one kind."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gate import aws
from gate.report import CannotLook, one_line

if TYPE_CHECKING:
    import boto3

# From the least; Inspector says UNTRIAGED and basic scanning UNDEFINED of what nobody judged yet.
SEVERITIES = ("INFORMATIONAL", "LOW", "MEDIUM", "HIGH", "CRITICAL")
UNDER_WAY = ("IN_PROGRESS", "PENDING")
DONE = ("COMPLETE", "ACTIVE")  # ACTIVE: Inspector looks now and will again
POLL_SECONDS = 5.0


@dataclass(frozen=True)
class Vulnerability:
    """One finding: `package` with its version, `fixed` in which version, "" where unknown."""

    name: str
    severity: str
    package: str
    fixed: str
    link: str

    def is_at_least(self, threshold: str) -> bool:
        """Whether it is as bad as `threshold`, or worse; what nobody judged is not."""
        judged = self.severity in SEVERITIES
        return judged and SEVERITIES.index(self.severity) >= SEVERITIES.index(threshold)


def vulnerabilities(
    session: boto3.Session,
    repository: str,
    digest: str,
    *,
    seconds: float,
    wait: Callable[[float], None] = time.sleep,
) -> tuple[Vulnerability, ...]:
    """Wait for the scan of an image, at most `seconds`, and return everything it found.

    Raises:
        CannotLook: the scan failed, does not know such an image, does not end in time, or AWS
            cannot be asked.
    """
    client = session.client("ecr")
    limit = time.monotonic() + seconds
    while (status := _status(client, repository, digest))[0] in UNDER_WAY:
        if time.monotonic() >= limit:
            raise CannotLook(
                f"{repository}@{digest}: the scan is {status[0]} after {seconds:.0f} s; "
                "is scanning on push switched on? say --timeout SECONDS for more time"
            )
        wait(POLL_SECONDS)
    if status[0] not in DONE:
        said = f": {status[1]}" if status[1] else ""
        raise CannotLook(f"{repository}@{digest}: the scan ended as {status[0]}{said}")
    return tuple(_findings(client, repository, digest))


def _status(client: Any, repository: str, digest: str) -> tuple[str, str]:
    """The scan's status and its description; PENDING until a first scan has ended.

    With Inspector both ACTIVE ("Continuous scan is selected for image") and COMPLETE are told
    before there is a finding (aws/aws-cli#6759, aws/aws-sdk#289). What tells that one has ended is
    ImageScanFindings' `imageScanCompletedAt`, "the time of the last completed image scan".
    """
    with aws.asking(f"scan of {repository}@{digest}"):
        try:
            answer = client.describe_image_scan_findings(
                repositoryName=repository, imageId={"imageDigest": digest}, maxResults=1
            )
        except Exception as exc:
            if aws.code_of(exc) == "ScanNotFoundException":
                return UNDER_WAY[1], ""
            raise
    said = answer.get("imageScanStatus", {})
    status, description = str(said.get("status", "unknown")), one_line(said.get("description", ""))
    if status in DONE and "imageScanCompletedAt" not in answer.get("imageScanFindings", {}):
        return UNDER_WAY[1], description
    return status, description


def _findings(client: Any, repository: str, digest: str) -> Iterator[Vulnerability]:
    pages = client.get_paginator("describe_image_scan_findings").paginate(
        repositoryName=repository, imageId={"imageDigest": digest}
    )
    with aws.asking(f"scan of {repository}@{digest}"):
        for page in pages:
            found = page.get("imageScanFindings", {})
            yield from map(_basic, found.get("findings", ()))
            for one in found.get("enhancedFindings", ()):
                if one.get("status", "ACTIVE") == "ACTIVE":
                    yield from _enhanced(one)


def _basic(one: Mapping[str, Any]) -> Vulnerability:
    attributes = {a["key"]: a.get("value", "") for a in one.get("attributes", ())}
    package = f"{attributes.get('package_name', '?')} {attributes.get('package_version', '')}"
    return Vulnerability(
        name=one.get("name", "?"),
        severity=one.get("severity", "UNDEFINED"),
        package=package.strip(),
        fixed=attributes.get("fixed_in_version", ""),
        link=one.get("uri", ""),
    )


def _enhanced(one: Mapping[str, Any]) -> Iterator[Vulnerability]:
    details = one.get("packageVulnerabilityDetails", {})
    packages: Sequence[Mapping[str, str]] = details.get("vulnerablePackages") or ({},)
    for package in packages:
        yield Vulnerability(
            name=details.get("vulnerabilityId") or one.get("title", "?"),
            severity=one.get("severity", "UNTRIAGED"),
            package=f"{package.get('name', '?')} {package.get('version', '')}".strip(),
            fixed=package.get("fixedInVersion", ""),
            link=details.get("sourceUrl", ""),
        )
