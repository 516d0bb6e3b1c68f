"""The probes asked over HTTP, of whatever runs behind a URL."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gate.report import CannotLook, Case, Finding, Report, one_line
from probes import Probe, ProbeError, redact, url
from probes.url import Result


def ask(
    check: str, base: str, probes: Iterable[Probe], timeout: float, hidden: Sequence[str]
) -> Report:
    """Ask every probe once, and report what is wrong with the answers.

    Args:
        check: the check's name, with which every rule begins.
        base: the URL before the probes' paths.
        probes: what to ask.
        timeout: seconds for each answer, the name look-up included.
        hidden: values that must not be shown, beside the probes' own.

    Raises:
        CannotLook: `base` is no URL.
    """
    try:
        results = url.run(base, probes, timeout)
    except ProbeError as exc:
        raise CannotLook(f"--url: {exc}") from exc
    cases = tuple(Case(one.probe.name, _reasons(one, hidden), one.elapsed_ms) for one in results)
    return Report(
        check,
        findings=tuple(
            _finding(check, one, case)
            for one, case in zip(results, cases, strict=True)
            if case.reasons
        ),
        notes=tuple(f"{case.name}: {case.elapsed_ms:.0f} ms" for case in cases),
        cases=cases,
    )


def _reasons(result: Result, hidden: Sequence[str]) -> tuple[str, ...]:
    secrets = (*result.request.secrets, *hidden)
    return tuple(redact(one_line(reason), secrets) for reason in result.reasons)


def _finding(check: str, result: Result, case: Case) -> Finding:
    silent = result.answer is None
    return Finding(
        f"{check}.no-answer" if silent else f"{check}.wrong-answer",
        f"{case.name}: {'; '.join(case.reasons)}",
        fix="see whether it runs, and whether the URL is its own"
        if silent
        else "correct what runs there, or what the probe expects",
    )
