"""One call of a function with one probe, and whether its answer was right."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from gate.report import one_line
from gate.rie.function import Function
from gate.rie.invocation import Invocation
from probes import BadAnswer, Gateway, Probe, events, redact, verdict

Temperature = Literal["cold", "warm"]

# How often each gateway asks one probe.
TEMPERATURES: tuple[Temperature, ...] = get_args(Temperature)

OK = 200
INIT_FAILED, DIED, TIMEOUT, WRONG_ANSWER = "init-failed", "died", "timeout", "wrong-answer"
REQUEST_ID = re.compile(r"RequestId: \S+ (Error: )?")
# Errors of the emulator's that are no death.
FAULTS = {"Function.ResponseSizeTooLarge": "too-large"}
PROCESS_IS_GONE = (INIT_FAILED, DIED, TIMEOUT)


@dataclass(frozen=True)
class Attempt:
    """What came of it: `fault` is empty when the answer was right. It shows no secret.

    `fault` is one of the words above, or what `probes.BadAnswer` calls the defect; times are in
    milliseconds of our own clock, `init_ms` where this call initialised the process.
    """

    probe: str
    gateway: str
    temperature: Temperature
    elapsed_ms: float
    init_ms: float | None
    fault: str
    reasons: tuple[str, ...]
    log: str

    @property
    def name(self) -> str:
        """The attempt in a few words."""
        return f"{self.probe}, {self.way}"

    @property
    def way(self) -> str:
        """How the probe was asked."""
        return f"{self.temperature} {self.gateway}"


def attempt(
    function: Function,
    probe: Probe,
    gateway: Gateway,
    temperature: Temperature,
    hidden: Sequence[str],
) -> Attempt:
    """Call the function as a gateway would for the probe, and judge what a client receives.

    A right answer may lead to further requests, in the same process: the first that gets a wrong
    one ends the attempt. `hidden` are values that must not be shown, beside the probe's own.
    """
    request, elapsed_ms, init_ms = probe, 0.0, None
    initialises = temperature == "cold"
    while True:
        invocation = function.invoke(events.event(gateway, request))
        elapsed_ms += invocation.elapsed_ms
        init_ms = invocation.init_ms if initialises else init_ms
        fault, reasons, following = _verdict(invocation, request, gateway, initialises=initialises)
        if following is None:
            break
        request, initialises = following, False
    secrets = (*request.secrets, *hidden)
    return Attempt(
        probe=probe.name,
        gateway=gateway.name,
        temperature=temperature,
        elapsed_ms=elapsed_ms,
        init_ms=init_ms,
        fault=fault,
        reasons=tuple(redact(one_line(reason), secrets) for reason in reasons),
        log=redact(function.log_tail(), secrets) if fault else "",
    )


def _verdict(
    invocation: Invocation, probe: Probe, gateway: Gateway, *, initialises: bool
) -> tuple[str, tuple[str, ...], Probe | None]:
    """The fault and its reasons, or else the request that follows."""
    if invocation.status != OK:
        error, reason = _error(invocation.payload)
        in_init = initialises and invocation.init_ms is None
        fault = INIT_FAILED if in_init else FAULTS.get(error, DIED)
        return fault, (f"{probe.step}{reason}",), None
    try:
        answer = events.received(
            invocation.payload,
            invocation.elapsed_ms,
            gateway=gateway,
            accept=probe.headers.get("accept", "application/json"),
        )
    except BadAnswer as exc:
        return exc.defect, (f"{probe.step}{exc}",), None
    reasons, following = verdict(probe, answer)
    return (WRONG_ANSWER if reasons else ""), reasons, following


def _error(payload: bytes) -> tuple[str, str]:
    """The kind of an error, and what the emulator says about it; it may say nothing."""
    try:
        said = json.loads(payload)
    except ValueError:
        return "", "the process ended without a word"
    # Without the request's id: what is wrong is the same in every request.
    message = REQUEST_ID.sub("", str(said.get("errorMessage")))
    return str(said.get("errorType")), f"{said.get('errorType')}: {message}"
