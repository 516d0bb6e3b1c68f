"""The statement has the shape that in-toto and SLSA ask for, and says what was built of what."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # its stubs are another package
import pytest

from local import paths
from local.errors import CannotRun
from local.provenance.statement import LOCKS, Source, statement

DIGEST, COMMIT = "a" * 64, "c" * 40
REPOSITORY = "000000000000.dkr.ecr.us-east-1.amazonaws.com/backend"
BASE = f"public.ecr.aws/lambda/python:3.13@sha256:{'b' * 64}"
ARGUMENTS = {"HANDLER": "handler.lambda_handler", "BASE_IMAGE": BASE}
BUILD = "arn:aws:codebuild:us-east-1:000000000000:build/credmate-prod-pipeline-predeploy:1-2-3"
SOURCE = Source("credmate/backend", "main", COMMIT, paths.ROOT)

# github.com/in-toto/attestation, spec/v1 (statement.md, resource_descriptor.md, digest_set.md);
# slsa.dev/spec/v1.0/provenance: what must be there, and of which type.
URI = {"type": "string", "pattern": r"^[a-z][a-z0-9+.-]*:\S+$"}
DIGESTS = {
    "type": "object",
    "minProperties": 1,
    "properties": {
        "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
        "gitCommit": {"type": "string", "pattern": "^[0-9a-f]{40}$"},
    },
    "additionalProperties": {"type": "string"},
}
RESOURCE = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "uri": URI, "digest": DIGESTS},
    "anyOf": [{"required": ["uri"]}, {"required": ["digest"]}, {"required": ["content"]}],
}
TIME = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"}


def closed(*required: str, **properties: Any) -> dict[str, Any]:
    """An object with these members and no other."""
    return {
        "type": "object",
        "required": list(required),
        "properties": properties,
        "additionalProperties": False,
    }


SCHEMA = closed(
    *("_type", "subject", "predicateType", "predicate"),
    _type={"const": "https://in-toto.io/Statement/v1"},
    subject={
        "type": "array",
        "minItems": 1,
        "items": {**RESOURCE, "required": ["digest"]},  # a subject must have one
    },
    predicateType={"const": "https://slsa.dev/provenance/v1"},
    predicate=closed(
        *("buildDefinition", "runDetails"),
        buildDefinition=closed(
            *("buildType", "externalParameters"),
            buildType=URI,
            externalParameters={"type": "object"},
            internalParameters={"type": "object"},
            resolvedDependencies={"type": "array", "items": RESOURCE},
        ),
        runDetails=closed(
            "builder",
            builder=closed("id", id=URI, version={"type": "object"}),
            metadata=closed(invocationId={"type": "string"}, startedOn=TIME, finishedOn=TIME),
            byproducts={"type": "array", "items": RESOURCE},
        ),
    ),
)


def said(base: str = BASE, **environment: str) -> dict[str, Any]:
    return statement(
        f"{REPOSITORY}@sha256:{DIGEST}",
        source=SOURCE,
        arguments=ARGUMENTS | {"BASE_IMAGE": base},
        environment=environment,
    )


@pytest.mark.parametrize("environment", [{}, {"CODEBUILD_BUILD_ARN": BUILD}])
@pytest.mark.parametrize("base", [BASE, "lambda-python-standin:3.13"])
def test_it_has_the_shape_that_the_specifications_ask_for(
    base: str, environment: dict[str, str]
) -> None:
    jsonschema.validate(said(base, **environment), SCHEMA)


def test_it_is_about_one_digest() -> None:
    assert said()["subject"] == [{"name": REPOSITORY, "digest": {"sha256": DIGEST}}]


def test_it_names_commit_base_image_and_locks() -> None:
    commit, base, *locks = said()["predicate"]["buildDefinition"]["resolvedDependencies"]
    uri = "git+https://github.com/credmate/backend"
    assert commit == {"uri": uri, "digest": {"gitCommit": COMMIT}}
    assert base["uri"] == "docker://public.ecr.aws/lambda/python:3.13"
    assert base["digest"] == {"sha256": "b" * 64}
    for path, lock in zip(LOCKS, locks, strict=True):
        digest = hashlib.sha256((paths.ROOT / path).read_bytes()).hexdigest()
        assert lock == {"name": path, "digest": {"sha256": digest}}


def test_what_was_given_to_the_build_is_there_whole() -> None:
    given = said()["predicate"]["buildDefinition"]["externalParameters"]
    assert given["arguments"] == ARGUMENTS
    assert given["source"]["digest"] == {"gitCommit": COMMIT}


def test_a_base_that_no_registry_has_is_named_and_not_proved() -> None:
    _, base, *_ = said("standin:1")["predicate"]["buildDefinition"]["resolvedDependencies"]
    assert base == {"name": "base image", "uri": "docker://standin:1"}


def test_the_builder_is_the_project_of_codebuild() -> None:
    run = said(CODEBUILD_BUILD_ARN=BUILD)["predicate"]["runDetails"]
    project = "arn:aws:codebuild:us-east-1:000000000000:project/credmate-prod-pipeline-predeploy"
    assert run["builder"] == {"id": project}
    assert run["metadata"]["invocationId"] == BUILD


def test_what_somebody_built_by_hand_says_so() -> None:
    run = said()["predicate"]["runDetails"]
    assert run["builder"] == {"id": "urn:build:by-hand"}
    assert "invocationId" not in run["metadata"]


def test_a_type_of_build_is_where_its_parameters_are_described() -> None:
    kind = said()["predicate"]["buildDefinition"]["buildType"]
    path, _, section = kind.partition("/blob/main/")[2].partition("#")
    headings = re.findall(r"^#+ (.*)$", (paths.ROOT / path).read_text(), re.MULTILINE)
    assert section in [heading.lower().replace(" ", "-") for heading in headings]


def test_an_image_by_its_tag_has_none() -> None:
    with pytest.raises(CannotRun, match="not an image by its digest"):
        statement("registry.test/a:1", source=SOURCE, arguments=ARGUMENTS, environment={})


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("write", "--image", "a@sha256:1", "--stage", "dev"), "stage dev has no [pipeline]"),
        (("write", "--image", "a@sha256:1", "--stage", "none"), "no stage 'none'"),
        (("attach", "--image", "a@sha256:1", "--file", "none.json"), "none.json: no statement"),
        (("attach", "--image", "a@sha256:1", "--file", "other.json"), "is not about a@sha256:1"),
    ],
)
def test_what_cannot_be_said_is_one_line_and_exit_code_2(
    tmp_path: Path, arguments: tuple[str, ...], says: str
) -> None:
    (tmp_path / "other.json").write_text('{"subject": [{"digest": {"sha256": "2"}}]}')
    done = subprocess.run(
        [sys.executable, "-m", "local.provenance", *arguments],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(paths.ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("provenance: ") and says in line
