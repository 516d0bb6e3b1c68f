"""What Lambda runs when it publishes a version with SnapStart.

    python -m local.rehearsing.publish HANDLER

The handler is imported, and the hooks that it registered before the snapshot run, by the runtime
client's own functions. What fails in them fails the publishing. Run by the image's interpreter.

Exit codes: 0 the version would be published, 1 it would not, with the traceback that Lambda logs.
"""

from __future__ import annotations

import importlib
import logging
import os
import sys

from local.paths import BACKEND


def publish(handler: str) -> None:
    """Import the handler and run the hooks; raises whatever they raise."""
    os.environ["AWS_LAMBDA_INITIALIZATION_TYPE"] = "snap-start"
    sys.path.insert(0, str(BACKEND))
    os.chdir(BACKEND)
    module, _, name = handler.rpartition(".")
    getattr(importlib.import_module(module), name)
    importlib.import_module("awslambdaric.lambda_runtime_hooks_runner").run_before_snapshot()


def main(handler: str) -> int:
    """Publish; returns the exit code."""
    try:
        publish(handler)
    except Exception:  # whatever it is: Lambda does not publish then
        logging.exception("publish: %s: the version cannot be published", handler)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
