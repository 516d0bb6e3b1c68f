"""`make local`: the whole road on this machine."""

from __future__ import annotations

import argparse
import signal
import sys
from types import FrameType
from typing import NoReturn

from local.console import Progress
from local.errors import RoadError
from local.road import WAYS, walk

EXAMPLES = """\
examples:
  make local                 the road once, then everything ends
  make local ENGINE=docker   the same with the real image in a private container engine
  make local ARGS=--keep     leave it running; Ctrl-C ends it

exit codes: 0 the road was walked, 1 it found something, 2 it could not be walked
"""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m local",
        description="Gate, synth, deploy into the emulator, probe, watch, verify: on this machine.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--engine", choices=sorted(WAYS), default="rie", help="who runs the functions: %(default)s"
    )
    parser.add_argument("--keep", action="store_true", help="leave everything running until Ctrl-C")
    return parser


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def main() -> int:
    """Walk the road; return the exit code."""
    options = _parser().parse_args()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)  # so that every service is ended on the way out
    progress = Progress()
    try:
        walk(progress, way=options.engine, keep=options.keep)
    except RoadError as exc:
        progress.console.print(f"[red]stopped:[/red] {exc.reason}", markup=True)
        progress.console.print(f"to do: {exc.todo}", markup=False)
        return exc.exit_code
    except KeyboardInterrupt:
        progress.console.print("interrupted; everything was ended")
        return 130
    progress.console.print(f"[green]done[/green] in {progress.seconds:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
