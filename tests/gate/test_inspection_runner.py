"""Hostile modules: never a pass, never a hang past the limit, nothing left running."""

from __future__ import annotations

import os
import time
import venv
from pathlib import Path

import pytest

from gate.inspection.runner import Answer, Failure, Interpreter, ask
from gate.report import CannotLook
from tests.gate.planting import Plant, wait_until

HANDLER = "\ndef main(event, context): ...\n"
REQUEST = {"task": "handler", "module": "module", "attribute": "main"}


def ask_about(root: Path, timeout: float = 20, **options: object) -> Answer:
    interpreter = Interpreter(root, timeout=timeout, **options)  # type: ignore[arg-type]  # options
    (answer,) = ask(interpreter, REQUEST)
    return answer


@pytest.mark.parametrize(
    "code",
    [
        "",
        "import os; os.chdir('/')",
        "import os; os.close(1); os.close(2)",
        "import sys; sys.stdout.close(); sys.stderr = None",
        "import os; os.closerange(0, 256)",
        "print('x' * 5_000_000); import sys; print('y' * 5_000_000, file=sys.stderr)",
        "import json, builtins, os; json.dumps = builtins.open = os.write = os.open = None",
        "import signal; [signal.signal(n, signal.SIG_IGN) for n in (2, 15)]",
        "import sys; sys.path.clear(); sys.argv.clear(); sys.meta_path.insert(0, None); "
        "sys.meta_path.pop(0)",
        "import atexit, os; atexit.register(os.abort)",
        "import threading, time; threading.Thread(target=time.sleep, args=(600,)).start()",
        "import os\nif os.fork() == 0: raise SystemExit(0)",
        "import sys; sys.setrecursionlimit(60)",
        "import sys; sys.excepthook = sys.unraisablehook = lambda *a: 1 / 0",
        "import sys; sys.settrace(lambda *a: None); sys.setprofile(lambda *a: None)",
    ],
)
def test_what_a_module_does_to_its_interpreter_does_not_change_the_answer(
    code: str, plant: Plant
) -> None:
    assert ask_about(plant({"module.py": code + HANDLER})) == {"never_started": []}


@pytest.mark.parametrize(
    ("code", "kind", "said"),
    [
        ("import os\nos._exit(0)", "exits", "calls os._exit(0)"),
        ("import sys\nsys.exit(0)", "exits", "calls sys.exit(0)"),
        ("raise SystemExit('bye')", "exits", "calls sys.exit(bye)"),
        ("raise KeyboardInterrupt", "import-failed", "KeyboardInterrupt"),
        ("raise BaseException('x')", "import-failed", "BaseException: x"),
        ("import os\nos.abort()", "exits", "is ended by SIGABRT"),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGTERM)", "exits", "ended by SIGTERM"),
        ("import os\nos.execv('/bin/true', ['x'])", "exits", "exits with code 0 before"),
        (
            "class E(Exception):\n def __str__(self): 1 / 0\nraise E",
            "import-failed",
            "E: (its text",
        ),
        ("def f(): f()\nf()", "import-failed", "RecursionError"),
        ("x = " + "(" * 5000, "import-failed", "Error"),
        ("\0", "import-failed", "SyntaxError"),
        ("import os\nif os.fork(): os._exit(0)", "exits", "calls os._exit(0)"),
        ("import os\nif os.fork(): os.execv('/bin/true', ['x'])", "exits", "exits with code 0"),
    ],
)
def test_a_module_that_ends_its_interpreter_is_a_failure(
    code: str, kind: str, said: str, plant: Plant
) -> None:
    answer = ask_about(plant({"module.py": code + "\n" + HANDLER}))
    assert isinstance(answer, Failure)
    assert answer.kind == kind
    assert said in answer.message
    assert "\n" not in answer.message


def test_the_output_of_a_silent_end_is_kept(plant: Plant) -> None:
    code = "import os\nprint('last words', flush=True)\nos.execv('/bin/false', ['x'])"
    answer = ask_about(plant({"module.py": code}))
    assert isinstance(answer, Failure)
    assert answer.message.startswith("exits with code 1 ")
    assert answer.detail == "last words"


@pytest.mark.parametrize(
    "code",
    [
        "import time\ntime.sleep(600)",
        "import signal, time\nfor n in (2, 15): signal.signal(n, signal.SIG_IGN)\ntime.sleep(600)",
        "import faulthandler, time\nfaulthandler.cancel_dump_traceback_later()\ntime.sleep(600)",
        "import os, time\nos.closerange(0, 256)\ntime.sleep(600)",
        "while True: print('x' * 65536)",
        "import threading\nlock = threading.Lock()\nlock.acquire()\nlock.acquire()",
    ],
)
def test_a_module_that_hangs_is_ended_at_the_limit(code: str, plant: Plant) -> None:
    started = time.monotonic()
    answer = ask_about(plant({"module.py": code}), timeout=1)
    assert time.monotonic() - started < 5
    assert isinstance(answer, Failure)
    assert answer.kind == "hangs"
    assert answer.message == "is not done after 1 seconds"


@pytest.mark.parametrize(
    "leave",
    [
        "subprocess.Popen(['sleep', '600'])",
        "subprocess.Popen(['sleep', '600'], start_new_session=True)",
        "os.fork() or time.sleep(600)",
        "os.fork() or (os.setsid(), os.fork() or time.sleep(600))",
    ],
)
def test_nothing_that_a_module_starts_is_left(leave: str, plant: Plant, tmp_path: Path) -> None:
    marked = {"NAME_OF_THIS_TEST": str(tmp_path)}
    root = plant({"module.py": f"import os, subprocess, time\n{leave}\n{HANDLER}"})
    assert ask_about(root, env=marked) == {"never_started": []}
    wait_until(lambda: not running_with(f"NAME_OF_THIS_TEST={tmp_path}"))


def running_with(setting: str) -> list[str]:
    """Return the processes with ``setting`` in their environment."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if setting.encode() in (process / "environ").read_bytes():
                found.append(process.name)
        except OSError:
            continue
    return found


def test_the_environment_is_clean_but_for_what_is_set(
    plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://from/outside")
    monkeypatch.setenv("HOME", "/somewhere")
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    code = """
        import os
        assert os.environ["SET"] == "yes"
        assert not {"DATABASE_URL", "HOME", "PYTHONPATH"} & set(os.environ), dict(os.environ)
        def main(event, context): ...
    """
    assert ask_about(plant({"module.py": code}), env={"SET": "yes"}) == {"never_started": []}


def test_it_stands_in_the_root_as_lambda_does(plant: Plant) -> None:
    code = """
        import os, sys
        assert os.getcwd() == sys.path[0] == os.path.dirname(__file__)
        assert "gate" not in sys.modules and not any("inspection" in p for p in sys.path)
        import gate
        def main(event, context): ...
    """
    root = plant({"module.py": code, "gate.py": ""})
    assert ask_about(root) == {"never_started": []}
    assert sorted(path.name for path in root.iterdir()) == ["gate.py", "module.py"]


def test_an_interpreter_that_cannot_be_had(plant: Plant) -> None:
    root = plant({"module.py": HANDLER})
    with pytest.raises(CannotLook, match="/no/python: cannot be started: No such file"):
        ask_about(root, python="/no/python")


def test_another_interpreter_is_used(plant: Plant, tmp_path: Path) -> None:
    venv.create(tmp_path / "other", symlinks=True)
    code = "import sys\nassert sys.prefix.endswith('other'), sys.prefix" + HANDLER
    python = str(tmp_path / "other/bin/python")
    assert ask_about(plant({"module.py": code}), python=python) == {"never_started": []}


def test_no_temporary_folder_is_left(
    plant: Plant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr("tempfile.tempdir", None)
    ask_about(plant({"module.py": HANDLER}))
    assert os.listdir(folder) == []  # noqa: PTH208 - names alone
