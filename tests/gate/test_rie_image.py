"""What makes Lambda refuse an image, seen in a real engine before anything runs."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import ssl
import tarfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from gate.rie import image
from gate.rie.engine import Engine
from local.engine import daemon
from tests.gate.planting import REPOSITORY, RunGate

pytestmark = [pytest.mark.slow, pytest.mark.engine]

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"


def digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


class Registry:
    """A registry that holds images of one file, and an index of them."""

    def __init__(self) -> None:
        self.blobs: dict[str, tuple[str, bytes]] = {}

    def _keep(self, kind: str, data: bytes) -> dict[str, Any]:
        self.blobs[digest(data)] = (kind, data)
        return {"mediaType": kind, "digest": digest(data), "size": len(data)}

    def image(self, architecture: str) -> dict[str, Any]:
        tar = io.BytesIO()
        with tarfile.open(fileobj=tar, mode="w") as archive:
            archive.addfile(tarfile.TarInfo("file"))
        plain = tar.getvalue()
        config = {
            "architecture": architecture,
            "os": "linux",
            "config": {"Entrypoint": ["/entry"]},
            "rootfs": {"type": "layers", "diff_ids": [digest(plain)]},
        }
        manifest = {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": self._keep(CONFIG, json.dumps(config).encode()),
            "layers": [self._keep(LAYER, gzip.compress(plain, mtime=0))],
        }
        kept = self._keep(MANIFEST, json.dumps(manifest).encode())
        return {**kept, "platform": {"os": "linux", "architecture": architecture}}

    def index(self, *images: dict[str, Any]) -> dict[str, Any]:
        index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": list(images)}
        return self._keep(INDEX, json.dumps(index).encode())


@pytest.fixture(scope="module")
def registry() -> Iterator[tuple[Registry, str]]:
    held = Registry()

    class Serves(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.do_GET()

        def do_GET(self) -> None:
            kind, data = held.blobs.get(self.path.rpartition("/")[2], ("application/json", b"{}"))
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.send_header("Docker-Content-Digest", digest(data))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's
            pass

    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(REPOSITORY / "tests" / "assets" / "tls" / "untrusted.pem")
    with ThreadingHTTPServer(("127.0.0.1", 0), Serves) as server:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield held, f"127.0.0.1:{server.server_port}/backend"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def docker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[daemon.Engine]:
    folder = tmp_path_factory.mktemp("engine")
    with daemon.engine(folder=folder, registry="registry.test", address="127.0.0.8") as engine:
        yield engine


@pytest.fixture
def engine(docker: daemon.Engine, monkeypatch: pytest.MonkeyPatch) -> Engine:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{docker.socket}")
    return Engine()


def pulled(engine: Engine, name: str, held: dict[str, Any], platform: str) -> str:
    reference = f"{name}@{held['digest']}"
    engine.run("pull", "--quiet", "--platform", platform, reference)
    return reference


def test_an_image_for_the_machine_is_taken(registry: tuple[Registry, str], engine: Engine) -> None:
    held, name = registry
    reference = pulled(engine, name, held.image("amd64"), "linux/amd64")
    found = image.find(engine, reference)
    assert (found.architecture, found.entry_point) == ("x86_64", ("/entry",))
    assert image.look(engine, found, "x86_64") == ([], [])
    (finding,) = image.look(engine, found, "arm64")[0]
    assert finding.message.endswith("is built for x86_64, and the function runs on arm64")
    assert finding.fix.startswith("build it with --platform linux/arm64")


def test_an_image_for_another_machine_never_runs(
    registry: tuple[Registry, str], engine: Engine, run_gate: RunGate
) -> None:
    held, name = registry
    reference = pulled(engine, name, held.image("arm64"), "linux/arm64")
    options = ("--architecture", "x86_64", "--format", "json")
    done = run_gate("smoke", "--image", reference, *options)
    assert (done.returncode, done.stderr) == (1, "")
    (finding,) = json.loads(done.stdout)["reports"][0]["findings"]
    assert finding["rule"] == "smoke.image-architecture"


def test_an_index_is_refused(
    registry: tuple[Registry, str], engine: Engine, run_gate: RunGate
) -> None:
    held, name = registry
    index = held.index(held.image("amd64"), held.image("arm64"))
    reference = pulled(engine, name, index, "linux/amd64")
    options = ("--architecture", "x86_64", "--format", "json")
    done = run_gate("smoke", "--image", reference, *options)
    assert (done.returncode, done.stderr) == (1, "")
    (finding,) = json.loads(done.stdout)["reports"][0]["findings"]
    assert finding["rule"] == "smoke.image-index"
    assert INDEX in finding["message"]


def test_a_registry_that_is_gone_is_said(engine: Engine) -> None:
    gone = image.Image("a:1", ("/entry",), (), "amd64", "", ("127.0.0.1:9/a@sha256:" + "0" * 64,))
    findings, (note,) = image.look(engine, gone, "x86_64")
    assert findings == []
    assert note.endswith(
        "whether the registry holds an index there, which Lambda refuses, is not seen"
    )
