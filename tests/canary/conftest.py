"""A backend that answers as it is told, and the real CloudWatch and Secrets Manager emulation."""

from __future__ import annotations

import gzip
import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from local.emulator import Emulator, emulator

EMAIL, PASSWORD = "probe@credmate.example", "correct horse battery staple"
REGION = "us-east-1"


@dataclass
class Backend:
    """What the served backend does: `broken` names paths that answer 500, `slow` ones that wait."""

    url: str
    broken: set[str] = field(default_factory=set)
    slow: set[str] = field(default_factory=set)


class Handler(BaseHTTPRequestHandler):
    backend: Backend

    def do_GET(self) -> None:
        bodies = {
            "/health": {"status": "healthy", "mode": "lazy"},
            "/ready": {"status": "ready"},
            "/openapi.json": {"openapi": "3.1.0"},
        }
        self.answer(200, bodies[self.path])

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
        if self.path in self.backend.broken:
            status, body = 500, {"detail": "broken on purpose"}
        content = json.dumps(body).encode()
        packed = "gzip" in self.headers.get("Accept-Encoding", "")
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        if packed:
            content = gzip.compress(content)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Say nothing."""


@contextmanager
def serving() -> Iterator[Backend]:
    backend = Backend("")
    handler = type("Bound", (Handler,), {"backend": backend})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        backend.url = f"http://127.0.0.1:{server.server_port}"
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
