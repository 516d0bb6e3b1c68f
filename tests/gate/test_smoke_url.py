"""`gate smoke --url`: the same probes, of whatever runs there."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.gate.planting import REPOSITORY, RunGate

PROBES = ("--probes", str(REPOSITORY / "tests" / "assets" / "handlers" / "probes.toml"))


class Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        right = self.path == "/right/hello"
        self.send_response(200 if right else 500)
        self.end_headers()
        self.wfile.write(b'{"hello": "world"}' if right else b'{"detail": "no s3cret-of-ours"}')

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        pass


@pytest.fixture
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_right_answer_passes(run_gate: RunGate, server: str) -> None:
    done = run_gate("smoke", "--url", f"{server}/right", *PROBES)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("smoke: hello: ")
    assert done.stdout.endswith("smoke: passed\n")


def test_a_wrong_answer_is_found_without_a_secret(run_gate: RunGate, server: str) -> None:
    done = run_gate("smoke", "--url", server, *PROBES, "--env", "SECRET=s3cret-of-ours")
    assert done.returncode == 1
    assert "smoke: hello: status is 500, not 200: no ***; " in done.stdout


def test_nothing_that_answers_is_found(run_gate: RunGate) -> None:
    done = run_gate("smoke", "--url", "http://127.0.0.1:9", *PROBES, "--format", "json")
    assert done.returncode == 1
    assert '"rule": "smoke.no-answer"' in done.stdout
    assert "it refused the connection" in done.stdout


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--url", "ftp://x"), "--url: the base URL is not one"),
        (("--url", "http://x", "--template", "t"), "--url runs none"),
        (("--url", "http://x", "--local"), "not allowed with argument --url"),
    ],
)
def test_what_cannot_be_asked(run_gate: RunGate, options: tuple[str, ...], reason: str) -> None:
    done = run_gate("smoke", *options, *PROBES)
    assert (done.returncode, done.stdout) == (2, "")
    assert reason in done.stderr
