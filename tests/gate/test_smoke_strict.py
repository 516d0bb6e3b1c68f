"""What Lambda would not let a function do, and what its callers would not take from it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from gate.allowances import Allowance
from gate.checks import smoke
from gate.report import CannotLook, Report
from gate.rie import confinement
from gate.rie.confinement import Confinement
from gate.rie.variables import handed
from probes import Kind
from probes.gateway import DEFAULTS
from tests.gate.planting import REPOSITORY, Plant, RunGate
from tests.gate.processes import VARIABLE, marked, new_mark

pytestmark = pytest.mark.slow

HANDLERS = REPOSITORY / "tests" / "assets" / "handlers"
HTTP: tuple[Kind, ...] = ("http_api_v2",)


def smoked(handler: str, *, kinds: tuple[Kind, ...] = HTTP, **more: Any) -> Report:
    given = {"timeout": 20.0, **more}
    return smoke.check(
        smoke.Target(
            root=given.pop("root", HANDLERS),
            handler=handler if "." in handler else f"handlers.{handler}",
            probes=given.pop("probes", HANDLERS / "probes.toml"),
            python=sys.executable,
            folder=HANDLERS,
            gateways=tuple(DEFAULTS[kind] for kind in kinds),
            **given,
        )
    )


@pytest.mark.parametrize(
    ("handler", "rule", "said"),
    [
        ("writes_beside_itself", "function-error", "Read-only file system"),
        ("needs_a_home", "function-error", "No such file or directory"),
        ("needs_root", "function-error", "OSError"),
        ("shares_memory", "function-error", "OSError"),
        ("bytes_for_an_answer", "malformed", "it is not JSON (5 bytes)"),
        ("a_set", "function-error", "Runtime.MarshalError"),
        ("not_a_number", "malformed", "it is not JSON"),
        ("a_number", "wrong-answer", "json is 5, not an object"),
        ("status_as_text", "malformed", "statusCode is not a whole number"),
        ("status_as_float", "malformed", "statusCode is not a whole number"),
        ("status_as_bool", "malformed", "statusCode is not a whole number"),
        ("header_without_value", "malformed", "header x-next is not a string"),
        ("not_base64", "malformed", "body is not what isBase64Encoded says"),
        ("large_body", "too-large", "Function.ResponseSizeTooLarge"),
    ],
)
def test_what_lambda_would_refuse_is_found(handler: str, rule: str, said: str) -> None:
    report = smoked(handler)
    assert {finding.rule for finding in report.findings} == {f"smoke.{rule}"}
    assert all(said in finding.message for finding in report.findings)


@pytest.mark.parametrize(
    "handler",
    [
        "writes_where_it_may",
        "cookie_in_headers",
        "reads_beside_itself",
        "serves_on_the_usual_port",
        "changes_its_environment",
    ],
)
def test_what_lambda_lets_pass_passes(handler: str) -> None:
    assert smoked(handler).findings == ()


def test_a_function_that_fails_when_it_is_warm() -> None:
    (finding,) = smoked("hangs_when_warm", timeout=0.5).findings
    assert finding.message == "hello (warm HTTP API 2.0): Task timed out after 0.50 seconds"


def test_a_child_that_outlives_its_call_is_ended() -> None:
    mark = new_mark()
    assert smoked("forks_and_answers", variables={VARIABLE: mark}).findings == ()
    assert marked(mark) == []


def test_a_load_balancer_wants_more_than_an_api() -> None:
    kinds: tuple[Kind, ...] = ("alb", "alb_multi_value")
    assert smoked("for_a_balancer", kinds=kinds).findings == ()
    (finding,) = smoked("ok", kinds=kinds).findings
    assert finding.message == "hello: the return is no proxy answer: isBase64Encoded is missing"


def test_what_cannot_be_enforced_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    found = Confinement("", read_only=False)
    monkeypatch.setattr(confinement, "find", lambda *_args, **_kwargs: found)
    monkeypatch.setattr(os, "getuid", lambda: 0)
    report = smoked("writes_where_it_may")
    assert report.findings == ()
    assert report.notes[-1] == (
        "not enforced on this machine: another user than root, a read-only file system, "
        "no home directory"
    )


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"app.py": "import Models", "models.py": ""}, "capital letters count"),
        ({"app.py": "import shop", "src/shop.py": ""}, "the folder has "),
        ({"app.py": "open('Data.json')", "data.json": ""}, "capital letters count"),
        ({"app.py": "import gone"}, "No module named 'gone'"),
    ],
)
def test_the_folder_tells_why_it_does_not_start(
    files: Mapping[str, str], said: str, plant: Plant
) -> None:
    report = smoked("app.handler", root=plant(files))
    (finding,) = report.findings
    assert finding.rule == "smoke.init-failed"
    assert said in finding.message


ALLOWED = (Allowance("smoke.link", "COPY puts it there", path="handlers.py"),)


@pytest.mark.parametrize(
    ("allowed", "rules"),
    [
        ((), ["smoke.link"]),
        (ALLOWED, []),
        ((*ALLOWED, Allowance("smoke.link", "gone")), ["smoke.allowance.unused"]),
    ],
)
def test_a_link_to_code_elsewhere_must_be_allowed(
    allowed: tuple[Allowance, ...], rules: list[str], tmp_path: Path
) -> None:
    (tmp_path / "app.py").write_text("from handlers import ok as handler\n")
    (tmp_path / "handlers.py").symlink_to(HANDLERS / "handlers.py")
    report = smoked("app.handler", root=tmp_path, allowed=allowed, file=tmp_path / "settings.toml")
    assert [finding.rule for finding in report.findings] == rules


# ------------------------------------------------------------------ the template

ENVIRONMENT = {"LOG_LEVEL": "INFO", "TOKEN": {"Fn::GetAtt": ["Secret", "Arn"]}}


def template(folder: Path, **more: Any) -> Path:
    function = {
        "PackageType": "Image",
        "ImageConfig": {"Command": ["handlers.shows_its_settings"]},
        "Timeout": 7,
        "MemorySize": 640,
        "Architectures": ["x86_64"],
        "Environment": {"Variables": ENVIRONMENT},
        **more,
    }
    stage = {"ApiId": {"Ref": "Api"}, "StageName": "blue"}
    integration = {
        "ApiId": {"Ref": "Api"},
        "PayloadFormatVersion": "2.0",
        "IntegrationUri": {"Fn::Sub": "arn:aws:apigateway:…/${Function.Arn}/invocations"},
    }
    resources = {
        "Function": {"Type": "AWS::Lambda::Function", "Properties": function},
        "Api": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"ProtocolType": "HTTP"}},
        "Stage": {"Type": "AWS::ApiGatewayV2::Stage", "Properties": stage},
        "Integration": {"Type": "AWS::ApiGatewayV2::Integration", "Properties": integration},
    }
    file = folder / "template.json"
    file.write_text(json.dumps({"Resources": resources}))
    return file


def probe(folder: Path, expected: Mapping[str, object]) -> Path:
    def toml(value: object) -> str:
        if isinstance(value, Mapping):
            return "{ " + ", ".join(f"{key} = {toml(one)}" for key, one in value.items()) + " }"
        return json.dumps(value)

    file = folder / "probes.toml"
    file.write_text(
        '[[probe]]\nname = "settings"\nmethod = "GET"\npath = "/settings"\n'
        f"[probe.expect]\nstatus = 200\njson = {toml(expected)}\n"
    )
    return file


def test_the_template_says_what_runs_and_with_what(run_gate: RunGate, tmp_path: Path) -> None:
    seen = {"LOG_LEVEL": "INFO", "TOKEN": "t0ken-of-ours", "EXTRA": "", "HOME": ""}
    seen["AWS_ENDPOINT_URL"] = "http://127.0.0.1:1"
    expected = {"seen": seen, "memory": 640, "path": "/blue/settings"}
    done = run_gate(
        *("smoke", "--local", "--root", str(HANDLERS)),
        *("--template", str(template(tmp_path)), "--probes", str(probe(tmp_path, expected))),
        *("--env", "TOKEN=t0ken-of-ours", "--env", "EXTRA=mine"),
        *("--env", "AWS_ENDPOINT_URL=http://127.0.0.1:1"),
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert "smoke: not handed over, as the template does not: EXTRA\n" in done.stdout
    assert "smoke: not enforced on this machine: 640 MB of memory\n" in done.stdout


def test_what_only_aws_knows_must_be_said(run_gate: RunGate, tmp_path: Path) -> None:
    file = template(tmp_path)
    given = ("--root", str(HANDLERS), "--probes", str(HANDLERS / "probes.toml"))
    done = run_gate("smoke", "--local", *given, "--template", str(file))
    assert (done.returncode, done.stdout) == (2, "")
    assert "Function: only AWS knows TOKEN; say --env NAME=VALUE, or let" in done.stderr


def test_the_templates_time_counts(run_gate: RunGate, tmp_path: Path) -> None:
    command = {"Command": ["handlers.hangs"]}
    file = template(tmp_path, Timeout=1, ImageConfig=command, Environment={})
    given = ("--root", str(HANDLERS), "--probes", str(HANDLERS / "probes.toml"))
    done = run_gate("smoke", "--local", *given, "--template", str(file), "--timeout", "50")
    assert done.returncode == 1
    assert "Task timed out after 1.00 seconds" in done.stdout


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--template", "no.json"), "no.json: No such file or directory"),
        (("--function", "x"), "say --template PATH"),
        (("--events", "sqs"), "--events 'sqs': known are http-api, http-api-1.0, rest, "),
    ],
)
def test_options_that_lead_nowhere(
    run_gate: RunGate, options: tuple[str, ...], reason: str
) -> None:
    done = run_gate("smoke", "--local", "--root", str(HANDLERS), *options)
    assert (done.returncode, done.stdout) == (2, "")
    assert reason in done.stderr


def test_variables_that_nobody_declares_are_no_fault() -> None:
    variables = handed(None, {"A": "1"}, {"A": "0", "B": "2"})
    assert (dict(variables.given), variables.left_out) == ({"A": "1", "B": "2"}, ())


# ------------------------------------------------------------------ who runs it


@pytest.mark.skipif(os.getuid() != 0, reason="another user can be had by root alone")
def test_without_namespaces_it_is_nobody(tmp_path: Path) -> None:
    """As in a container, say, where root may do little else."""
    python = Path("/usr/bin/python3")
    if not python.exists():
        pytest.skip("no interpreter that everybody may run")
    program = "import os; assert os.getuid() == 65534; open('/proc/self/status').read()"
    plan = Confinement("nobody", read_only=True).plan(tmp_path, tmp_path)
    child = os.fork()
    if not child:
        try:
            from gate.rie import confine  # noqa: PLC0415 - in the child alone

            confine.confine(**plan)  # type: ignore[arg-type]  # what the guard does with JSON
            os.execv(python, [str(python), "-I", "-S", "-c", program])  # noqa: S606 - no shell
        finally:
            os._exit(1)
    assert os.waitpid(child, 0)[1] == 0


def test_the_ways_to_confine_are_tried(tmp_path: Path) -> None:
    """An interpreter that finds nothing to run cannot be confined by any of them."""
    bare = tmp_path / "python"
    bare.write_text(f'#!/bin/sh\nexec {sys.executable} -S "$@"\n')
    bare.chmod(0o755)
    found = confinement.find(tmp_path, python=str(bare), binary=bare)
    assert found == Confinement("", read_only=False)


def test_a_trial_that_fails_is_said(tmp_path: Path) -> None:
    with pytest.raises(CannotLook, match="confinement cannot be tried"):
        confinement.find(tmp_path / "absent", python=sys.executable, binary=tmp_path)
