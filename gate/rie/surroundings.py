"""The environment in which a function finds itself: Lambda's, and nothing of this machine's."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from pathlib import Path

INIT_SECONDS = 10  # Lambda's own limit of the init phase
MEMORY_MB = 1024  # what a function is told that it has, when nobody says more
LARGEST_FILE = 512 * 1024 * 1024  # as much as a function has in /tmp: nobody fills the disk

# What Lambda sets itself, and the emulator does not.
LAMBDA = {
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_LAMBDA_FUNCTION_NAME": "function",
    "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
}
# What an image brings itself. No credentials of a person get in: their files are none, and
# there is no instance to ask.
MACHINE = {
    "PATH": os.defpath,
    "LANG": "en_US.UTF-8",
    "TZ": ":UTC",
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}


def in_image(given: Mapping[str, str], *, timeout_seconds: float, memory_mb: int) -> dict[str, str]:
    """What a function in a container sees beside its image's own variables.

    The emulator counts the init phase into the function's time, which Lambda does not: it gets
    enough for both, and our own clock keeps the limits. The function's context therefore shows
    more remaining time than there is.
    """
    return {
        **LAMBDA,
        **given,
        "AWS_LAMBDA_FUNCTION_TIMEOUT": str(math.ceil(timeout_seconds) + INIT_SECONDS + 1),
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(memory_mb),
    }


def on_this_machine(lambdas: Mapping[str, str], *, root: Path, temporary: Path) -> dict[str, str]:
    """All that a function sees which runs without a container."""
    return {**MACHINE, "TMPDIR": str(temporary), "LAMBDA_TASK_ROOT": str(root), **lambdas}
