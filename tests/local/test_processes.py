import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from local import processes
from local.errors import CannotRun, RoadError

ENVIRONMENT = dict(os.environ)
STUBBORN = """
import os, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
if os.fork() == 0:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
print(os.getpid(), flush=True)
time.sleep(600)
"""


def group_is_empty(group: int) -> bool:
    """Whether the group's last member is gone, soon: a killed orphan is reaped by init."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
    return False


def pids(log: Path) -> list[int]:
    return [int(line) for line in log.read_text().splitlines()]


def alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def is_ready(log: Path) -> bool:
    return log.exists() and len(pids(log)) == 2


def test_a_service_that_ignores_sigterm_is_ended_with_its_children(tmp_path: Path) -> None:
    log = tmp_path / "log"
    command = [sys.executable, "-c", STUBBORN]
    with processes.running(command, environment=ENVIRONMENT, log=log, cwd=tmp_path) as process:
        processes.wait_until(lambda: is_ready(log), what="it", process=process, log=log, seconds=20)
    assert not any(map(alive, pids(log)))


def test_an_interrupted_command_leaves_nothing(tmp_path: Path) -> None:
    script = (
        "import sys, os; from pathlib import Path; from local import processes\n"
        "processes.run([sys.executable, '-c', sys.argv[1]], environment=dict(os.environ),"
        " cwd=Path.cwd())"
    )
    child = (
        "import os, time; print(os.getpid(), file=open('pid', 'w'), flush=True); time.sleep(600)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, child],
        cwd=tmp_path,
        env=ENVIRONMENT | {"PYTHONPATH": str(Path(__file__).parents[2])},
        stderr=subprocess.DEVNULL,
    ) as process:
        pid = tmp_path / "pid"
        while not (pid.exists() and pid.read_text().endswith("\n")):
            assert process.poll() is None
        process.send_signal(2)
        process.wait(20)
    assert group_is_empty(int(pid.read_text()))


def test_a_service_that_ends_early_is_told_with_the_tail_of_its_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    command = [sys.executable, "-c", "print('no such port'); raise SystemExit(3)"]
    with (
        processes.running(command, environment=ENVIRONMENT, log=log, cwd=tmp_path) as process,
        pytest.raises(RoadError, match=r"it ended by itself:\n    no such port"),
    ):
        processes.wait_until(lambda: False, what="it", process=process, log=log, seconds=20)


def test_a_program_that_is_not_there_is_one_clear_error(tmp_path: Path) -> None:
    with (
        pytest.raises(CannotRun, match="no-such-program is not there"),
        processes.running(
            ["no-such-program"], environment=ENVIRONMENT, log=tmp_path / "log", cwd=tmp_path
        ),
    ):
        pytest.fail("it is not there")


def test_output_and_exit_code_of_a_command_are_kept(tmp_path: Path) -> None:
    script = "import sys; print('out'); print('err', file=sys.stderr); sys.exit(4)"
    done = processes.run([sys.executable, "-c", script], environment=ENVIRONMENT, cwd=tmp_path)
    assert (done.returncode, sorted(done.stdout.split())) == (4, ["err", "out"])
