"""`gate smoke --local` as a person runs it: the real emulator, real handlers, real exit codes."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.gate.planting import REPOSITORY, RunGate

pytestmark = pytest.mark.slow

HANDLERS = REPOSITORY / "tests" / "assets" / "handlers"
SECRET = "pa$$/wörd with blanks"
COMMON = ("smoke", "--local", "--root", str(HANDLERS))


def smoke(
    run_gate: RunGate, handler: str, *more: str, probes: str = "probes.toml"
) -> subprocess.CompletedProcess[str]:
    options = ("--handler", handler, "--probes", str(HANDLERS / probes), *more)
    return run_gate(*COMMON, *options)


def report(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    (one,) = json.loads(done.stdout)["reports"]
    assert isinstance(one, dict)
    return one


def test_a_right_function_passes(run_gate: RunGate) -> None:
    done = smoke(run_gate, "handlers.ok")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0].startswith("smoke: init: ")
    assert lines[0].endswith(", 2 processes")
    assert lines[1].startswith("smoke: hello: cold ")
    assert lines[-1] == "smoke: passed"


def test_times_are_judged_unless_told_otherwise(run_gate: RunGate) -> None:
    timed = smoke(run_gate, "handlers.ok", probes="timed_probes.toml")
    assert timed.returncode == 1
    assert "more than 0 ms" in timed.stdout
    untimed = smoke(run_gate, "handlers.ok", "--untimed", probes="timed_probes.toml")
    assert (untimed.returncode, untimed.stderr) == (0, "")
    assert "smoke: times are not judged (--untimed)\n" in untimed.stdout


def test_every_attempt_is_a_case(run_gate: RunGate) -> None:
    done = smoke(run_gate, "handlers.ok", "--format", "json")
    assert [case["name"] for case in report(done)["cases"]] == [
        "hello, cold HTTP API 2.0",
        "hello, warm HTTP API 2.0",
        "hello, cold REST 1.0",
        "hello, warm REST 1.0",
    ]


@pytest.mark.parametrize(
    ("handler", "rule", "message"),
    [
        ("handlers.wrong_answer", "wrong-answer", "hello: status is 500, not 200: no database"),
        ("handlers.wrong_when_warm", "wrong-answer", "hello (warm HTTP API 2.0, warm REST 1.0): "),
        (
            "handlers.wrong_for_rest",
            "malformed",
            "hello (cold REST 1.0, warm REST 1.0): the return",
        ),
        ("handlers.raises", "function-error", "hello: ValueError: boom"),
        ("handlers.not_json", "function-error", "hello: Runtime.MarshalError: Unable to marshal"),
        ("handlers.exits", "died", "hello (cold HTTP API 2.0, cold REST 1.0): Runtime.ExitError: "),
        ("handlers.too_large", "too-large", "Function.ResponseSizeTooLarge: Response payload size"),
        ("handlers.ends_the_emulator", "died", "the runtime emulator ended during the call"),
        ("handlers.nothing", "empty", "hello: the function returned nothing (null)"),
        (
            "handlers.wrong_shape",
            "malformed",
            "hello: the return is no proxy answer: body is not a",
        ),
        ("handlers.absent", "init-failed", "handlers.absent does not initialise: Runtime.Handler"),
        ("import_error.handler", "init-failed", "No module named 'a_package_that_is_not_there'"),
        ("syntax_error.handler", "init-failed", "Runtime.UserCodeSyntaxError: Syntax error in"),
        (
            "exits_at_import.handler",
            "init-failed",
            "does not initialise: Runtime.ExitError: Runtime exited with",
        ),
    ],
)
def test_a_wrong_function_is_found(
    run_gate: RunGate, handler: str, rule: str, message: str
) -> None:
    done = smoke(run_gate, handler, "--format", "json")
    assert (done.returncode, done.stderr) == (1, "")
    (finding,) = report(done)["findings"]
    assert finding["rule"] == f"smoke.{rule}"
    assert message in finding["message"]
    assert finding["fix"]


@pytest.mark.parametrize(
    ("handler", "rule", "message"),
    [
        ("handlers.token_of_nobody", "wrong-answer", "login: then GET /me: json.token is "),
        ("handlers.dies_when_logged_in", "died", "login (cold HTTP API 2.0, cold REST 1.0): then"),
    ],
)
def test_what_a_right_answer_leads_to_is_asked_too(
    run_gate: RunGate, handler: str, rule: str, message: str
) -> None:
    done = smoke(run_gate, handler, "--format", "json", probes="then_probes.toml")
    assert (done.returncode, done.stderr) == (1, "")
    (finding,) = report(done)["findings"]
    assert finding["rule"] == f"smoke.{rule}"
    assert finding["message"].startswith(message)
    assert "a-token" not in done.stdout


def test_a_function_that_hangs_is_found(run_gate: RunGate) -> None:
    done = smoke(run_gate, "handlers.hangs", "--timeout", "0.5")
    assert done.returncode == 1
    assert (
        "smoke: hello (cold HTTP API 2.0, cold REST 1.0): Task timed out after 0.50" in done.stdout
    )


def test_a_finding_shows_where_and_what_the_function_wrote(run_gate: RunGate) -> None:
    done = smoke(run_gate, "import_error.handler")
    assert f"  {HANDLERS / 'import_error.py'}\n" in done.stdout
    assert "  | [ERROR] Runtime.ImportModuleError: Unable to import module" in done.stdout
    assert "  fix: put it into the function's requirements, or correct its name" in done.stdout


def test_no_secret_is_shown(run_gate: RunGate) -> None:
    for style in ("text", "json", "junit", "sarif"):
        done = smoke(
            run_gate,
            "handlers.leaks",
            *("--env", f"SECRET={SECRET}", "--env", "TOKEN=a-token-of-the-probe"),
            *("--format", style),
            probes="secret_probes.toml",
        )
        assert done.returncode == 1
        shown = done.stdout + done.stderr
        assert "is wrong" in shown, "the function's message is not there"
        for part in ("pa$$", "wörd", "w\\u00f6rd", "w\\xf6rd", "a-token-of-the-probe"):
            assert part not in shown


def test_the_environment_of_a_context_manager_is_the_functions(
    run_gate: RunGate, tmp_path: Path
) -> None:
    (tmp_path / "needs.py").write_text(
        "import contextlib\n"
        "@contextlib.contextmanager\n"
        "def secret():\n"
        f"    yield {{'SECRET': {SECRET!r}, 'TOKEN': 'overridden'}}\n"
    )
    (tmp_path / "pyproject.toml").write_text("[tool.gate]\nenvironment = 'needs:secret'\n")
    done = smoke(
        run_gate, "handlers.leaks", "--env", "TOKEN=t0ken-of-ours", probes="secret_probes.toml"
    )
    assert done.returncode == 1
    assert "ValueError: *** is wrong" in done.stdout
    assert "overridden" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--root", "no/such/folder"), "no/such/folder: no such folder; say --root DIR"),
        (("--probes", "no.toml"), "no.toml: No such file or directory"),
        (("--env", "s3cret-without-a-name"), "--env takes NAME=VALUE"),
        (("--env", "1=s3cret"), "--env takes NAME=VALUE"),
        (("--environment", "absent:needs"), "No module named 'absent'"),
        (("--image", "x"), "not allowed with argument --local"),
        (("--timeout", "0"), "is not a number of seconds above 0"),
    ],
)
def test_what_cannot_be_looked_at(run_gate: RunGate, options: tuple[str, ...], reason: str) -> None:
    done = smoke(run_gate, "handlers.ok", *options)
    assert (done.returncode, done.stdout) == (2, "")
    assert reason in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "s3cret" not in done.stderr


def test_a_probe_that_lacks_its_secret(run_gate: RunGate) -> None:
    done = smoke(run_gate, "handlers.ok", "--env", "SECRET=x", probes="secret_probes.toml")
    assert done.returncode == 2
    assert 'probe "login": json.token needs ${TOKEN}, which is not set; set TOKEN' in done.stderr


def test_one_of_local_and_image_is_asked_for(run_gate: RunGate) -> None:
    done = run_gate("smoke", "--root", str(HANDLERS))
    assert done.returncode == 2
    assert "--local --image --url is required" in done.stderr


def test_the_projects_own_backend_passes(run_gate: RunGate) -> None:
    done = run_gate("smoke", "--local", cwd=REPOSITORY)
    assert done.stderr == ""
    assert done.returncode == 0, done.stdout
    assert "smoke: init: " in done.stdout
    for probe in ("health", "ready", "login", "compression"):
        assert f"smoke: {probe}: cold " in done.stdout
