"""Read probes.toml: strictly, so that a misspelled expectation never passes as no expectation."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote, urlencode

from probes.content import decoded, json_of
from probes.model import Answer, Expect, Probe, ProbeError
from probes.table import ANSWER, Table

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
STATUSES = range(200, 600)
JSON_TYPE, FORM_TYPE = "application/json", "application/x-www-form-urlencoded"

# What a request target holds as it is, beside letters, digits and "_.-~".
TARGET_SAFE = "/?&=%:@!$'()*+,;"


def load(path: Path, values: Mapping[str, str]) -> tuple[Probe, ...]:
    """The probes of a file, each `${NAME}` filled from `values` (the environment, a secret).

    `${NAME}` works in path, headers, and the strings of json, form and expectations; below `then`
    so does `${answer.NAME}`, for every NAME in json_has of the request before.

    Raises:
        ProbeError: the file, a key, a type or a `${NAME}` is not right; one line, which never
            quotes anything of `values`.
    """
    document = Table(str(path), _parsed(path), values)
    tables = document.tables("probe")
    document.end()
    probes = tuple(_probe(path, table) for table in tables)
    _must_differ(path, [probe.name for probe in probes])
    return probes


def _parsed(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as exc:
        raise ProbeError(f"{path}: {exc.strerror}; say where the probes are") from exc
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise ProbeError(f"{path}: not a TOML file: {exc}") from exc


def _must_differ(path: Path, names: list[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise ProbeError(f'{path}: two probes are named "{name}"; give each its own name')


def _probe(path: Path, table: Table) -> Probe:
    name = table.text("name")
    table.rename(f'{path}: probe "{name}"')
    return _request(table, name)


def _request(table: Table, name: str, step: str = "") -> Probe:
    """One request, what its answer must have, and the request that follows."""
    method = table.choice("method", METHODS)
    target = _target(table)
    headers = table.headers("headers")
    body, content_type = _body(table)
    if body is not None:
        headers.setdefault("content-type", content_type)
    expect = _expect(table.table("expect"))
    then = table.raw("then")
    table.end()
    probe = Probe(
        name=name,
        method=method,
        path=target,
        expect=expect,
        headers=headers,
        body=body,
        secrets=table.secrets,
        step=step,
    )
    return probe if then is None else replace(probe, then=_following(probe, table, then))


def _following(probe: Probe, table: Table, then: Mapping[str, object]) -> Callable[[Answer], Probe]:
    """What makes the next request of an answer; whatever is wrong with its table is said now."""
    step = f"then {then.get('method')} {then.get('path')}: "

    def request(members: Mapping[str, str]) -> Probe:
        values = {f"{ANSWER}{name}": value for name, value in members.items()}
        return _request(table.later("then", then, values), probe.name, step)

    request(dict.fromkeys(probe.expect.json_has, "x"))
    return lambda answer: request(_members(answer, probe.expect.json_has))


def _members(answer: Answer, names: Iterable[str]) -> dict[str, str]:
    """Members of an answer that was judged to have them, as texts."""
    whole, found = json_of(decoded(answer)), {}
    for name in names:
        value = whole
        for part in name.split("."):
            value = value[part] if isinstance(value, dict) else None
        found[name] = value if isinstance(value, str) else json.dumps(value)
    return found


def _target(table: Table) -> str:
    path = table.filled("path", encode=lambda value: quote(value, safe=""))
    if not path.startswith("/") or re.search(r"[\s#]", path) or not path.isprintable():
        raise table.wrong("path", 'must start with "/" and hold no blanks and no "#"')
    return quote(path, safe=TARGET_SAFE)


def _body(table: Table) -> tuple[bytes | None, str]:
    """The body and its content type: of `json` or of `form`, or none."""
    has_json, has_form = table.has("json"), table.has("form")
    if has_json and has_form:
        raise table.wrong("form", "stands beside json; a request has one body, remove one")
    if has_json:
        return json.dumps(table.json("json"), ensure_ascii=False).encode(), JSON_TYPE
    if has_form:
        return urlencode(table.strings("form")).encode(), FORM_TYPE
    return None, ""


def _expect(table: Table) -> Expect:
    status = table.integer("status")
    if status not in STATUSES:
        raise table.wrong("status", f"is {status}; a final HTTP status is 200 to 599")
    expect = Expect(
        status=status,
        json=table.json("json"),
        json_has=table.names("json_has"),
        headers=table.headers("headers"),
        within_ms=table.positive("within_ms"),
    )
    table.end()
    return expect
