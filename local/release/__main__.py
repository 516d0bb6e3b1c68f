"""`make rehearse-release`: a release on this machine, a bad one and a good one."""

from __future__ import annotations

import argparse
import sys

from local import command
from local.release.rehearsal import rehearse

EXAMPLES = """\
example:
  make rehearse-release     takes about a minute, needs no AWS account and touches none

exit codes: 0 all of it held, 1 something did not, 2 it could not be rehearsed
"""


def main() -> int:
    """Rehearse; return the exit code."""
    argparse.ArgumentParser(
        prog="python -m local.release",
        description="Version 1 is deployed into the emulator and gets a steady load. Version 2 "
        "cannot log in: the traffic hook must refuse it, and the URL go on with version 1. "
        "Version 3 is good and takes over without a failed request. `gate rollback` goes back.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    ).parse_args()
    return command.run(rehearse)


if __name__ == "__main__":
    sys.exit(main())
