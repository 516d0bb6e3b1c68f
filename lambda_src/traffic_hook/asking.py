"""Ask a version every probe, as API Gateway would, and judge what it answers."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence

from probes import BadAnswer, Kind, Probe, events, judge, redact

from .clock import Clock
from .configuration import Lambda

KIND: Kind = "http_api_v2"  # what the HTTP API in front of the alias sends
# Each probe once as its first call, which loads what it needs, and once more as all later ones.
ROUNDS = ("cold", "warm")


def wrong_answers(
    client: Lambda,
    probes: Sequence[Probe],
    *,
    function: str,
    qualifier: str,
    clock: Clock,
    call_seconds: float,
) -> Iterator[str]:
    """One line on each answer that is wrong, without any secret.

    Raises:
        Failed: there is no time for one of them.
    """
    for attempt in ROUNDS:
        for probe in probes:
            clock.allow(f"probe {probe.name}", call_seconds)
            if reasons := _ask(client, probe, function=function, qualifier=qualifier):
                yield f"{probe.name} ({attempt}): {'; '.join(reasons)}"


def _ask(client: Lambda, probe: Probe, *, function: str, qualifier: str) -> tuple[str, ...]:
    event = events.FORMS[KIND](probe)
    start = time.monotonic()
    said = client.invoke(
        FunctionName=function, Qualifier=qualifier, Payload=json.dumps(event).encode()
    )
    payload = said["Payload"].read()
    elapsed_ms = (time.monotonic() - start) * 1000
    try:
        answer = events.answer(payload, elapsed_ms, kind=KIND)
    except BadAnswer as exc:
        return (redact(str(exc), probe.secrets),)
    if error := said.get("FunctionError"):
        return (f"the function ended with an error ({error})",)
    return judge(probe, answer)
