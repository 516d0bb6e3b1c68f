"""What every command of the local road does around its work: signals, errors, exit codes."""

from __future__ import annotations

import signal
from collections.abc import Callable
from types import FrameType
from typing import NoReturn

from local.console import Progress
from local.errors import RoadError

INTERRUPTED = 130


def run(work: Callable[[Progress], None]) -> int:
    """Do the work, say how it ended, and return the exit code; whatever it started is ended."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)  # so that every service is ended on the way out
    progress = Progress()
    try:
        work(progress)
    except RoadError as exc:
        progress.console.print(f"[red]stopped:[/red] {exc.reason}", markup=True)
        progress.console.print(f"to do: {exc.todo}", markup=False)
        return exc.exit_code
    except KeyboardInterrupt:
        progress.console.print("interrupted; everything was ended")
        return INTERRUPTED
    progress.console.print(f"[green]done[/green] in {progress.seconds:.0f} s")
    return 0


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt
