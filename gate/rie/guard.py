"""Runs a command of which nothing outlives the process that asked for it.

    python -I -S guard.py PLAN

PLAN is JSON: `command`, an argument list; `largest_file`, how many bytes a file of its may have
(null: as many as it likes); `confine`, what `confine.confine` takes (null: it is not confined);
`afterwards`, a command to run when it has ended, for what is not a child of ours; `orphaned`, one
more for when the asking process is gone.

Standard input is the life line: when its other end closes, the command and everything that it
started end, whatever session they moved to and whatever signals they ignore. An asking process
that lives writes a byte before it closes; one that was killed does not. Linux only.
"""

import ctypes
import importlib
import json
import os
import resource
import select
import signal
import sys
from typing import Any, NoReturn

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
IGNORED_BY_PYTHON = (signal.SIGPIPE, signal.SIGXFSZ)
POLL_SECONDS = 0.05
NOT_RUN = 127


def main(
    command: list[str],
    largest_file: int | None,
    confine: dict[str, Any] | None,
    afterwards: list[str],
    orphaned: list[str],
) -> int:
    """Run the command until it ends or the life line does; return its exit code."""
    prctl = ctypes.CDLL(None).prctl
    # What loses its parent becomes our child, so that we find it.
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    for number in ENDING:
        signal.signal(number, _end)
    last = [afterwards]
    try:
        child = os.fork()
        if not child:
            prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
            if largest_file is not None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))
            _confine(confine)
            _become(command)
        code = _wait(child)
        if code is None and not os.read(0, 1):
            last.append(orphaned)
        return code or 0
    finally:
        for number in ENDING:  # not again
            signal.signal(number, signal.SIG_IGN)
        _end_children()
        for final in filter(None, last):
            _run(final)


def _confine(how: dict[str, Any] | None) -> None:
    if how is None:
        return
    sys.path.insert(0, os.path.dirname(__file__))  # noqa: PTH120 - pathlib takes its time
    confine = importlib.import_module("confine")  # a script beside this one
    try:
        confine.confine(**how)
    except OSError as exc:
        os.write(2, f"it cannot be confined: {exc.strerror}\n".encode())
        os._exit(NOT_RUN)


def _run(command: list[str]) -> None:
    if not os.fork():
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # the log is not for this one
        _become(command)
    _end_children(kill=False)


def _end(number: int, _: object) -> NoReturn:
    sys.exit(128 + number)


def _become(command: list[str]) -> NoReturn:
    for number in (*ENDING, *IGNORED_BY_PYTHON):
        signal.signal(number, signal.SIG_DFL)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)  # the life line is ours alone
    try:
        os.execv(command[0], command)  # noqa: S606 - an argument list, no shell
    except OSError as exc:
        os.write(2, f"{command[0]}: {exc.strerror}\n".encode())
    os._exit(NOT_RUN)


def _wait(child: int) -> int | None:
    """The child's exit code, or None when the life line ended before it."""
    while not select.select([0], [], [], POLL_SECONDS)[0]:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == child:
            return os.waitstatus_to_exitcode(status)
    return None


def _end_children(*, kill: bool = True) -> None:
    """Kill our children, and those that they leave to us, until there are none; or just wait."""
    while True:
        for pid in _children() if kill else ():
            os.kill(pid, signal.SIGKILL)
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def _children() -> list[int]:
    names = os.listdir("/proc")  # noqa: PTH208 - pathlib would take as long as all the rest
    return [int(name) for name in names if name.isdigit() and _is_child(name)]


def _is_child(pid: str) -> bool:
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123 - as above
            # pid (command, which may hold anything) state parent …
            return int(file.read().rpartition(b")")[2].split()[1]) == os.getpid()
    except OSError:  # it has just ended
        return False


if __name__ == "__main__":
    sys.exit(main(**json.loads(sys.argv[1])))
