"""Whether an answer is right: every way in which it is not, at once and without a secret."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator

from probes.content import Unreadable, decoded, json_of
from probes.model import Answer, Json, Probe, ProbeError
from probes.redact import redact

SHOWN_LENGTH = 32  # a longer string of an answer may be a token: it is described, not shown
EXPLANATIONS = ("detail", "message", "title", "error")  # where frameworks say what went wrong
EXPLANATION_LENGTH = 400
REDIRECT = 3  # the class of a status: 3xx


def judge(probe: Probe, answer: Answer) -> tuple[str, ...]:
    """Every reason why the answer is not the expected one; empty when it is right."""
    return tuple(
        redact(f"{probe.step}{reason}", probe.secrets)
        for question in QUESTIONS
        for reason in question(probe, answer)
    )


def verdict(probe: Probe, answer: Answer) -> tuple[tuple[str, ...], Probe | None]:
    """What `judge` says; of a right answer also the request that it leads to, if there is one."""
    reasons = judge(probe, answer)
    if reasons or probe.then is None:
        return reasons, None
    try:
        return (), probe.then(answer)
    except ProbeError as exc:  # what the answer holds cannot stand in a request
        return (redact(str(exc), probe.secrets),), None


def _status(probe: Probe, answer: Answer) -> Iterator[str]:
    if answer.status != probe.expect.status:
        said = redact(_explanation(answer), probe.secrets)[:EXPLANATION_LENGTH] + _redirect(answer)
        yield f"status is {answer.status}, not {probe.expect.status}{said}"


def _headers(probe: Probe, answer: Answer) -> Iterator[str]:
    for name, expected in probe.expect.headers.items():
        actual = answer.headers.get(name)
        if actual is None:
            yield f"header {name} is missing; expected is {_shown(expected)}"
        elif actual.strip() != expected.strip():
            yield f"header {name} is {_shown(actual)}, not {_shown(expected)}"


def _body(probe: Probe, answer: Answer) -> Iterator[str]:
    expect = probe.expect
    if probe.method == "HEAD":  # its answer has headers about a body, and no body
        return
    try:
        body = decoded(answer)
        if expect.json is None and not expect.json_has:
            return
        value = json_of(body)
    except Unreadable as exc:
        yield str(exc)
        return
    if expect.json is not None:
        yield from _differences("json", expect.json, value)
    for name in expect.json_has:
        yield from _absence(name, value)


def _time(probe: Probe, answer: Answer) -> Iterator[str]:
    limit = probe.expect.within_ms
    if limit is not None and answer.elapsed_ms > limit:
        yield f"took {answer.elapsed_ms:.0f} ms, more than {limit:.0f} ms"


QUESTIONS: tuple[Callable[[Probe, Answer], Iterator[str]], ...] = (_status, _headers, _body, _time)


def _differences(where: str, expected: Json, actual: Json) -> Iterator[str]:
    """Where `actual` lacks what `expected` has; more members are no difference."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        for name, value in expected.items():
            if name in actual:
                yield from _differences(f"{where}.{name}", value, actual[name])
            else:
                yield f"{where}.{name} is missing; expected is {_shown(value)}"
    elif isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        for index, value in enumerate(expected):
            yield from _differences(f"{where}[{index}]", value, actual[index])
    elif not _same(expected, actual):
        yield f"{where} is {_shown(actual)}, not {_shown(expected)}"


def _same(expected: Json, actual: Json) -> bool:
    # 1 is 1.0 in JSON, and neither is true.
    return expected == actual and isinstance(expected, bool) == isinstance(actual, bool)


def _absence(name: str, value: Json) -> Iterator[str]:
    """Complain when the member `a.b` is not there or empty. Its value is never shown."""
    for part in name.split("."):
        if not isinstance(value, dict) or part not in value:
            yield f"json.{name} is missing"
            return
        value = value[part]
    if value is None or value in ("", [], {}):
        yield f"json.{name} is empty"


def _explanation(answer: Answer) -> str:
    """What the application says about its error, where it says it as frameworks do."""
    try:
        value = json_of(decoded(answer))
    except Unreadable:
        return ""
    if isinstance(value, dict) and isinstance(value.get("error"), dict):
        value = value["error"]
    members = value if isinstance(value, dict) else {}
    texts = (members.get(name) for name in EXPLANATIONS)
    return next((f": {' '.join(text.split())}" for text in texts if isinstance(text, str)), "")


def _redirect(answer: Answer) -> str:
    """Where a redirect leads. Nobody follows it: a client may, and its POST may lose the body."""
    # Without the query and the fragment, which may hold a token.
    location = re.split("[?#]", answer.headers.get("location", ""))[0]
    return f": a redirect to {location}" if answer.status // 100 == REDIRECT and location else ""


def _shown(value: Json) -> str:
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if isinstance(value, str) and len(value) > SHOWN_LENGTH:
        return f"a string of {len(value)} characters"
    return json.dumps(value, ensure_ascii=False)
