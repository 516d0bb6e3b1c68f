"""What the local road serves over HTTP by itself: small, on loopback, and silent."""

from __future__ import annotations

import threading
from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Handler(BaseHTTPRequestHandler):
    """Keeps connections open, and answers with a body of one type."""

    protocol_version = "HTTP/1.1"
    content_type = "application/json"

    @abstractmethod
    def post(self, asked: bytes) -> None:
        """Answer a POST with this body."""

    def do_POST(self) -> None:
        """Read the body and have it answered."""
        self.post(self.rfile.read(int(self.headers["Content-Length"])))

    def answer(self, status: int, body: bytes) -> None:
        """Send an answer."""
        self.send_response(status)
        self.send_header("Content-Type", self.content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Say nothing: the road tells what happens."""


@contextmanager
def serving(handler: type[Handler], **served: object) -> Iterator[str]:
    """Serve on a free loopback port for the body; yields the URL.

    Args:
        handler: answers the requests.
        served: attributes that it has here: what it serves.
    """
    with ThreadingHTTPServer(("127.0.0.1", 0), type("Serving", (handler,), served)) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
