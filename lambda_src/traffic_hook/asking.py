"""Ask a version every probe, as API Gateway would, and judge what it answers."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from probes import BadAnswer, Kind, Probe, events, redact, verdict

from .clock import Clock
from .configuration import Lambda

KIND: Kind = "http_api_v2"  # what the HTTP API in front of the alias sends


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

    First all probes at the same moment: Lambda gives each an environment of its own, so that
    none finds loaded what another loaded. Then each once more, as all later calls.

    Raises:
        Failed: there is no time for one of them.
    """

    def ask(probe: Probe) -> tuple[str, ...]:
        reasons, following = _ask(client, probe, function=function, qualifier=qualifier)
        while following is not None:
            clock.allow(f"probe {probe.name}, {following.step}", call_seconds)
            reasons, following = _ask(client, following, function=function, qualifier=qualifier)
        return reasons

    clock.allow("the first calls", call_seconds)
    with ThreadPoolExecutor(max_workers=len(probes)) as at_once:
        yield from _said("cold", zip(probes, at_once.map(ask, probes), strict=True))
    for probe in probes:
        clock.allow(f"probe {probe.name}", call_seconds)
        yield from _said("warm", [(probe, ask(probe))])


def _said(attempt: str, found: Iterable[tuple[Probe, tuple[str, ...]]]) -> Iterator[str]:
    for probe, reasons in found:
        if reasons:
            yield f"{probe.name} ({attempt}): {'; '.join(reasons)}"


def _ask(
    client: Lambda, probe: Probe, *, function: str, qualifier: str
) -> tuple[tuple[str, ...], Probe | None]:
    """What is wrong with the answer, or else the request that follows."""
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
        return (redact(f"{probe.step}{exc}", probe.secrets),), None
    if error := said.get("FunctionError"):
        return (f"{probe.step}the function ended with an error ({error})",), None
    return verdict(probe, answer)
