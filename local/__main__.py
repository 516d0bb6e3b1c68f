"""`make local`: the whole road on this machine."""

from __future__ import annotations

import argparse
import sys

from local import command
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


def main() -> int:
    """Walk the road; return the exit code."""
    options = _parser().parse_args()
    return command.run(lambda progress: walk(progress, way=options.engine, keep=options.keep))


if __name__ == "__main__":
    sys.exit(main())
