"""`python -m gate.rie` fetches the emulator and says where it is."""

from __future__ import annotations

import sys

from gate.report import CannotLook
from gate.rie import binary


def main() -> int:
    """Fetch it; return the exit code."""
    try:
        sys.stdout.write(f"{binary.ensure()}\n")
    except CannotLook as exc:
        sys.stderr.write(f"gate.rie: {exc}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
