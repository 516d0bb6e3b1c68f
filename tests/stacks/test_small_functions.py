"""What a small function may wait for AWS ends before Lambda ends the function."""

from __future__ import annotations

from typing import Any

import pytest

from lambda_src.alarm_message import handler as alarm_message
from lambda_src.alarm_message import releases
from lambda_src.deployment_mark import handler as deployment_mark
from lambda_src.start_watch import handler as start_watch
from tests.stacks.assembled import Assembled

# A function's module → the settings of each call that it makes: an alias, its version, its image,
# and then the message.
CALLS = {
    "alarm_message": [*[releases.CONFIG] * 3, alarm_message.CONFIG],
    "deployment_mark": [deployment_mark.CONFIG],
    "start_watch": [start_watch.CONFIG],
}


def most_seconds(config: Any) -> float:
    """All attempts, and the pauses before the second (a second at most), the third (two) …"""
    attempts = int(config.retries["total_max_attempts"])
    once = float(config.connect_timeout + config.read_timeout)
    return attempts * once + 2.0 ** (attempts - 1) - 1


@pytest.mark.parametrize("module", CALLS)
def test_it_ends_before_its_time(module: str, prod: Assembled) -> None:
    handler = f"{module}.handler.handler"
    functions = prod.of_type("AWS::Lambda::Function")
    limits = [f["Timeout"] for f in functions if f.properties.get("Handler") == handler]
    assert limits
    assert sum(map(most_seconds, CALLS[module])) < min(limits)
