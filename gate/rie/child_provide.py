"""Holds somebody's context manager open while a function runs; a script of its own interpreter.

    python child_provide.py MODULE:NAME DESCRIPTOR

Enters `MODULE.NAME()`, writes one JSON object to the descriptor, `{"variables": {…}}` or
`{"error": "…"}`, and leaves the context when standard input ends, or on SIGTERM.
"""

import importlib
import json
import os
import signal
import sys
from collections.abc import Mapping


def main(spec: str, descriptor: int) -> int:
    """Hold the context until we are let go; return the exit code."""
    sys.path[0] = os.getcwd()  # noqa: PTH109 - sys.path holds strings
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    module, _, name = spec.partition(":")
    told = False
    try:
        with getattr(importlib.import_module(module), name)() as variables:
            if not _are_variables(variables):
                raise TypeError("it does not yield a mapping of strings to strings")
            _tell(descriptor, {"variables": dict(variables)})
            told = True
            sys.stdin.buffer.read()
    except Exception as exc:
        if told:
            raise
        _tell(descriptor, {"error": f"{type(exc).__name__}: {exc}"})
        return 1
    return 0


def _are_variables(variables: object) -> bool:
    return isinstance(variables, Mapping) and all(
        isinstance(text, str) for item in variables.items() for text in item
    )


def _tell(descriptor: int, what: dict[str, object]) -> None:
    with os.fdopen(descriptor, "w", encoding="utf-8") as pipe:
        json.dump(what, pipe)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2])))
