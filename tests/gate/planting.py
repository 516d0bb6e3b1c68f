"""What the gate's tests share: types of their fixtures, and waiting without sleeping."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]

Plant = Callable[[Mapping[str, str]], Path]
RunGate = Callable[..., subprocess.CompletedProcess[str]]


def wait_until(condition: Callable[[], bool], seconds: float = 20) -> None:
    """Poll until ``condition()`` holds; fail when it does not in time."""
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit, "it did not happen in time"
        threading.Event().wait(0.01)
