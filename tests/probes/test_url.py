"""Against real servers on loopback, the broken ones by hand."""

from __future__ import annotations

import gzip
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from probes import Answer, Expect, NoAnswer, Probe, ProbeError, url
from probes.model import USER_AGENT

ASSETS = Path(__file__).parents[1] / "assets"
PROBE = Probe("name", "GET", "/path?q=1", Expect(200, json={"status": "ok"}))
SECRET = "the-secret-of-a-probe"

Serve = Callable[[socket.socket, bytes], None]


class Echo(BaseHTTPRequestHandler):
    """Answers with what it was asked."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        self.send_response(302 if self.path.endswith("/redirect") else 200)
        self.send_header("Location", "/elsewhere")
        self.send_header("X-Twice", "1")
        self.send_header("X-Twice", "2")
        self.send_header("X-Agent", self.headers["user-agent"])
        self.send_header("X-Mine", self.headers.get("x-mine", ""))
        self.end_headers()
        self.wfile.write(f"{self.command} {self.path} ".encode() + body)

    do_GET = do_POST  # noqa: N815 - http.server's name

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        pass


@pytest.fixture
def echo() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@contextmanager
def serving(serve: Serve, *, context: ssl.SSLContext | None = None) -> Iterator[str]:
    """A server that treats one connection as `serve` does; yields its base URL."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def run() -> None:
            with suppress(OSError):
                connection, _ = listener.accept()
                if context:
                    connection = context.wrap_socket(connection, server_side=True)
                with connection:
                    serve(connection, connection.recv(65536))

        thread = threading.Thread(target=run)
        thread.start()
        yield f"http{'s' if context else ''}://127.0.0.1:{listener.getsockname()[1]}"
        listener.close()
        thread.join()


def sending(*parts: bytes, pause: float = 0) -> Serve:
    def serve(connection: socket.socket, _: bytes) -> None:
        for part in parts:
            connection.sendall(part)
            if pause:
                time.sleep(pause)

    return serve


def test_a_request_goes_out_as_the_probe_says(echo: str) -> None:
    probe = Probe(
        "post", "POST", "/a?b=%20", Expect(200), headers={"x-mine": "m"}, body=b"the body"
    )
    answer = url.ask(f"{echo}/base/", probe, 5)
    assert answer.status == 200
    assert answer.body == b"POST /base/a?b=%20 the body"
    assert answer.headers["x-mine"] == "m"
    assert answer.headers["x-agent"] == "release-gate-probe"
    assert answer.headers["x-twice"] == "1, 2"
    assert 0 < answer.elapsed_ms < 5000


def test_a_redirect_is_an_answer_and_not_followed(echo: str) -> None:
    answer = url.ask(echo, Probe("r", "GET", "/redirect", Expect(200)), 5)
    assert (answer.status, answer.headers["location"]) == (302, "/elsewhere")


def test_compression_is_left_to_the_judge() -> None:
    body = gzip.compress(b'{"status": "ok"}')
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(body)}\r\n\r\n"
    with serving(sending(head.encode(), body)) as base:
        (result,) = url.run(base, [PROBE], 5)
    assert result.reasons == ()
    assert result.answer is not None
    assert result.answer.body == body


OK = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ([], "it closed the connection without a whole answer"),
        (
            [OK, b"Content-Length: 9\r\n\r\nshort"],
            "it closed the connection without a whole answer",
        ),
        ([OK, b"Content-Length: 9\r\n\r\n"], "it closed the connection without a whole answer"),
        (
            [OK, b"Transfer-Encoding: chunked\r\n\r\n5\r\nab"],
            "it closed the connection without a whole answer",
        ),
        ([b"220 smtp ready\r\n"], "its answer is not HTTP"),
        ([b"\x00" * 100 + b"\r\n"], "its answer is not HTTP"),
        pytest.param([OK, b"x: " + b"y" * 70_000], "its answer is not HTTP", id="long header"),
    ],
)
def test_a_broken_answer_is_named(parts: list[bytes], reason: str) -> None:
    with serving(sending(*parts)) as base, pytest.raises(NoAnswer) as caught:
        url.ask(base, PROBE, 5)
    assert str(caught.value).startswith(f"{base.removeprefix('http://')}: {reason}")


def test_headers_without_end_are_no_answer() -> None:
    """What http.client takes for the end of the headers is no whole answer either."""
    with serving(sending(OK + b"Content-Length: 5\r\n")) as base, pytest.raises(NoAnswer):
        url.ask(base, PROBE, 5)


def test_a_body_of_any_size_is_not_kept() -> None:
    block = bytes(1024 * 1024)
    larger = pytest.raises(NoAnswer, match="the body is larger than 10485760 bytes")
    with serving(sending(OK + b"\r\n", *[block] * 12)) as base, larger:
        url.ask(base, PROBE, 20)


@pytest.mark.parametrize(
    "first",
    [b"", OK, OK + b"Content-Length: 1000\r\n\r\n", OK + b"Transfer-Encoding: chunked\r\n\r\n"],
)
def test_a_drip_does_not_outlast_the_limit(first: bytes) -> None:
    started = time.monotonic()
    with serving(sending(first, *[b"5"] * 100, pause=0.02)) as base:
        with pytest.raises(NoAnswer, match=r"no whole answer within 0\.3 s"):
            url.ask(base, PROBE, 0.3)
        assert 0.3 <= time.monotonic() - started < 1.5


def test_a_drip_leaves_no_thread() -> None:
    before = set(threading.enumerate())
    with serving(sending(OK, *[b"5"] * 1000, pause=0.02)) as base:
        with pytest.raises(NoAnswer):
            url.ask(base, PROBE, 0.1)
        deadline = time.monotonic() + 5
        while [t for t in set(threading.enumerate()) - before if isinstance(t, url._Exchange)]:
            assert time.monotonic() < deadline, "the exchange goes on"
            time.sleep(0.01)


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"127.0.0.1:{listener.getsockname()[1]}"
    with pytest.raises(NoAnswer, match=f"^{address}: it refused the connection"):
        url.ask(f"http://{address}", PROBE, 5)


def test_a_name_that_is_none() -> None:
    with pytest.raises(NoAnswer, match=r"host\.invalid: its name does not resolve"):
        url.ask("http://host.invalid", PROBE, 20)


def test_a_certificate_is_verified() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(ASSETS / "tls" / "untrusted.pem")
    refused = pytest.raises(NoAnswer, match="its TLS certificate does not verify: self-signed")
    with serving(sending(OK, b"\r\n"), context=context) as base, refused:
        url.ask(base.replace("127.0.0.1", "localhost"), PROBE, 5)


def test_http_where_tls_should_be(echo: str) -> None:
    with pytest.raises(NoAnswer, match="TLS failed"):
        url.ask(echo.replace("http:", "https:"), PROBE, 5)


@pytest.mark.parametrize(
    "base",
    [
        "",
        "example.com",
        "ftp://example.com",
        "http://",
        "http://a:b",
        "http://a:99999",
        "http://a:0",
        f"http://user:{SECRET}@a",
        "http://a?q=1",
        "http://a#f",
        "http://a/b c",
        "http://[::1",
    ],
)
def test_a_base_url_that_is_none(base: str) -> None:
    with pytest.raises(ProbeError, match="the base URL is not one") as caught:
        url.ask(base, PROBE, 1)
    assert SECRET not in repr(caught.value)


def test_every_probe_gets_a_result(echo: str) -> None:
    right = Probe("right", "GET", "/", Expect(200))
    wrong = Probe("wrong", "GET", "/", Expect(404))
    results = url.run(echo, [right, wrong], 5)
    assert [result.probe.name for result in results] == ["right", "wrong"]
    assert [result.reasons for result in results] == [(), ("status is 200, not 404",)]
    assert all(result.elapsed_ms > 0 for result in results)


def test_no_answer_is_a_result_too() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"127.0.0.1:{listener.getsockname()[1]}"
    probe = Probe("p", "GET", f"/{SECRET}", Expect(200), secrets=(SECRET,))
    (result,) = url.run(f"http://{address}", [probe], 5)
    assert result.answer is None
    assert len(result.reasons) == 1
    assert SECRET not in repr(result)


@pytest.mark.parametrize(
    ("status", "reasons"), [(200, ()), (404, ("then GET /me: status is 200, not 404",))]
)
def test_a_right_answer_leads_to_the_next_request(
    echo: str, status: int, reasons: tuple[str, ...]
) -> None:
    def then(answer: Answer) -> Probe:
        return Probe("p", "GET", "/me", Expect(status), {"x-mine": answer.headers["x-agent"]},
                     step="then GET /me: ")  # fmt: skip

    probe = Probe("p", "GET", "/first", Expect(200), then=then)
    (result,) = url.run(echo, [probe], 5)
    assert (result.probe, result.request.path, result.reasons) == (probe, "/me", reasons)
    assert result.answer is not None
    assert result.answer.headers["x-mine"] == USER_AGENT


def test_after_a_wrong_answer_nothing_more_is_asked(echo: str) -> None:
    def never(_answer: Answer) -> Probe:
        raise AssertionError

    (result,) = url.run(echo, [Probe("p", "GET", "/", Expect(404), then=never)], 5)
    assert result.reasons == ("status is 200, not 404",)


def test_what_follows_has_no_more_time_than_is_left() -> None:
    def stall(connection: socket.socket, _request: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    probe = Probe("p", "GET", "/", Expect(200), then=lambda _: replace(PROBE, step="then: "))
    with serving(stall) as base:  # it treats one connection; nobody answers the second
        (result,) = url.run(base, [probe], 1)
    assert result.reasons[0].startswith("then: 127.0.0.1")
    assert result.elapsed_ms < 2000
