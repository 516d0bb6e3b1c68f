"""The statement: an in-toto Statement v1 with SLSA's provenance v1.

github.com/in-toto/attestation, spec/v1; slsa.dev/spec/v1.0/provenance. docs/image.md describes the
parameters, as the build type promises.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from local.errors import CannotRun

STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "https://slsa.dev/provenance/v1"
BUILD_TYPE = "https://github.com/{repository}/blob/{branch}/docs/image.md#provenance"
# The lock holds every package to its hashes: its digest is theirs.
LOCKS = ("lambda_src/backend/requirements.txt", "lambda_src/image/requirements.txt")
BUILD_ARN = re.compile(r"(arn:[^:]+:codebuild:[^:]+:[0-9]{12}):build/([^:]+):\S+")
BY_HAND = "urn:build:by-hand"  # on somebody's machine: nobody else vouches for it
Resource = dict[str, Any]


@dataclass(frozen=True)
class Source:
    """The tree: `repository` (owner/name on GitHub), the branch that it is released from, where."""

    repository: str
    branch: str
    commit: str
    root: Path

    @property
    def uri(self) -> str:
        """As SPDX writes the place of a git repository."""
        return f"git+https://github.com/{self.repository}"


def statement(
    image: str, *, source: Source, arguments: Mapping[str, str], environment: Mapping[str, str]
) -> dict[str, Any]:
    """What is said of an image.

    Args:
        image: `REGISTRY/REPOSITORY@sha256:…`.
        source: what it was built from.
        arguments: what it was built with, the base image (`BASE_IMAGE`) among it.
        environment: where CodeBuild says which build this is.

    Raises:
        CannotRun: the image is not named by its digest, or a lock is not there.
    """
    name, _, digest = image.partition("@sha256:")
    if not re.fullmatch(r"[0-9a-f]{64}", digest):
        raise CannotRun(f"{image}: not an image by its digest", "say REGISTRY/NAME@sha256:…")
    build_type = BUILD_TYPE.format(repository=source.repository, branch=source.branch)
    return {
        "_type": STATEMENT,
        "subject": [{"name": name, "digest": {"sha256": digest}}],
        "predicateType": PREDICATE,
        "predicate": {
            "buildDefinition": {
                "buildType": build_type,
                "externalParameters": {"source": _commit(source), "arguments": dict(arguments)},
                "resolvedDependencies": [
                    _commit(source),
                    _base(arguments["BASE_IMAGE"]),
                    *(_lock(source.root, path) for path in LOCKS),
                ],
            },
            "runDetails": _run(environment),
        },
    }


def _commit(source: Source) -> Resource:
    return {"uri": source.uri, "digest": {"gitCommit": source.commit}}


def _base(reference: str) -> Resource:
    """The base image; one that no registry has can be named and not proved."""
    name, _, digest = reference.partition("@sha256:")
    found: Resource = {"name": "base image", "uri": f"docker://{name}"}
    return found | ({"digest": {"sha256": digest}} if digest else {})


def _lock(root: Path, path: str) -> Resource:
    try:
        digest = hashlib.sha256((root / path).read_bytes()).hexdigest()
    except OSError as exc:
        raise CannotRun(f"{path}: {exc.strerror}", "run it in the repository's root") from exc
    return {"name": path, "digest": {"sha256": digest}}


def _run(environment: Mapping[str, str]) -> dict[str, Any]:
    """Who built it, and when: a project of CodeBuild, or somebody by hand."""
    finished = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    found = BUILD_ARN.fullmatch(environment.get("CODEBUILD_BUILD_ARN", ""))
    if found is None:
        return {"builder": {"id": BY_HAND}, "metadata": {"finishedOn": finished}}
    return {
        "builder": {"id": f"{found[1]}:project/{found[2]}"},
        "metadata": {"invocationId": found[0], "finishedOn": finished},
    }
