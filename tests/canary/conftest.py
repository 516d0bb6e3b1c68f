"""A backend that answers as it is told, and the real CloudWatch and Secrets Manager emulation."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import ssl
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from local.emulator import Emulator, emulator
from stacks.components.canary_package import HANDLER, package

EMAIL, PASSWORD = "probe@credmate.example", "correct horse battery staple"
REGION = "us-east-1"


@dataclass
class Backend:
    """What the served backend does, by the path that is asked.

    `broken` answer 500, `shaky` do so once, `slow` wait, `looping` redirect to themselves, and
    `bodies` answer with other bytes.
    """

    url: str
    broken: set[str] = field(default_factory=set)
    shaky: set[str] = field(default_factory=set)
    slow: set[str] = field(default_factory=set)
    looping: set[str] = field(default_factory=set)
    bodies: dict[str, bytes] = field(default_factory=dict)


class Handler(BaseHTTPRequestHandler):
    backend: Backend

    def do_GET(self) -> None:
        bodies = {
            "/health": {"status": "healthy", "mode": "lazy"},
            "/ready": {"status": "ready"},
            "/openapi.json": {"openapi": "3.1.0"},
            "/api/v1/users/me": {"email": EMAIL},
        }
        known = (
            self.path != "/api/v1/users/me" or self.headers["Authorization"] == "Bearer secret-a"
        )
        self.answer(200 if known else 401, bodies[self.path])

    def do_POST(self) -> None:
        user = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if user != {"email": EMAIL, "password": PASSWORD}:
            self.answer(401, {"detail": f"not {user}"})
            return
        token = {"access_token": "secret-a", "refresh_token": "secret-r", "token_type": "bearer"}
        self.answer(200, token)

    def answer(self, status: int, body: object) -> None:
        if self.path in self.backend.slow:
            time.sleep(3)
        if self.path in self.backend.broken | self.backend.shaky:
            self.backend.shaky.discard(self.path)
            status, body = 500, {"detail": "broken on purpose", "session": "secret-s"}
        if self.path in self.backend.looping:
            status = 302
        content = self.backend.bodies.get(self.path, json.dumps(body).encode())
        packed = "gzip" in self.headers.get("Accept-Encoding", "")
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        if status == 302:
            self.send_header("Location", self.path)
        if packed:
            content = gzip.compress(content)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Say nothing."""


@contextmanager
def serving(context: ssl.SSLContext | None = None) -> Iterator[Backend]:
    backend = Backend("")
    handler = type("Bound", (Handler,), {"backend": backend})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        if context:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        backend.url = f"http{'s' if context else ''}://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield backend
        server.shutdown()
        thread.join()


@pytest.fixture
def backend() -> Iterator[Backend]:
    with serving() as backend:
        yield backend


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with emulator(region=REGION, folder=tmp_path_factory.mktemp("aws"), proxies={}) as running:
        yield running


@pytest.fixture
def environment(aws: Emulator, tmp_path: Path) -> dict[str, str]:
    """What the canary's process sees, beside what a test adds."""
    return {"PATH": os.environ["PATH"], "HOME": str(tmp_path), **aws.environment()}


# The Synthetics library's stand-in: the one documented name that the canary uses.
LIBRARY = """\
import os

class _Logger:
    def info(self, message, *args, **kwargs):
        if "DISK_FULL" in os.environ:
            raise OSError(28, "No space left on device")
        print("LOGGED", message)

synthetics_logger = _Logger()
"""
# What Synthetics does: import the handler by its name and call it. LIMITS shortens the
# script's own limits, so that a test need not wait for them.
RUNNER = """\
import importlib, json, os, sys
name, function = sys.argv[1].split(".")
module = importlib.import_module(name)
vars(module).update(json.loads(os.environ["LIMITS"]))
print("RETURNED", getattr(module, function)({}, None))
"""


@pytest.fixture
def unpacked(tmp_path: Path) -> Path:
    """The layer's folder, from a zip, and nothing of the checkout."""
    archive = shutil.make_archive(str(tmp_path / "code"), "zip", package(tmp_path / "package"))
    shutil.unpack_archive(archive, tmp_path / "opt")
    library = tmp_path / "library" / "aws_synthetics"
    library.mkdir(parents=True)
    (library / "__init__.py").touch()
    (library / "common.py").write_text(LIBRARY)
    return tmp_path


def synthetics(
    folder: Path,
    environment: dict[str, str],
    variables: dict[str, str],
    limits: dict[str, float] | None = None,
) -> subprocess.CompletedProcess[str]:
    path = f"{folder / 'opt' / 'python'}:{folder / 'library'}"
    limited = {"PAUSE_SECONDS": 0.1, **(limits or {})}
    return subprocess.run(
        [sys.executable, "-P", "-c", RUNNER, HANDLER],
        env=environment | {"PYTHONPATH": path, "LIMITS": json.dumps(limited)} | variables,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def variables(aws: Emulator, backend: Backend) -> dict[str, str]:
    return {"PROBE_URL": backend.url, "PROBE_SECRET_ARN": user_secret(aws), "STAGE": "test"}


def user_secret(aws: Emulator) -> str:
    client = aws.session().client("secretsmanager", endpoint_url=aws.url)
    value = json.dumps({"email": EMAIL, "password": PASSWORD})
    name = f"test/{uuid.uuid4().hex}"
    return str(client.create_secret(Name=name, SecretString=value)["ARN"])
