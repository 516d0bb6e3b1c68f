"""Carries out one request: prepares the interpreter, runs the task, sends the answer."""

from __future__ import annotations

import faulthandler
import importlib
import json
import os
import resource
import sys
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from .answer import CannotLookError, Channel, FailedError, from_exception


def main(folder: str) -> NoReturn:
    """Answer the request in ``folder``."""
    request = json.loads(Path(folder, "request.json").read_text(encoding="utf-8"))
    root: str = request["root"]
    channel = Channel(folder, root)
    sys.dont_write_bytecode = False  # our own modules may be compiled …
    task = importlib.import_module(f".{request['task']}", __package__)
    _bound_memory(request["memory"])
    _stand_in_root(root)
    _dump_stack_at_time_limit(folder, request["timeout"])
    channel.watch_exit()
    try:
        channel.send({"value": task.run(request)})
    except FailedError as exc:
        channel.send({"failed": exc.document})
    except CannotLookError as exc:
        channel.send({"cannot": str(exc)})
    except BaseException as exc:  # noqa: BLE001 - even SystemExit must become an answer
        channel.send({"failed": from_exception("inspection-failed", exc, root).document})


def _bound_memory(limit: int) -> None:
    """Give the judged code ``limit`` bytes; should the machine run short before, it goes first."""
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    bounded = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (bounded, hard))
    with suppress(OSError):  # Linux's own
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")


def _stand_in_root(root: str) -> None:
    """Be where Lambda and the server of the developer's machine would be: in the source root."""
    sys.dont_write_bytecode = True  # … those of the tree that is judged may not
    sys.argv = [""]
    sys.path[0] = root
    os.chdir(root)


def _dump_stack_at_time_limit(folder: str, seconds: float) -> None:
    """Write where the code hangs, and end: also when the parent is gone."""
    stream = Path(folder, "stack.txt").open("w", encoding="utf-8")  # noqa: SIM115 - open for good
    faulthandler.enable(stream)
    faulthandler.dump_traceback_later(seconds, exit=True, file=stream)
