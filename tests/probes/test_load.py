from __future__ import annotations

import json
from pathlib import Path

import pytest

from probes import Answer, Expect, Probe, ProbeError, load, verdict

REPOSITORY = Path(__file__).parents[2]
SECRET = "s3cret/vàlue"
HEALTH = """
[[probe]]
name = "health"
method = "GET"
path = "/health"
[probe.expect]
status = 200
"""


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "probes.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_the_projects_own_probes_load() -> None:
    values = {"PROBE_EMAIL": "a@example.com", "PROBE_PASSWORD": SECRET}
    probes = load(REPOSITORY / "probes.toml", values)
    assert [probe.name for probe in probes] == ["health", "ready", "login", "compression"]
    login = probes[2]
    assert json.loads(login.body or b"") == {"email": "a@example.com", "password": SECRET}
    assert login.headers["content-type"] == "application/json"
    assert set(login.secrets) == {"a@example.com", SECRET}
    assert login.expect.json_has == ("access_token", "refresh_token")
    assert login.then is not None


def test_a_probe_of_everything(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        """
        [[probe]]
        name = "all"
        method = "PUT"
        path = "/things/${NAME}?q=é"
        headers = { X-Key = "key ${NAME}" }
        json = { deep = [{ value = "<${NAME}>" }], count = 1, yes = true, half = 0.5 }
        [probe.expect]
        status = 201
        json = { deep = { name = "${NAME}" } }
        json_has = ["token"]
        headers = { Content-Type = "application/json" }
        within_ms = 1500
        """,
    )
    (probe,) = load(file, {"NAME": "a/b c"})
    assert probe == Probe(
        name="all",
        method="PUT",
        path="/things/a%2Fb%20c?q=%C3%A9",
        headers={"x-key": "key a/b c", "content-type": "application/json"},
        body=b'{"deep": [{"value": "<a/b c>"}], "count": 1, "yes": true, "half": 0.5}',
        expect=Expect(
            status=201,
            json={"deep": {"name": "a/b c"}},
            json_has=("token",),
            headers={"content-type": "application/json"},
            within_ms=1500,
        ),
        secrets=("a/b c",),
    )


def test_a_form_is_encoded(tmp_path: Path) -> None:
    form = HEALTH.replace('"GET"', '"POST"').replace(
        "[probe.expect]", 'form = { username = "${NAME}" }\n[probe.expect]'
    )
    (probe,) = load(written(tmp_path, form), {"NAME": "a&b"})
    assert probe.body == b"username=a%26b"
    assert probe.headers == {"content-type": "application/x-www-form-urlencoded"}


def test_a_content_type_of_its_own_stays(tmp_path: Path) -> None:
    text = HEALTH.replace(
        "[probe.expect]",
        'json = {}\nheaders = { Content-Type = "application/vnd.x+json" }\n[probe.expect]',
    )
    (probe,) = load(written(tmp_path, text), {})
    assert probe.headers == {"content-type": "application/vnd.x+json"}


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('path = "/health"', 'pth = "/health"', 'probe "health": path is missing'),
        ("status = 200", "status = 200\nwithin = 3", 'probe "health": expect: within is not a'),
        ('name = "health"', "name = 3", "probe 1: name must be a string"),
        ('name = "health"', 'name = ""', "probe 1: name is empty"),
        ('method = "GET"', 'method = "GRAB"', 'method is "GRAB"; choose one of GET, HEAD'),
        ('path = "/health"', 'path = "health"', "path must start with"),
        ('path = "/health"', 'path = "/a b"', "path must start with"),
        ('path = "/health"', 'path = "/a#b"', "path must start with"),
        ('path = "/health"', 'path = "/a"\nheaders = { a = 1 }', "headers must hold strings"),
        ('path = "/health"', 'path = "/a"\nheaders = { "a b" = "1" }', "is not the name of a"),
        ('path = "/health"', 'path = "/a"\nheaders = { a = "1\\n" }', "must be printable ASCII"),
        ('path = "/health"', 'path = "/a"\njson = { a = 2020-01-01 }', "json.a is a date"),
        ('path = "/health"', 'path = "/a"\njson = {}\nform = {}', "form stands beside json"),
        ('path = "/health"', 'path = "/${oops"', "path has a ${ that is not ${NAME}"),
        ('path = "/health"', 'path = "/${1}"', "path has a ${ that is not ${NAME}"),
        ("status = 200", 'status = "200"', "expect: status must be a whole number"),
        ("status = 200", "status = true", "expect: status must be a whole number"),
        ("status = 200", "status = 100", "expect: status is 100"),
        ("status = 200", "", "expect: status is missing"),
        ("[probe.expect]\nstatus = 200", "", "expect is missing"),
        ("status = 200", "status = 200\njson_has = []", "json_has must be a list of names"),
        ("status = 200", "status = 200\njson_has = [1]", "json_has must be a list of names"),
        ("status = 200", "status = 200\nwithin_ms = 0", "within_ms must be a number above 0"),
        ("status = 200", "status = 200\nwithin_ms = nan", "within_ms must be a number above 0"),
        ("[[probe]]", "[probe]", "probe must be a list"),
        ("[[probe]]", "[[probe]", "not a TOML file"),
        ("[[probe]]", "x = 1\n[[probe]]", "x is not a known key; known are probe"),
        (HEALTH, "", "probe is missing"),
        (HEALTH, "probe = []", "write [[probe]] above each"),
        (HEALTH, HEALTH + HEALTH, 'two probes are named "health"'),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    assert old in HEALTH
    file = written(tmp_path, HEALTH.replace(old, new))
    with pytest.raises(ProbeError) as caught:
        load(file, {})
    message = str(caught.value)
    assert complaint in message
    assert message.startswith(f"{file}: ")
    assert len(message.splitlines()) == 1


@pytest.mark.parametrize("values", [{}, {"NAME": ""}])
def test_a_missing_value_is_named(tmp_path: Path, values: dict[str, str]) -> None:
    file = written(tmp_path, HEALTH.replace("/health", "/${NAME}"))
    with pytest.raises(ProbeError, match=r"path needs \$\{NAME\}, which is not set; set NAME"):
        load(file, values)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ProbeError, match="No such file or directory"):
        load(tmp_path / "no.toml", {})


def test_no_message_quotes_a_value(tmp_path: Path) -> None:
    wrong = [
        HEALTH.replace('path = "/health"', 'path = "${NAME}"\nheaders = { a = "${NAME}" }'),
        HEALTH.replace('path = "/health"', 'path = "/"\nheaders = { a = "${NAME}" }'),
    ]
    for text in wrong:
        with pytest.raises(ProbeError) as caught:
            load(written(tmp_path, text), {"NAME": SECRET})
        assert SECRET not in repr(caught.value)


def test_no_repr_shows_a_value(tmp_path: Path) -> None:
    text = HEALTH.replace(
        'path = "/health"',
        'path = "/${NAME}"\njson = { a = "${NAME}" }\nheaders = { a = "${ASCII}" }',
    ).replace("status = 200", 'status = 200\njson = { a = "${NAME}" }')
    (probe,) = load(written(tmp_path, text), {"NAME": SECRET, "ASCII": "ascii-secret"})
    for shown in (repr(probe), str(probe), repr(probe.expect), f"{[probe]}"):
        assert "s3cret" not in shown
        assert "ascii-secret" not in shown


LOGIN = (
    HEALTH.replace("status = 200", 'status = 200\njson_has = ["token", "user.id"]')
    + """
[probe.then]
method = "GET"
path = "/users/${answer.user.id}"
headers = { authorization = "Bearer ${answer.token}", x-name = "${NAME}" }
[probe.then.expect]
status = 200
json = { name = "${NAME}" }
"""
)


def test_a_right_answer_leads_to_the_next_request(tmp_path: Path) -> None:
    (probe,) = load(written(tmp_path, LOGIN), {"NAME": "n"})
    assert probe.then is not None
    body = json.dumps({"token": "t-1", "user": {"id": 7}}).encode()
    assert probe.then(Answer(200, {}, body, 1.0)) == Probe(
        name="health",
        method="GET",
        path="/users/7",
        headers={"authorization": "Bearer t-1", "x-name": "n"},
        expect=Expect(status=200, json={"name": "n"}),
        secrets=("7", "t-1", "n"),
        step="then GET /users/${answer.user.id}: ",
    )
    assert probe.secrets == ()


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('path = "/users/', 'paht = "/users/', "then: path is missing; it is a string"),
        ('method = "GET"\npath = "/users/', 'path = "/users/', "then: method is missing"),
        ("json = { name", "jsn = { name", "then: expect: jsn is not a known key"),
        ('"token", ', "", '"token" in json_has of the request before'),
        ("${NAME}", "${OTHER}", "needs ${OTHER}, which is not set; set OTHER"),
        ('"/health"', '"/${answer.token}"', "which is not set; write it in [probe.then]"),
        ("[probe.then]", "[probe.than]", "than is not a known key"),
    ],
)
def test_what_is_wrong_with_the_next_request_is_named_when_it_is_read(
    tmp_path: Path, old: str, new: str, complaint: str
) -> None:
    assert old in LOGIN
    with pytest.raises(ProbeError) as caught:
        load(written(tmp_path, LOGIN.replace(old, new, 1)), {"NAME": "n"})
    assert complaint in str(caught.value)


def test_an_answer_that_cannot_stand_in_a_request_is_a_reason_and_is_not_shown(
    tmp_path: Path,
) -> None:
    (probe,) = load(written(tmp_path, LOGIN), {"NAME": "n"})
    body = json.dumps({"token": "s3cret\r\nX-Admin: 1", "user": {"id": 7}}).encode()
    (reason,), following = verdict(probe, Answer(200, {}, body, 1.0))
    assert following is None
    assert "headers.authorization must be printable ASCII" in reason
    assert "s3cret" not in reason


def test_without_times_what_follows_has_none_either(tmp_path: Path) -> None:
    timed = LOGIN.replace("status = 200", "status = 200\nwithin_ms = 5")
    (probe,) = load(written(tmp_path, timed), {"NAME": "n"})
    answer = Answer(200, {}, json.dumps({"token": "t", "user": {"id": 7}}).encode(), 1.0)
    assert probe.then is not None
    assert (probe.expect.within_ms, probe.then(answer).expect.within_ms) == (5, 5)
    untimed = probe.untimed()
    assert untimed.then is not None
    assert (untimed.expect.within_ms, untimed.then(answer).expect.within_ms) == (None, None)
