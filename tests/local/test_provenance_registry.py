"""The statement lies beside the image in a real registry, and the image stays what it is."""

from __future__ import annotations

import json
from collections.abc import Iterator

import boto3
import pytest

from local.emulator import Emulator, emulator
from local.errors import CannotRun
from local.provenance import registry
from local.provenance.registry import MANIFEST, Repository, attach, digest_of
from tests.gate import aws_answers

KIND = "application/vnd.in-toto+json"
CONTENT = b'{"_type": "https://in-toto.io/Statement/v1"}'
IMAGE = "application/vnd.docker.distribution.manifest.v2+json"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    folder = tmp_path_factory.mktemp("registry")
    with emulator(region="us-east-1", folder=folder, proxies={}) as started:
        client = started.session().client("ecr", endpoint_url=started.url)
        client.create_repository(repositoryName="backend", imageTagMutability="IMMUTABLE")
        yield started


@pytest.fixture
def backend(running: Emulator) -> Repository:
    return registry.repository(f"{running.url.removeprefix('http://')}/backend")


@pytest.fixture
def image(backend: Repository) -> str:
    """A plain image, as the engine pushes one; its digest."""
    layer, config = backend.blob(b"layer", "application/x"), backend.blob(b"{}", "application/y")
    manifest = {"schemaVersion": 2, "mediaType": IMAGE, "config": config, "layers": [layer]}
    text = json.dumps(manifest).encode()
    backend._ask("PUT", "manifests/1", {"Content-Type": IMAGE}, text).close()
    return digest_of(text)


def read(where: Repository, path: str) -> bytes:
    with where._ask("GET", path, {"Accept": MANIFEST}) as answer:
        found: bytes = answer.read()
    return found


@pytest.mark.slow
class TestInARegistry:
    """Of the emulator, which serves the protocol over HTTP."""

    def test_what_refers_to_the_image_leads_to_the_statement(
        self, backend: Repository, image: str
    ) -> None:
        own = attach(backend, image, CONTENT, kind=KIND, annotations={"a": "b"})
        manifest = json.loads(read(backend, f"manifests/{own}"))
        assert manifest["subject"] == backend.manifest(image)
        assert manifest["subject"]["mediaType"] == IMAGE
        assert manifest["artifactType"] == KIND
        (layer,) = manifest["layers"]
        assert layer["annotations"] == {"a": "b"}
        assert read(backend, f"blobs/{layer['digest']}") == CONTENT
        assert read(backend, f"blobs/{manifest['config']['digest']}") == b"{}"

    def test_the_image_is_as_it_was(self, backend: Repository, image: str) -> None:
        before = read(backend, "manifests/1")
        attach(backend, image, CONTENT, kind=KIND, annotations={})
        assert read(backend, "manifests/1") == before
        assert digest_of(before) == image

    def test_nothing_in_the_repository_is_without_a_tag(
        self, running: Emulator, backend: Repository, image: str
    ) -> None:
        """Else the rule that removes what has none would take the statement."""
        for content in (b"first", b"second"):  # of two runs of one commit
            attach(backend, image, content, kind=KIND, annotations={})
        client = running.session().client("ecr", endpoint_url=running.url)
        details = client.describe_images(repositoryName="backend")["imageDetails"]
        assert len(details) >= 3
        assert all(one.get("imageTags") for one in details)

    def test_an_image_that_is_not_there_has_nothing_beside_it(self, backend: Repository) -> None:
        with pytest.raises(CannotRun, match=r"manifests/sha256:0+: 404"):
            attach(backend, f"sha256:{'0' * 64}", CONTENT, kind=KIND, annotations={})


def test_a_registry_that_does_not_answer_is_named() -> None:
    with pytest.raises(CannotRun, match=r"127\.0\.0\.1:1/v2/backend"):
        registry.repository("127.0.0.1:1/backend").manifest(f"sha256:{'0' * 64}")


def test_a_name_without_a_registry_is_refused() -> None:
    with pytest.raises(CannotRun, match="no registry in the name"):
        registry.repository("backend")


def test_ecrs_password_comes_from_ecr(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(operation: str, _request: object) -> object:
        assert operation == "GetAuthorizationToken"
        return {"authorizationData": [{"authorizationToken": "QVdTOnB3"}]}

    put(monkeypatch, answer)
    found = registry.repository("000000000000.dkr.ecr.eu-west-1.amazonaws.com/a/b")
    assert (found.name, found.password) == ("a/b", "QVdTOnB3")
    assert "QVdT" not in repr(found)


def test_credentials_that_ecr_refuses_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, aws_answers.refused("ExpiredTokenException"))
    with pytest.raises(CannotRun, match=r"ECR gives no password: .*ExpiredTokenException"):
        registry.repository("000000000000.dkr.ecr.eu-west-1.amazonaws.com/a/b")


def put(monkeypatch: pytest.MonkeyPatch, answer: aws_answers.Answer) -> None:
    kind = type("Answered", (aws_answers.Session,), {"answers": {"ecr": answer}})
    monkeypatch.setattr(boto3, "Session", kind)
