"""The real emulator, with handlers that are broken in every way."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from gate.report import CannotLook
from gate.rie import Invocation, Rie, emulator
from tests.gate.planting import wait_until
from tests.gate.processes import VARIABLE, marked, new_mark

pytestmark = pytest.mark.slow

HANDLERS = Path(__file__).parents[1] / "assets" / "handlers"


def rie(
    handler: str,
    *,
    environment: Mapping[str, str] | None = None,
    timeout: float = 20,
    log: Path | None = None,
    python: Path = Path(sys.executable),
    root: Path = HANDLERS,
) -> Rie:
    return Rie(
        root=root,
        handler=handler,
        environment=environment or {},
        timeout_seconds=timeout,
        memory_mb=512,
        python=python,
        log=log,
    )


def body(invocation: Invocation) -> dict[str, object]:
    assert invocation.status == 200, invocation.payload
    said: dict[str, object] = json.loads(json.loads(invocation.payload)["body"])
    return said


def error(invocation: Invocation) -> str:
    kind: str = json.loads(invocation.payload)["errorType"]
    return kind


def test_the_first_call_initialises_and_the_next_does_not() -> None:
    with rie("handlers.ok") as function:
        cold, warm = function.invoke({}), function.invoke({})
    assert body(cold)["pid"] == body(warm)["pid"]
    assert cold.init_ms is not None
    assert 0 < cold.init_ms <= cold.elapsed_ms
    assert warm.init_ms is None
    assert warm.elapsed_ms > 0


def test_nothing_of_ours_gets_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUR_SECRET", "ours")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "ours")
    with rie("handlers.ok", environment={"GIVEN": "given", "AWS_REGION": "eu-west-1"}) as function:
        said = body(function.invoke({}))
    environment = said["environment"]
    assert isinstance(environment, dict)
    assert not environment.keys() & {"OUR_SECRET", "HOME", "USER", "VIRTUAL_ENV", "PYTEST_VERSION"}
    assert "ours" not in environment.values()
    assert environment["GIVEN"] == "given"
    assert environment["AWS_REGION"] == "eu-west-1"
    assert environment["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] == "512"
    assert environment["LAMBDA_TASK_ROOT"] == said["cwd"] == str(HANDLERS)
    assert environment["_HANDLER"] == "handlers.ok"
    assert not Path(environment["TMPDIR"]).exists()


def test_a_handler_that_raises_is_no_success() -> None:
    with rie("handlers.raises") as function:
        invocation = function.invoke({})
        assert invocation.status == 200
        assert error(invocation) == "ValueError"
        assert "[ERROR] ValueError: boom\nTraceback" in function.log_tail()
        assert "(rapid)" not in function.log_tail()


@pytest.mark.parametrize(
    ("handler", "kind"),
    [
        ("import_error.handler", "Runtime.ImportModuleError"),
        ("no_such_module.handler", "Runtime.ImportModuleError"),
        ("handlers.no_such_function", "Runtime.HandlerNotFound"),
        ("syntax_error.handler", "Runtime.UserCodeSyntaxError"),
        ("raises_at_import.handler", "RuntimeError"),
        ("nonsense", "Runtime.MalformedHandlerName"),
    ],
)
def test_a_function_that_does_not_initialise(handler: str, kind: str) -> None:
    with rie(handler) as function:
        for _ in range(2):
            invocation = function.invoke({})
            assert (invocation.status, error(invocation)) == (502, kind)
            assert invocation.init_ms is None


def test_a_function_that_exits_while_it_initialises() -> None:
    with rie("exits_at_import.handler") as function:
        invocation = function.invoke({})
    assert (invocation.status, error(invocation)) == (502, "Runtime.ExitError")
    assert invocation.init_ms is None


@pytest.mark.parametrize("handler", ["handlers.exits", "handlers.exits_by_the_book"])
def test_a_function_that_exits_in_a_call(handler: str) -> None:
    with rie(handler) as function:
        for _ in range(2):  # each in a fresh process
            invocation = function.invoke({})
            assert (invocation.status, error(invocation)) == (502, "Runtime.ExitError")
            assert invocation.init_ms is not None


def test_an_answer_larger_than_lambda_lets_through() -> None:
    with rie("handlers.too_large") as function:
        assert error(function.invoke({})) == "Function.ResponseSizeTooLarge"


def test_our_own_clock_ends_a_call_and_the_next_is_cold() -> None:
    with rie("handlers.hangs_when_asked", timeout=0.5) as function:
        warm = body(function.invoke({}))["pid"]
        invocation = function.invoke({"hang": True})
        assert invocation.payload == b"Task timed out after 0.50 seconds"
        assert 500 <= invocation.elapsed_ms < 3000
        again = function.invoke({})
        assert body(again)["pid"] != warm
        assert again.init_ms is not None


def test_the_init_phase_does_not_count_into_the_timeout() -> None:
    with rie("slow_init.handler", timeout=1) as function:
        invocation = function.invoke({})
    assert body(invocation)["hello"] == "world"
    assert invocation.init_ms is not None
    assert invocation.init_ms > 1200


def test_the_init_phase_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emulator, "INIT_SECONDS", 0.5)
    mark = new_mark()
    with rie("endless_init.handler", environment={VARIABLE: mark}) as function:
        invocation = function.invoke({})
        assert (invocation.status, error(invocation)) == (502, "Runtime.InitTimeout")
        assert marked(mark) == []


def test_the_functions_log_level_is_not_the_emulators() -> None:
    with rie("handlers.ok", environment={"LOG_LEVEL": "ERROR"}) as function:
        assert function.invoke({}).init_ms is not None


def test_calls_wait_for_each_other() -> None:
    answers: list[Invocation] = []
    with rie("handlers.ok") as function:
        threads = [
            threading.Thread(target=lambda: answers.append(function.invoke({}))) for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len({body(answer)["pid"] for answer in answers}) == 1
    assert len(answers) == 8


def test_output_without_end_blocks_nothing(tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    with rie("handlers.prints_a_lot", log=log) as function:
        assert body(function.invoke({}))["hello"] == "world"
        assert function.log_tail().splitlines()[-1] == "the last line"
    assert log.stat().st_size > 5_000_000


def test_a_closed_output_is_no_failure() -> None:
    with rie("handlers.closes_its_output") as function:
        assert body(function.invoke({}))["hello"] == "world"


def test_an_emulator_that_ends_is_a_failed_call_and_the_next_gets_another() -> None:
    with rie("handlers.ends_the_emulator") as function:
        invocation = function.invoke({})
        assert (invocation.status, error(invocation)) == (502, "Runtime.ExitError")
        assert body(function.invoke({"spare": True}))["hello"] == "world"


@pytest.mark.parametrize("handler", ["handlers.spawns", "handlers.stubborn", "handlers.ok"])
def test_nothing_is_left(handler: str) -> None:
    mark = new_mark()
    with rie(handler, environment={VARIABLE: mark}, timeout=0.5) as function:
        assert marked(mark)
        function.invoke({})
    assert marked(mark) == []


def test_it_can_be_ended_from_another_thread() -> None:
    mark = new_mark()
    with rie("handlers.hangs", environment={VARIABLE: mark}, timeout=60) as function:
        started = time.monotonic()
        threading.Timer(0.5, function.close).start()
        assert function.invoke({}).status == 502
        assert time.monotonic() - started < 10
        wait_until(lambda: marked(mark) == [])
        with pytest.raises(CannotLook, match="was ended"):
            function.invoke({})


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with (
        pytest.raises(CannotLook, match="no such folder; say --root"),
        rie("handlers.ok", root=tmp_path / "no"),
    ):
        pass


def test_an_interpreter_without_the_runtime_client(tmp_path: Path) -> None:
    bare = tmp_path / "python"
    bare.write_text(f'#!/bin/sh\nexec {sys.executable} -S "$@"\n')
    bare.chmod(0o755)
    lacking = pytest.raises(CannotLook, match="python has no awslambdaric; install it there")
    with rie("handlers.ok", python=bare) as function, lacking:
        function.invoke({})
