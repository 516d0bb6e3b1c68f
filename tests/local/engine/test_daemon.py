import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from local.engine import daemon
from local.errors import CannotRun


def start(tmp_path: Path) -> None:
    with daemon.engine(folder=tmp_path, registry="registry.test", address="127.0.0.9"):
        pytest.fail("it must not start")


def test_without_root_it_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(CannotRun, match="needs root") as caught:
        start(tmp_path)
    assert "without ENGINE" in caught.value.todo


def test_without_an_engine_it_names_the_packages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(daemon, "NEEDED", ("no-such-dockerd",))
    with pytest.raises(CannotRun, match="no-such-dockerd is missing") as caught:
        start(tmp_path)
    assert "docker.io" in caught.value.todo


@pytest.mark.engine
def test_the_bridge_keeps_its_address_whatever_comes_and_goes() -> None:
    """Containers know this machine by it; with another one they wait for a minute."""
    with daemon._bridge() as (bridge, _gateway):
        file = Path(f"/sys/class/net/{bridge}/address")
        before = file.read_text()
        port = bridge.replace("gate", "p")
        lowest = "02:00:00:00:00:01"
        daemon._ip("link", "add", "name", port, "address", lowest, "type", "veth")
        try:
            daemon._ip("link", "set", port, "master", bridge)
            assert file.read_text() == before
        finally:
            daemon._ip("link", "delete", port)


@pytest.mark.engine
def test_the_bridge_of_a_killed_process_is_removed() -> None:
    """Each holds one of sixteen subnets."""
    with subprocess.Popen(["true"]) as gone:
        gone.wait()
    name = f"{daemon.BRIDGE}{gone.pid}-0a"
    daemon._ip("link", "add", "name", name, "type", "bridge")
    with daemon._bridge() as (ours, _), daemon._bridge() as (second, _):
        there = daemon._ip("-o", "link", "show")
    assert name not in there
    assert ours in there
    assert second in there


@pytest.mark.engine
def test_two_engines_start_at_the_same_moment() -> None:
    """Each in a checkout of its own: they share the machine's iptables."""

    def answer(registry: str) -> str:
        with (
            TemporaryDirectory(prefix="engine-") as name,  # a socket's path has to be short
            daemon.engine(
                folder=Path(name), registry=registry, address="127.0.0.9", state=Path(name, "state")
            ) as engine,
        ):
            return engine.docker("version", "--format", "{{.Server.Version}}")

    with ThreadPoolExecutor(2) as both:
        assert all(both.map(answer, ("one.test", "two.test")))
