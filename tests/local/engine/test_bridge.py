import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from local.engine.bridge import forward

LOOPBACK = "127.0.0.1"


@contextmanager
def echo(listener: socket.socket) -> Iterator[None]:
    """Answer each connection with what it sent, in capitals."""

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.sendall(connection.recv(1000).upper())

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def ask(port: int) -> bytes:
    with socket.create_connection((LOOPBACK, port), timeout=10) as connection:
        connection.sendall(b"hello")
        return connection.recv(1000)


def test_a_tcp_service_is_reached_through_the_forwarder() -> None:
    listener = socket.create_server((LOOPBACK, 0))
    to = (LOOPBACK, listener.getsockname()[1])
    with echo(listener), forward(address=LOOPBACK, port=0, to=to) as port:
        assert [ask(port), ask(port)] == [b"HELLO", b"HELLO"]


def test_a_unix_socket_is_reached_through_the_forwarder(tmp_path: Path) -> None:
    path = tmp_path / "service"
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen()
    with echo(listener), forward(address=LOOPBACK, port=0, to=path) as port:
        assert ask(port) == b"HELLO"


def test_a_service_that_is_not_there_closes_the_connection(tmp_path: Path) -> None:
    with (
        forward(address=LOOPBACK, port=0, to=tmp_path / "nobody") as port,
        socket.create_connection((LOOPBACK, port), timeout=10) as connection,
    ):
        assert connection.recv(1000) == b""


def test_a_connection_that_is_still_open_ends_with_the_forwarder(
    capfd: pytest.CaptureFixture[str],
) -> None:
    listener = socket.create_server((LOOPBACK, 0))
    with listener, forward(address=LOOPBACK, port=0, to=listener.getsockname()[:2]) as port:
        connection = socket.create_connection((LOOPBACK, port), timeout=10)
        listener.accept()
    with connection:
        assert connection.recv(1) == b""
    assert capfd.readouterr().err == ""


def test_nothing_listens_after_the_end() -> None:
    with forward(address=LOOPBACK, port=0, to=(LOOPBACK, 1)) as port:
        pass
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((LOOPBACK, port), timeout=10)
