"""The guard: nothing outlives the one who asked, however that one ends."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import textwrap
from collections.abc import Mapping
from pathlib import Path

import pytest

from gate.rie.process import Port, Process
from tests.gate.planting import REPOSITORY, wait_until
from tests.gate.processes import VARIABLE, marked, new_mark

HANDLERS = Path(__file__).parents[1] / "assets" / "handlers"
SLEEP = shutil.which("sleep") or "/bin/sleep"
DAEMON = "import handlers; exec(handlers.DAEMON); import time; time.sleep(600)"


def start(log: Path, *command: str, mark: str = "", **options: object) -> Process:
    environment: Mapping[str, str] = {**os.environ, VARIABLE: mark}
    return Process(command, environment=environment, cwd=HANDLERS, log=log, **options)  # type: ignore[arg-type]  # passed on as they are


def test_output_goes_to_the_log_and_the_end_is_seen(tmp_path: Path) -> None:
    log = tmp_path / "log"
    process = start(log, sys.executable, "-c", "import sys; print('out'); sys.stderr.write('err')")
    wait_until(lambda: not process.alive)
    process.end()
    assert sorted(log.read_text().split()) == ["err", "out"]


def test_a_command_that_is_not_there(tmp_path: Path) -> None:
    process = start(tmp_path / "log", "/no/such/command")
    wait_until(lambda: not process.alive)
    process.end()
    assert (tmp_path / "log").read_text() == "/no/such/command: No such file or directory\n"


def test_signals_are_as_a_shell_would_leave_them(tmp_path: Path) -> None:
    script = (
        "import signal; print(signal.getsignal(signal.SIGTERM) == signal.SIG_DFL);"
        "print(open('/proc/self/status').read().split('SigIgn:')[1].split()[0])"
    )
    process = start(tmp_path / "log", "/bin/sh", "-c", f'exec {sys.executable} -c "{script}"')
    wait_until(lambda: not process.alive)
    process.end()
    default, ignored = (tmp_path / "log").read_text().split()
    assert default == "True"
    # Python itself ignores SIGPIPE (13) and SIGXFSZ (25) from its start, and nothing else of the
    # 31 signals with a name; what lies above comes from whoever started us.
    assert int(ignored, 16) & 0x7FFF_FFFF == 1 << 12 | 1 << 24


def test_daemons_end_too(tmp_path: Path) -> None:
    mark = new_mark()
    process = start(tmp_path / "log", sys.executable, "-c", DAEMON, mark=mark)
    wait_until(lambda: len(marked(mark)) >= 3)  # the guard, the command, the daemon
    process.end()
    assert marked(mark) == []


ASKING = textwrap.dedent(
    """
    import os, pathlib, sys, time
    from gate.rie.process import Process
    log, after, *command = sys.argv[1:]
    Process(command, environment=os.environ, cwd=pathlib.Path("{handlers}"),
            log=pathlib.Path(log), afterwards=["/bin/sh", "-c", "echo done > " + after])
    time.sleep(600)
    """
).format(handlers=HANDLERS)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_it_ends_with_the_process_that_asked(tmp_path: Path, number: signal.Signals) -> None:
    mark = new_mark()
    after = tmp_path / "after"
    asking = subprocess.Popen(
        [
            sys.executable,
            "-c",
            ASKING,
            str(tmp_path / "log"),
            str(after),
            sys.executable,
            "-c",
            DAEMON,
        ],
        env={**os.environ, VARIABLE: mark, "PYTHONPATH": str(REPOSITORY)},
    )
    wait_until(lambda: len(marked(mark)) >= 4)
    asking.send_signal(number)
    asking.wait()
    wait_until(lambda: marked(mark) == [])
    assert after.read_text() == "done\n"


def guards(mark: str) -> list[int]:
    """The guard; until its child has become the command, the child looks the same."""
    return [pid for pid in marked(mark) if b"guard.py" in Path(f"/proc/{pid}/cmdline").read_bytes()]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_the_guard_takes_its_command_with_it(tmp_path: Path, number: signal.Signals) -> None:
    mark = new_mark()
    process = start(tmp_path / "log", SLEEP, "600", mark=mark)
    wait_until(lambda: (len(marked(mark)), len(guards(mark))) == (2, 1))
    os.kill(guards(mark)[0], number)
    wait_until(lambda: marked(mark) == [])
    process.end()


def test_a_last_command_runs_when_the_first_has_ended(tmp_path: Path) -> None:
    after = tmp_path / "after"
    last = ("/bin/sh", "-c", f"echo quiet; echo done > {after}")
    process = start(tmp_path / "log", SLEEP, "0", afterwards=last)
    wait_until(lambda: not process.alive)
    process.end()
    assert after.read_text() == "done\n"
    assert (tmp_path / "log").read_text() == ""


def test_a_file_has_a_largest_size(tmp_path: Path) -> None:
    endless = "while True: print('x' * 100)"
    process = start(tmp_path / "log", sys.executable, "-c", endless, largest_file=100_000)
    wait_until(lambda: not process.alive)
    process.end()
    assert (tmp_path / "log").stat().st_size == 100_000


def test_a_port_is_kept_from_others_and_free_for_who_knows_it() -> None:
    ports = [Port() for _ in range(20)]
    try:
        assert len({port.number for port in ports}) == 20
        assert not ports[0].answers()
        with socket.socket() as other, pytest.raises(OSError, match="in use"):
            other.bind(("127.0.0.1", ports[0].number))
        with socket.create_server(("127.0.0.1", ports[0].number)):  # with SO_REUSEADDR
            assert not ports[0].answers()  # to accept is not to answer
    finally:
        for port in ports:
            port.let_go()
