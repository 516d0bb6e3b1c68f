"""A registry, as far as an artifact needs it: OCI's distribution specification 1.1.

github.com/opencontainers/distribution-spec: "Pushing a blob monolithically", "Pushing manifests
with subject". ECR speaks it; its password comes from its own API.
"""

from __future__ import annotations

import hashlib
import ipaddress
import json
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPResponse
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from local.errors import CannotRun

ECR = re.compile(r"[0-9]{12}\.dkr\.ecr(?:-fips)?\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?")
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
MANIFESTS = (MANIFEST, "application/vnd.docker.distribution.manifest.v2+json")
EMPTY = "application/vnd.oci.empty.v1+json"
SECONDS = 60
Descriptor = dict[str, Any]


@dataclass(frozen=True)
class Repository:
    """A repository of a registry; `password` is of the scheme Basic, as the header says it."""

    host: str
    name: str
    password: str | None = field(default=None, repr=False)

    def manifest(self, digest: str) -> Descriptor:
        """The descriptor of a manifest that is there; raises CannotRun where it is not."""
        with self._ask("GET", f"manifests/{digest}", {"Accept": ", ".join(MANIFESTS)}) as answer:
            kind, content = answer.headers.get_content_type(), answer.read()
        if digest_of(content) != digest:
            raise CannotRun(f"{self.host}/{self.name} has something else as {digest}", "ask whose")
        return {"mediaType": kind, "digest": digest, "size": len(content)}

    def blob(self, content: bytes, kind: str) -> Descriptor:
        """Push a blob; returns its descriptor."""
        digest = digest_of(content)
        with self._ask("POST", "blobs/uploads/", {"Content-Length": "0"}) as begun:
            place = urllib.parse.urljoin(begun.url, begun.headers["Location"])
        place += ("&" if "?" in place else "?") + urllib.parse.urlencode({"digest": digest})
        self._ask("PUT", place, {"Content-Type": "application/octet-stream"}, content).close()
        return {"mediaType": kind, "digest": digest, "size": len(content)}

    def put(self, tag: str, manifest: bytes) -> None:
        """Push a manifest under a tag."""
        self._ask("PUT", f"manifests/{tag}", {"Content-Type": MANIFEST}, manifest).close()

    def _ask(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | None = None
    ) -> HTTPResponse:
        scheme = "http" if _is_loopback(self.host) else "https"
        url = urllib.parse.urljoin(f"{scheme}://{self.host}/v2/{self.name}/", path)
        request = urllib.request.Request(url, data=body, method=method, headers=dict(headers))  # noqa: S310 - our own scheme
        if self.password and request.host == self.host:
            request.add_unredirected_header("Authorization", f"Basic {self.password}")
        try:
            answer: HTTPResponse = urllib.request.urlopen(request, timeout=SECONDS)  # noqa: S310 - our own scheme
        except urllib.error.HTTPError as exc:
            said = exc.read(500).decode(errors="replace").strip()
            raise CannotRun(f"{method} {url}: {exc.code} {said}", "see the registry") from exc
        except OSError as exc:
            raise CannotRun(f"{method} {url}: {exc}", "check the network and the name") from exc
        return answer


def repository(name: str) -> Repository:
    """The repository `REGISTRY/NAME`, with ECR's password where it is ECR's.

    Raises:
        CannotRun: the name has no registry, or ECR gives no password.
    """
    host, _, path = name.partition("/")
    if not path or not ("." in host or ":" in host):
        raise CannotRun(f"{name}: no registry in the name", "say REGISTRY/NAME")
    found = ECR.fullmatch(host)
    return Repository(host, path, _password(found[1]) if found else None)


def _password(region: str) -> str:
    try:
        ecr = boto3.Session(region_name=region).client("ecr")
        (given,) = ecr.get_authorization_token()["authorizationData"]
    except (BotoCoreError, ClientError) as exc:
        raise CannotRun(f"ECR gives no password: {exc}", "check credentials and region") from exc
    return given["authorizationToken"]


def attach(
    where: Repository, digest: str, content: bytes, *, kind: str, annotations: Mapping[str, str]
) -> str:
    """Push `content` as an artifact whose subject is the image `digest`; returns its digest.

    The image's manifest stays as it is. The artifact has a tag: a rule of the repository that
    removes what has none would take it away.
    """
    manifest = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "artifactType": kind,
        "config": where.blob(b"{}", EMPTY),
        "layers": [where.blob(content, kind) | {"annotations": dict(annotations)}],
        "subject": where.manifest(digest),
    }
    text = json.dumps(manifest).encode()
    own = digest_of(text)
    where.put(f"provenance-{own.removeprefix('sha256:')}", text)
    return own


def digest_of(content: bytes) -> str:
    """As registries name what they hold."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _is_loopback(host: str) -> bool:
    """Whether it is this machine: engines speak HTTP there, too."""
    name = host.rpartition(":")[0] or host
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"
