"""What can happen to the watcher itself: it fails with the reason, and never hangs."""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from probes.url import MAX_BYTES
from stacks.settings import ROOT
from tests.canary.conftest import Backend, serving, synthetics

pytestmark = pytest.mark.slow

SHORT = {"PROBE_TIMEOUT_SECONDS": 0.5, "RUN_SECONDS": 4.0}
EXPIRED = ROOT / "tests" / "assets" / "tls" / "expired.pem"
SLOW_NAMES = """\
import socket, time
known = socket.getaddrinfo
def getaddrinfo(host, *args, **kwargs):
    if host == "slow.test":
        time.sleep(60)
    return known(host, *args, **kwargs)
socket.getaddrinfo = getaddrinfo
"""
WRONG_CLOCK = """\
import datetime, time
now = time.time
time.time = lambda: now() + 600
class Late(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return cls.fromtimestamp(time.time(), tz)
    @classmethod
    def utcnow(cls):
        return cls.fromtimestamp(time.time(), datetime.timezone.utc).replace(tzinfo=None)
datetime.datetime = Late
"""


class Watcher:
    """The canary in the stand-in, with what befalls it."""

    def __init__(self, folder: Path, environment: dict[str, str], told: dict[str, str]) -> None:
        self.folder, self.environment, self.told = folder, environment, told

    def befalls(self, python: str) -> None:
        """Something that happens in the interpreter before the script."""
        (self.folder / "library" / "sitecustomize.py").write_text(python)

    def run(self, **variables: str) -> tuple[int, str]:
        start = time.monotonic()
        done = synthetics(self.folder, self.environment, self.told | variables, SHORT)
        assert time.monotonic() - start < 15
        self.output = done.stdout
        return done.returncode, done.stderr.strip().splitlines()[-1] if done.stderr else ""


@pytest.fixture
def watcher(unpacked: Path, environment: dict[str, str], variables: dict[str, str]) -> Watcher:
    return Watcher(unpacked, environment, variables)


def test_a_secret_that_is_missing(watcher: Watcher) -> None:
    arn = "arn:aws:secretsmanager:us-east-1:000000000000:secret:none-AbCdEf"
    code, said = watcher.run(PROBE_SECRET_ARN=arn)
    assert code == 1
    assert f"CannotRun: {arn}: cannot be read: " in said


def test_a_url_that_nobody_answers(watcher: Watcher) -> None:
    code, said = watcher.run(PROBE_URL="http://127.0.0.1:9")
    assert code == 1
    assert said.count("refused the connection") == 4


def test_names_that_resolve_slowly(watcher: Watcher) -> None:
    watcher.befalls(SLOW_NAMES)
    code, said = watcher.run(PROBE_URL="http://slow.test")
    assert code == 1
    assert "ProbesFailed: health: failed: slow.test: no whole answer within 0.5 s" in said


def test_aws_names_that_resolve_slowly_end_by_the_runs_own_limit(watcher: Watcher) -> None:
    watcher.befalls(SLOW_NAMES)
    code, said = watcher.run(AWS_ENDPOINT_URL="http://slow.test")
    assert code == 1
    assert said.endswith("CannotRun: no end within 4 s: it waits for the secret")


@pytest.mark.usefixtures("backend")
def test_a_clock_that_is_ten_minutes_off_fails_when_aws_refuses_it(watcher: Watcher) -> None:
    watcher.befalls(WRONG_CLOCK)
    with refusing() as (url, dates):
        code, said = watcher.run(AWS_ENDPOINT_URL=url)
    assert code == 1
    assert "Signature not yet current" in said
    now = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    assert all(date > now for date in dates)  # the clock was off indeed
    assert dates


def test_a_clock_that_is_ten_minutes_off_measures_the_same(watcher: Watcher) -> None:
    watcher.befalls(WRONG_CLOCK)
    assert watcher.run()[0] == 0
    assert "LOGGED login: ok" in watcher.output


def test_a_disk_that_is_full_hides_neither_the_metrics_nor_the_reason(
    watcher: Watcher, backend: Backend
) -> None:
    backend.broken.add("/ready")
    code, said = watcher.run(DISK_FULL="1")
    assert code == 1
    assert "ProbesFailed: ready: failed: status is 500" in said
    assert "(not in the log: No space left on device)" in watcher.output


def test_a_body_of_ten_megabytes(watcher: Watcher, backend: Backend) -> None:
    backend.bodies["/health"] = b'"' + b"x" * MAX_BYTES + b'"'
    code, said = watcher.run()
    assert code == 1
    assert f"health: failed: {backend.url[7:]}: the body is larger than {MAX_BYTES} bytes" in said


def test_a_tls_certificate_that_has_expired(watcher: Watcher) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(EXPIRED)
    with serving(context) as backend:
        # It is trusted; its age alone is wrong.
        code, said = watcher.run(PROBE_URL=backend.url, SSL_CERT_FILE=str(EXPIRED))
    assert code == 1
    assert said.count("its TLS certificate does not verify: certificate has expired") == 4


def test_a_redirect_to_itself(watcher: Watcher, backend: Backend) -> None:
    backend.looping.add("/ready")
    code, said = watcher.run()
    assert code == 1
    assert "ready: failed: status is 302, not 200" in said


@contextmanager
def refusing() -> Iterator[tuple[str, list[str]]]:
    """AWS as it answers a signature of another time; with the times that it was shown."""
    dates: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            dates.append(self.headers["X-Amz-Date"])
            self.rfile.read(int(self.headers["Content-Length"]))
            body = {
                "__type": "InvalidSignatureException",
                "message": "Signature not yet current: it is too far in the future",
            }
            content = json.dumps(body).encode()
            self.send_response(400)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", dates
        server.shutdown()
        thread.join()
