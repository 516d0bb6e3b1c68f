"""What is kept of a wrong answer: request, status, timing, and its body without any secret."""

from __future__ import annotations

import re
from collections.abc import Mapping

from probes.content import Unreadable, decoded, json_of
from probes.model import Answer, Json, Probe
from probes.redact import HIDDEN, redact
from probes.url import Result

BODY_LENGTH = 2000  # characters that are kept
JSON_BYTES = 64 * 1024  # a larger body is kept as text: its beginning says enough
SHOWN_LENGTH = 32  # a longer string without a blank may be a token
# Members of an answer that are secrets by their name, whatever they hold.
SECRET_NAME = re.compile(r"token|secret|passw|pwd|authorization|cookie|api_?key|session", re.I)
TOKEN = re.compile(rf"[\w.+/=-]{{{SHOWN_LENGTH},}}")
# Of an answer's headers these alone: others may set cookies.
HEADERS = ("content-type", "content-encoding", "content-length", "location", "retry-after",
           "x-request-id", "apigw-requestid", "x-amzn-errortype")  # fmt: skip


def evidence(result: Result) -> Mapping[str, Json]:
    """What is kept of one probe that was asked, as JSON; the request's values stay out."""
    probe, answer = result.request, result.answer
    kept: dict[str, Json] = {
        "probe": probe.name,
        "request": {
            "method": probe.method,
            "path": _clean(probe.path, probe),
            "headers": [*sorted(probe.headers)],
            "bytes": len(probe.body or b""),
        },
        "elapsed_ms": round(result.elapsed_ms),
        "reasons": list(result.reasons),
    }
    if answer is not None:
        kept["status"] = answer.status
        kept["headers"] = {
            name: _clean(answer.headers[name], probe) for name in HEADERS if name in answer.headers
        }
        kept["body"] = _body(probe, answer)
    return kept


def _body(probe: Probe, answer: Answer) -> Json:
    try:
        body = decoded(answer)
    except Unreadable as exc:
        return f"({exc})"
    if len(body) <= JSON_BYTES:
        try:
            return _value(json_of(body), probe)
        except Unreadable:
            pass  # then it is text
    return _clean(body[: 4 * BODY_LENGTH].decode(errors="replace"), probe)


def _value(value: Json, probe: Probe) -> Json:
    if isinstance(value, dict):
        return {
            _clean(name, probe): HIDDEN if SECRET_NAME.search(name) else _value(member, probe)
            for name, member in value.items()
        }
    if isinstance(value, list):
        return [_value(member, probe) for member in value]
    return _clean(value, probe) if isinstance(value, str) else value


def _clean(text: str, probe: Probe) -> str:
    return TOKEN.sub(HIDDEN, redact(text, probe.secrets))[:BODY_LENGTH]
