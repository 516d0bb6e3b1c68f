"""Ask a probe over HTTP, with a hard limit in time and size."""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from threading import Thread
from urllib.parse import SplitResult, urlsplit

from probes.judge import verdict
from probes.model import USER_AGENT, Answer, NoAnswer, Probe, ProbeError

MAX_BYTES = 10 * 1024 * 1024  # what API Gateway lets through
SHORTEST = 0.01  # seconds: a request gets that at least

# The first that fits says why there is no answer.
REASONS: tuple[tuple[type[Exception], str], ...] = (
    (ssl.SSLCertVerificationError, "its TLS certificate does not verify"),
    (ssl.SSLError, "TLS failed"),
    (socket.gaierror, "its name does not resolve"),
    (ConnectionRefusedError, "it refused the connection"),
    (TimeoutError, "no whole answer in time"),
    (ConnectionError, "it closed the connection without a whole answer"),
    (http.client.IncompleteRead, "it closed the connection without a whole answer"),
    (http.client.HTTPException, "its answer is not HTTP"),
    (OSError, "it cannot be reached"),
)


@dataclass(frozen=True)
class Result:
    """One probe that was asked: `reasons` is empty when every answer was right.

    `request` is the last one that was sent, and `answer` what came back; `elapsed_ms` is of all.
    """

    probe: Probe
    request: Probe
    answer: Answer | None
    reasons: tuple[str, ...]
    elapsed_ms: float


def run(base_url: str, probes: Iterable[Probe], timeout: float) -> tuple[Result, ...]:
    """Ask every probe, one after the other; no answer is a reason like any other.

    `timeout` (seconds) bounds each probe with the requests that follow it.

    Raises:
        ProbeError: `base_url` is not one.
    """
    return tuple(_result(base_url, probe, timeout) for probe in probes)


def _result(base_url: str, probe: Probe, timeout: float) -> Result:
    request, elapsed_ms = probe, 0.0
    while True:
        start = time.monotonic()
        try:
            answer = ask(base_url, request, max(timeout - elapsed_ms / 1000, SHORTEST))
        except NoAnswer as exc:
            elapsed_ms += (time.monotonic() - start) * 1000
            return Result(probe, request, None, (f"{request.step}{exc}",), elapsed_ms)
        elapsed_ms += answer.elapsed_ms
        reasons, following = verdict(request, answer)
        if following is None:
            return Result(probe, request, answer, reasons, elapsed_ms)
        request = following


def ask(base_url: str, probe: Probe, timeout: float) -> Answer:
    """Send one request, follow no redirect, and return the whole answer.

    `timeout` (seconds) bounds everything together, the name look-up and a dripping body too.

    Raises:
        NoAnswer: no whole answer in time; one line that says why.
        ProbeError: `base_url` is not one.
    """
    exchange = _Exchange(_base(base_url), probe, timeout)
    exchange.start()
    exchange.join(timeout)
    if exchange.is_alive():
        exchange.abort()
        raise NoAnswer(f"{exchange.host}: no whole answer within {timeout:g} s")
    return exchange.answer()


def _base(base_url: str) -> SplitResult:
    wrong = ProbeError("the base URL is not one; write it as https://host[:port][/path]")
    try:
        base = urlsplit(base_url)
        port = base.port
    except ValueError:
        raise wrong from None  # the cause may quote a password
    plain = not (base.query or base.fragment or "@" in base.netloc) and base.path.isascii()
    plain = plain and base.path.isprintable() and " " not in base.path
    if base.scheme not in ("http", "https") or not base.hostname or port == 0 or not plain:
        raise wrong
    return base


class _Exchange(Thread):
    """A request and its answer, in a thread: no look-up and no dripping body heeds a time-out."""

    def __init__(self, base: SplitResult, probe: Probe, timeout: float) -> None:
        super().__init__(daemon=True)
        self.host = base.netloc
        self._target = base.path.rstrip("/") + probe.path
        self._probe = probe
        self._connection = _connection(base, timeout)
        self._socket: socket.socket | None = None
        self._answer: Answer | None = None
        self._error: Exception | None = None

    def run(self) -> None:
        """Carry out the exchange, and keep what comes of it for `answer`."""
        try:
            self._answer = self._exchange()
        except Exception as exc:  # noqa: BLE001 - `answer` raises it where the caller stands
            self._error = exc
        finally:
            self._connection.close()

    def abort(self) -> None:
        """Wake the thread where it waits for the peer, so that it ends."""
        if self._socket is not None:
            with suppress(OSError):  # the peer was quicker
                self._socket.shutdown(socket.SHUT_RDWR)

    def answer(self) -> Answer:
        """What came of it; raises NoAnswer."""
        if self._answer is not None:
            return self._answer
        error = self._error or TimeoutError()
        for kind, reason in REASONS:
            if isinstance(error, kind):
                raise NoAnswer(f"{self.host}: {reason}{_detail(error)}") from error
        if isinstance(error, NoAnswer):
            raise NoAnswer(f"{self.host}: {error}")
        raise error

    def _exchange(self) -> Answer:
        start = time.monotonic()
        self._connection.connect()
        self._socket = self._connection.sock
        headers = {"user-agent": USER_AGENT, **self._probe.headers}
        self._connection.request(
            self._probe.method, self._target, body=self._probe.body, headers=headers
        )
        response = self._connection.getresponse()
        body = _whole(response)
        elapsed_ms = (time.monotonic() - start) * 1000
        return Answer(response.status, _folded(response), body, elapsed_ms)


def _connection(base: SplitResult, timeout: float) -> http.client.HTTPConnection:
    host = base.hostname or ""
    if base.scheme == "http":
        return http.client.HTTPConnection(host, base.port, timeout=timeout)
    return http.client.HTTPSConnection(
        host, base.port, timeout=timeout, context=ssl.create_default_context()
    )


def _whole(response: http.client.HTTPResponse) -> bytes:
    body = response.read(MAX_BYTES + 1)
    if len(body) > MAX_BYTES:
        raise NoAnswer(f"the body is larger than {MAX_BYTES} bytes")
    if response.length:  # read() with a size says nothing about a body that is cut off
        raise http.client.IncompleteRead(body, response.length)
    return body


def _folded(response: http.client.HTTPResponse) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in response.getheaders():
        known = headers.get(name.lower())
        headers[name.lower()] = value if known is None else f"{known}, {value}"
    return headers


def _detail(error: Exception) -> str:
    """What the operating system or TLS says about it; other messages may quote the answer."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f": {error.verify_message}"
    return f": {error.strerror}" if isinstance(error, OSError) and error.strerror else ""
