"""``python -m gate``, and the console script ``gate``."""

from __future__ import annotations

import gc
import os
import sys


def main() -> int:
    """Run the command line, or the quick way where that is enough; return the exit code."""
    arguments = sys.argv[1:]
    gc.disable()  # while modules are loaded, and in a short life, nothing is gained by collecting
    code = _quick(arguments) if "--static" in arguments else None
    if code is not None:
        os._exit(code)  # what was read need not be taken apart again, piece by piece
    from gate.cli import main as command_line  # noqa: PLC0415 - slow to import

    gc.freeze()
    gc.enable()
    return command_line()


def _quick(arguments: list[str]) -> int | None:
    from gate import bundle  # noqa: PLC0415 - the command line needs none

    found = bundle.use()
    try:
        from gate import quick  # noqa: PLC0415 - from the bundle

        code = quick.answer(arguments)
    finally:
        sys.meta_path.remove(found)
    if code is not None:
        bundle.keep(found)
    return code


if __name__ == "__main__":
    sys.exit(main())
