"""What a person is told to do, and why: read out of what the function said."""

from __future__ import annotations

from pathlib import Path

import pytest

from gate.rie import advice
from gate.rie.attempt import Attempt
from gate.rie.summary import findings

TRACEBACK = """[INFO] hello
Traceback (most recent call last):
  File "/var/task/app.py", line 3, in login
    session.execute(query)
    ^^^^^^^^^^^^^^^^^^^^^^
sqlalchemy.exc.InvalidRequestError: When initializing mapper Mapper[A(a)]: failed
[SQL: select 1]
{"level": "info"}"""


@pytest.mark.parametrize(
    ("fault", "said", "advised"),
    [
        ("init-failed", "Runtime.HandlerNotFound: Handler 'x' missing", "correct the handler"),
        ("init-failed", "Runtime.InitTimeout: the init phase took", "ten seconds"),
        ("init-failed", "No module named 'pydantic_core._pydantic_core'", "own Python, system"),
        ("init-failed", "No module named 'multipart'", "the function's requirements"),
        ("init-failed", "OSError: [Errno 30] Read-only file system: '~'", "below /tmp alone"),
        ("init-failed", "KeyError: 'DATABASE_URL'", "with these variables"),
        ("init-failed", "cannot import name 'f' from 'json' (/var/lang/…)", "as the lock says"),
        ("init-failed", "exited with error: signal: segmentation fault", "native library"),
        ("died", "Runtime exited with error: signal: killed", "more memory"),
        ("init-failed", "Error: unsupported locale setting", "C.UTF-8"),
        ("init-failed", "OSError: [Errno 38] Function not implemented", "no /dev/shm"),
        ("init-failed", "Handler 'handler ' missing on module 'app'", "Unix line endings"),
        ("function-error", "Unable to marshal response: Object of type Mangum", "call an adapter"),
        ("wrong-answer", "status is 500, not 200 (RuntimeError: Event loop is closed)", "loop"),
        ("wrong-answer", "status is 307, not 200: a redirect to /x/", "the path itself"),
        ("wrong-answer", "status is 401, not 200", "or what probes.toml expects"),
        ("function-error", "LifespanFailure: Lifespan startup failure.", "at start-up"),
        ("function-error", "Object of type coroutine is not JSON serializable", "plain function"),
    ],
)
def test_what_is_said_decides_what_is_advised(fault: str, said: str, advised: str) -> None:
    assert advised in advice.fix(fault, said, "", "probes.toml")


@pytest.mark.parametrize(
    ("log", "advised"),
    [
        ("/bin/env: 'sh\\r': No such file or directory", "Unix line endings"),
        ("/var/task/entry.sh: 1: set: Illegal option -", "Unix line endings"),
        ("$'\\r': command not found", "Unix line endings"),
        ("python: No module named awslambdaric", "put awslambdaric into"),
    ],
)
def test_the_log_advises_where_the_error_says_nothing(log: str, advised: str) -> None:
    said = "Runtime.ExitError: Runtime exited with error: exit status 127"
    assert advised in advice.fix("init-failed", said, log, "probes.toml")


@pytest.mark.parametrize(
    ("log", "cause"),
    [
        (
            TRACEBACK,
            "sqlalchemy.exc.InvalidRequestError: When initializing mapper Mapper[A(a)]: failed",
        ),
        ("  File x\nKeyError: 'a'\n  File y\nSystemExit: 1\n", "SystemExit: 1"),
        ("  File x\nAssertionError", "AssertionError"),
        ("ValueError: said, and not raised", ""),
        ("Started server process\nINFO:     ok", ""),
        ("", ""),
    ],
)
def test_the_last_exception_of_a_log(log: str, cause: str) -> None:
    assert advice.cause(log) == cause


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("status is 500, not 200", "status is 500, not 200 (sqlalchemy.exc.InvalidRequestError: "),
        ("the process ended without a word", "a word (sqlalchemy.exc.InvalidRequestError: "),
        ("status is 401, not 200", "health: status is 401, not 200"),
        ("status is 503, not 200: no database", "health: status is 503, not 200: no database"),
    ],
)
def test_an_answer_without_a_reason_gets_that_of_the_log(reason: str, said: str) -> None:
    attempt = Attempt("health", "REST 1.0", "cold", 1.0, None, "wrong-answer", (reason,), TRACEBACK)
    (finding,) = findings(
        [attempt], ways=1, check="smoke", handler="h.f", file=None, probes=Path("probes.toml")
    )
    assert said in finding.message
    assert ("InvalidRequestError" in finding.message) == ("InvalidRequestError" in said)
