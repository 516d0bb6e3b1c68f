"""``python -m gate``, and the console script ``gate``."""

from __future__ import annotations

import os
import sys

from gate import quick


def main() -> int:
    """Run the command line, or the quick way where that is enough; return the exit code."""
    code = quick.answer(sys.argv[1:])
    if code is not None:
        os._exit(code)  # what was read need not be taken apart again, piece by piece
    from gate.cli import main as command_line  # noqa: PLC0415 - slow to import

    return command_line()


if __name__ == "__main__":
    sys.exit(main())
