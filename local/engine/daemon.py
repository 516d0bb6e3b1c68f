"""Debian's dockerd, started for one run: own bridge, own state, own view of one host name.

The emulator's registry has the name that ECR would have. That name resolves to a loopback
address for this daemon alone (its own mount namespace with its own hosts file), so an image
reference is the same here and in AWS, digest included.
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from local import paths, processes
from local.errors import CannotRun

DOCKER = "/usr/bin/docker"  # the daemon's own client: a newer one without buildx cannot build
NEEDED = ("dockerd", "unshare", "mount", "ip", "iptables")
STATE = paths.STATE / "engine"
PID_FILE = "dockerd.pid"
STARTING = Path("/run/gate-engine.lock")  # root's own, as the engine is
READY_SECONDS = 30
STOP_SECONDS = 15
BRIDGE = "gate"  # and the process that made it
LEFT = re.compile(rf"^\d+: ({BRIDGE}(\d+)-\w+):", re.MULTILINE)
SUBNETS = range(240, 256)  # 172.31.240.0/24 … 172.31.255.0/24, outside what networks hand out


@dataclass(frozen=True)
class Engine:
    """A running engine: its socket, and the address at which its containers see this machine."""

    socket: Path
    gateway: str

    def environment(self) -> dict[str, str]:
        """Variables for the client."""
        return paths.environment(DOCKER_HOST=f"unix://{self.socket}", DOCKER_BUILDKIT="1")

    def docker(self, *arguments: str) -> str:
        """Run the client to its end and return what it printed.

        Raises:
            CannotRun: it failed; with the last lines of its output.
        """
        done = processes.run([DOCKER, *arguments], environment=self.environment(), cwd=paths.ROOT)
        if done.returncode:
            last = "\n".join(done.stdout.strip().splitlines()[-15:])
            raise CannotRun(
                f"docker {arguments[0]} ended with {done.returncode}:\n{last}", "see above"
            )
        return done.stdout


@contextmanager
def engine(*, folder: Path, registry: str, address: str, state: Path = STATE) -> Iterator[Engine]:
    """Run the engine for the body; images and build caches stay for the next run.

    Args:
        folder: for the log, the socket and the run's own files.
        registry: host name of the emulator's registry.
        address: the loopback address that the name means.
        state: where images and build caches lie.

    Raises:
        CannotRun: this machine cannot run one; says what is missing.
    """
    _require()
    state.mkdir(parents=True, exist_ok=True)
    with (state / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # one state folder, one daemon
        with _started(folder, registry, address, state) as found:
            try:
                yield found
            finally:
                _remove_containers(found)
                _stop(folder / PID_FILE)


@contextmanager
def _started(folder: Path, registry: str, address: str, state: Path) -> Iterator[Engine]:
    """Run a daemon with a bridge of its own for the body, from when it answers.

    One starts after the other, in all checkouts of a machine: at the same moment they would take
    the same subnet, or make the same chains in iptables and end with "Chain already exists".
    """
    hosts = folder / "hosts"
    hosts.write_text(f"{Path('/etc/hosts').read_text()}\n{address} {registry}\n")
    log = folder / "dockerd.log"
    with ExitStack() as stack:
        with STARTING.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            bridge, gateway = stack.enter_context(_bridge())
            found = Engine(folder / "docker.sock", gateway)
            command = _command(found.socket, bridge, hosts, registry, state)
            process = stack.enter_context(
                processes.running(command, environment=paths.environment(), log=log, cwd=folder)
            )
            processes.wait_until(
                lambda: _answers(found),
                what="dockerd",
                process=process,
                log=log,
                seconds=READY_SECONDS,
            )
        yield found


def _require() -> None:
    if os.geteuid() != 0:
        raise CannotRun(
            "a private container engine needs root", "run it as root, or without ENGINE"
        )
    path = os.environ["PATH"] + os.pathsep + "/usr/sbin:/sbin"
    missing = [name for name in NEEDED if shutil.which(name, path=path) is None]
    if missing or not Path(DOCKER).exists():
        raise CannotRun(
            f"no container engine: {', '.join(missing) or DOCKER} is missing",
            "install Debian's packages docker.io, iptables and iproute2, or run it without ENGINE",
        )


def _command(socket: Path, bridge: str, hosts: Path, registry: str, state: Path) -> list[str]:
    daemon = [
        "dockerd",
        f"--host=unix://{socket}",
        f"--bridge={bridge}",
        "--storage-driver=overlay2",
        "--mtu=1400",
        f"--data-root={state / 'data'}",
        f"--exec-root={socket.parent / 'exec'}",
        f"--pidfile={socket.parent / PID_FILE}",
        # With the scheme: without one BuildKit asks by https alone.
        f"--insecure-registry=http://{registry}",
    ]
    script = 'mount --bind "$1" /etc/hosts && shift && exec "$@"'
    return ["unshare", "--mount", "sh", "-c", script, "sh", str(hosts), *daemon]


@contextmanager
def _bridge() -> Iterator[tuple[str, str]]:
    """A bridge of our own, beside any other engine's: yields its name and address."""
    _remove_left_bridges()
    name = f"{BRIDGE}{os.getpid()}-{secrets.token_hex(1)}"  # 15 characters at most
    taken = _ip("-4", "-o", "addr", "show")
    number = next((n for n in SUBNETS if f"172.31.{n}." not in taken), None)
    if number is None:
        raise CannotRun("no free subnet for a bridge", "stop other container engines")
    gateway = f"172.31.{number}.1"
    # With an address of its own: else it takes on the lowest of its ports', another one whenever a
    # container comes or goes, and those that know the one before talk to nobody for a minute.
    own = ":".join(["02", *(f"{byte:02x}" for byte in secrets.token_bytes(5))])
    _ip("link", "add", "name", name, "address", own, "type", "bridge")
    try:
        _ip("addr", "add", f"{gateway}/24", "dev", name)
        _ip("link", "set", name, "up")
        yield name, gateway
    finally:
        _ip("link", "delete", name)


def _remove_left_bridges() -> None:
    """Remove those of processes that were killed: each holds a subnet."""
    for name, owner in LEFT.findall(_ip("-o", "link", "show")):
        if not Path("/proc", owner).exists():
            _ip("link", "delete", name)


def _ip(*arguments: str) -> str:
    done = subprocess.run(["/usr/sbin/ip", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotRun(f"ip {' '.join(arguments)}: {done.stderr.strip()}", "run it without ENGINE")
    return done.stdout


def _answers(found: Engine) -> bool:
    done = processes.run(
        [DOCKER, "version", "--format", "{{.Server.Version}}"],
        environment=found.environment(),
        cwd=paths.ROOT,
    )
    return done.returncode == 0


def _remove_containers(found: Engine) -> None:
    """End what still runs: a container outlives the daemon that started it."""
    left = found.docker("ps", "--quiet", "--all").split()
    if left:
        found.docker("rm", "--force", *left)


def _stop(pid_file: Path) -> None:
    """Let the daemon end by itself, so that its state stays whole; it removes the file last."""
    os.kill(int(pid_file.read_text()), signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while pid_file.exists() and time.monotonic() < deadline:
        time.sleep(processes.POLL_SECONDS)
