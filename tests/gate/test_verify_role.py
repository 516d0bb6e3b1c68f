"""`gate verify --role-arn`: it looks as that role, or says in one line why it may not."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boto3
import pytest

from gate import aws
from gate.cli import main
from tests.gate import aws_answers

ROLE = "arn:aws:iam::222222222222:role/credmate-dev-verify"
LATER = datetime.datetime(2026, 1, 1, 1, tzinfo=datetime.UTC)


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "own")
    monkeypatch.delenv("AWS_SESSION_TOKEN", raising=False)


def put(monkeypatch: pytest.MonkeyPatch, answer: aws_answers.Answer) -> None:
    """Let AWS answer so whoever asks its STS."""
    kind = type("Answered", (aws_answers.Session,), {"answers": {"sts": answer}})
    monkeypatch.setattr(boto3, "Session", kind)


def test_what_is_asked_is_asked_as_the_role(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, Any]] = []

    def answer(operation: str, request: Mapping[str, Any]) -> Any:
        asked.append((operation, request["RoleArn"]))
        keys = {"AccessKeyId": "A" * 20, "SecretAccessKey": "s", "SessionToken": "t"}
        return {"Credentials": keys | {"Expiration": LATER}}

    put(monkeypatch, answer)
    session = aws.session("eu-west-1", ROLE)
    assert asked == [("AssumeRole", ROLE)]
    found = session.get_credentials()
    assert found is not None
    assert (found.access_key, found.token) == ("A" * 20, "t")
    assert session.region_name == "eu-west-1"


@pytest.mark.parametrize(
    ("code", "todo"),
    [
        ("AccessDenied", "ask for the permission it names"),
        ("ExpiredTokenException", "log in again"),
        ("Throttling", "wait a minute, run it again"),
    ],
)
def test_a_role_that_may_not_be_assumed_is_one_line_and_exit_code_2(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    code: str,
    todo: str,
) -> None:
    put(monkeypatch, aws_answers.refused(code, f"not authorized to assume {ROLE}"))
    (tmp_path / "manifest.json").write_text(
        '{"artifacts": {"a": {"type": "aws:cloudformation:stack", "properties": '
        '{"templateFile": "a.json", "stackName": "demo-dev-service"}}}}'
    )
    (tmp_path / "a.json").write_text("{}")
    options = ("--stage", "dev", "--assembly", str(tmp_path), "--region", "us-east-1")
    assert main(["verify", *options, "--role-arn", ROLE]) == 2
    printed = capsys.readouterr()
    (line,) = printed.err.splitlines()
    assert printed.out == ""
    assert line.startswith(f"gate verify: role {ROLE}: ")
    assert code in line and line.endswith(todo)
