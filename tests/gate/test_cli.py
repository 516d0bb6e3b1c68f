import argparse
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from gate import cli
from gate.report import CannotLook, Finding, Report
from tests.gate.planting import REPOSITORY, Plant, RunGate, wait_until

SAME = {"main.py": "from lazy_app import app\n"}
APP = """
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
def health(request):
    return PlainTextResponse("ok")
app = Starlette(routes=[Route("/health", health)])
"""


@pytest.fixture
def good(plant: Plant) -> Path:
    return plant({**SAME, "lazy_app.py": APP})


class Stub:
    """A check whose outcome the test chooses."""

    NAME = "parity"
    HELP = "A stub."

    def __init__(self, outcome: Report | Exception) -> None:
        self.outcome = outcome

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--local", action="store_true")

    def target(self, options: object, config: object) -> None:
        del options, config

    def check(self, target: None) -> Report:
        del target
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


def with_outcomes(monkeypatch: pytest.MonkeyPatch, **outcomes: Report | Exception) -> None:
    monkeypatch.setattr(cli.Check, "load", lambda check: Stub(outcomes[check.name]))


PASSED = Report("parity", notes=("all is well",))
FAILED = Report("parity", (Finding("parity.x", "x is not y"),))


def test_nothing_found_is_0(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with_outcomes(monkeypatch, parity=PASSED)
    assert cli.main(["parity"]) == 0
    assert capsys.readouterr() == ("parity: all is well\nparity: passed\n", "")


def test_something_found_is_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with_outcomes(monkeypatch, parity=FAILED)
    assert cli.main(["parity"]) == 1
    assert capsys.readouterr() == ("parity: x is not y\nparity: 1 finding\n", "")


def test_could_not_look_is_2_and_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with_outcomes(monkeypatch, parity=CannotLook("main.py: not\n there"))
    assert cli.main(["parity"]) == 2
    assert capsys.readouterr() == ("", "gate parity: main.py: not there\n")


def test_a_crash_of_ours_is_2_and_names_its_place(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with_outcomes(monkeypatch, parity=ZeroDivisionError("by zero"))
    assert cli.main(["parity"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("gate parity: a defect of the gate itself: ZeroDivisionError: by zero (")
    assert "test_cli.py:" in err
    assert err.count("\n") == 1


def test_all_runs_every_check_and_the_worst_counts(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with_outcomes(
        monkeypatch,
        parity=PASSED,
        models=FAILED,
        names=PASSED,
        handler=CannotLook("no"),
        smoke=PASSED,
    )
    assert cli.main(["all"]) == 2
    out, err = capsys.readouterr()
    assert out.count("passed") == 3
    assert "1 finding" in out
    assert err == "gate handler: no\n"


def test_all_says_what_each_check_of_it_is_given() -> None:
    assert [check.name for check in cli.CHECKS if check.in_all is not None] == [
        "parity",
        "models",
        "names",
        "handler",
        "smoke",
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "gate: the following arguments are required: CHECK; see gate --help"),
        (["nonsense"], "invalid choice: 'nonsense'"),
        (["parity", "--nonsense"], "unrecognized arguments: --nonsense"),
        (["parity", "--format", "yaml"], "invalid choice: 'yaml'"),
        (["parity", "--timeout", "soon"], "'soon' is not a number of seconds above 0"),
        (["parity", "--timeout", "nan"], "'nan' is not a number of seconds above 0"),
        (["parity", "--timeout", "0"], "'0' is not a number of seconds above 0"),
        (["parity", "--root", "nowhere"], "nowhere: no such folder; say --root DIR"),
        (["parity", "--reference", "main"], "--reference 'main': must be module:attribute"),
        (["parity", "--candidate", "a b:c"], "--candidate 'a b:c': must be module:attribute"),
        (["models", "--entry", "../x"], "--entry '../x': must be a module's name"),
        (["parity", "--reference", "gone:app"], "gone.py: no such file below"),
    ],
)
def test_bad_input_is_2_and_one_line(
    arguments: list[str], said: str, good: Path, run_gate: RunGate
) -> None:
    if "--root" not in arguments and arguments[:1] in (["parity"], ["models"]):
        arguments = [*arguments, "--root", str(good)]
    done = run_gate(*arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("check", [check.name for check in cli.CHECKS])
def test_help_has_an_example(check: str, run_gate: RunGate) -> None:
    done = run_gate(check, "--help")
    assert done.returncode == 0
    assert f"gate {check}" in done.stdout.split("example", 1)[1]
    for option in ("--root", "--format", "--output", "--timeout"):
        assert option in done.stdout


def test_the_help_lists_every_check(run_gate: RunGate) -> None:
    done = run_gate("--help")
    assert done.returncode == 0
    for check in cli.CHECKS:
        assert f"{check.name:<10}" in done.stdout


ONE_CHECK = """
import sys
from gate.cli import main
main(["handler", "--root", "nowhere"])
print(*(name for name in sys.modules if name.startswith("gate.checks.")))
"""


def test_only_the_check_that_is_asked_for_is_imported() -> None:
    done = subprocess.run(
        [sys.executable, "-c", ONE_CHECK],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "gate.checks.handler\n"


def test_output_goes_to_a_file_and_nothing_to_stdout(
    good: Path, tmp_path: Path, run_gate: RunGate
) -> None:
    done = run_gate("parity", "--root", str(good), "--format", "json", "--output", "report.json")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert json.loads((tmp_path / "report.json").read_text())["passed"] is True
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.json", "tree"]


def test_what_is_found_is_told_beside_the_file(
    plant: Plant, tmp_path: Path, run_gate: RunGate
) -> None:
    root = plant({"main.py": "import missing_module\n", "lazy_app.py": "import missing_module\n"})
    done = run_gate("parity", "--root", str(root), "--format", "junit", "--output", "report.xml")
    assert (done.returncode, done.stdout) == (1, "")
    assert "ModuleNotFoundError: No module named 'missing_module'" in done.stderr
    assert "<failure" in (tmp_path / "report.xml").read_text()


def test_output_that_cannot_be_written_is_2(good: Path, run_gate: RunGate) -> None:
    done = run_gate("parity", "--root", str(good), "--output", "no/such/folder.txt")
    assert done.returncode == 2
    assert done.stderr == (
        "gate: no/such/folder.txt: cannot write the report: No such file or directory\n"
    )


def test_a_closed_reader_is_2_without_a_traceback(good: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "gate", "parity", "--root", str(good)],
        cwd=REPOSITORY,
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writer)
    assert done.returncode == 2
    assert done.stderr == "gate: standard output: cannot write the report: Broken pipe\n"


@pytest.mark.parametrize(
    ("number", "code", "said"),
    [
        (signal.SIGINT, 130, "gate: interrupted\n"),
        (signal.SIGTERM, 143, "gate: ended by SIGTERM\n"),
        (signal.SIGHUP, 129, "gate: ended by SIGHUP\n"),
    ],
)
def test_a_signal_ends_it_and_its_children(
    number: signal.Signals, code: int, said: str, plant: Plant, tmp_path: Path
) -> None:
    root = plant(
        {
            "main.py": """
                import os, pathlib, time
                pathlib.Path(os.environ["TMPDIR"], "started").write_text(str(os.getpid()))
                time.sleep(600)
            """
        }
    )
    (tmp_path / "tmp").mkdir()
    gate = subprocess.Popen(
        [sys.executable, "-m", "gate", "parity", "--root", str(root), "--candidate", "main:app"],
        cwd=REPOSITORY,
        env={**os.environ, "TMPDIR": str(tmp_path / "tmp")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    started = tmp_path / "tmp" / "started"
    wait_until(lambda: started.exists() and started.read_text() != "")
    gate.send_signal(number)
    out, err = gate.communicate(timeout=20)
    assert (gate.returncode, out, err) == (code, "", said)
    assert not Path("/proc", started.read_text()).exists()
    assert [path.name for path in (tmp_path / "tmp").iterdir()] == ["started"]


def test_a_prepare_of_the_settings_is_left_out_where_another_tree_lacks_it(
    good: Path, tmp_path: Path, run_gate: RunGate
) -> None:
    settings = '[tool.gate]\nroot = "tree"\nprepare = "lazy_app:load"\n'
    (tmp_path / "pyproject.toml").write_text(settings, encoding="utf-8")
    own = run_gate("parity")
    assert (own.returncode, own.stdout) == (2, "")
    assert own.stderr == "gate parity: [tool.gate] lazy_app:load: no such function below tree\n"
    other = run_gate("parity", "--root", str(good))
    assert other.returncode == 0
    assert "lazy_app:load of [tool.gate] is not below tree: nothing is loaded" in other.stdout
    given = run_gate("parity", "--root", str(good), "--prepare", "lazy_app:load")
    assert (given.returncode, given.stdout) == (2, "")


@pytest.mark.parametrize("prepare", ["load", "lazy_app:", "lazy_app:load()", "a b:c"])
def test_a_prepare_that_is_no_function_is_2(prepare: str, good: Path, run_gate: RunGate) -> None:
    done = run_gate("parity", "--root", str(good), "--prepare", prepare)
    assert done.returncode == 2
    assert done.stderr == f"gate parity: --prepare {prepare!r}: must be module:function\n"
