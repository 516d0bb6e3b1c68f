"""``python -m gate``, and the console script ``gate``."""

from __future__ import annotations

import gc
import os
import sys


def main() -> int:
    """Run the command line, or the quick way where that is enough; return the exit code."""
    arguments = sys.argv[1:]
    code = _quick(arguments) if "--static" in arguments else None
    if code is not None:
        os._exit(code)  # what was read need not be taken apart again, piece by piece
    from gate.cli import main as command_line  # noqa: PLC0415 - slow to import

    return command_line()


def _quick(arguments: list[str]) -> int | None:
    from gate import bundle  # noqa: PLC0415 - the command line needs none

    gc.disable()  # a short life: nothing is gained by collecting
    found = bundle.use()
    try:
        from gate import quick  # noqa: PLC0415 - from the bundle

        code = quick.answer(arguments)
    finally:
        gc.enable()
        sys.meta_path.remove(found)
    if code is not None:
        bundle.keep(found)
    return code


if __name__ == "__main__":
    sys.exit(main())
