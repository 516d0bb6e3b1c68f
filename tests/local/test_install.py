import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from local import install

ROOT = Path(__file__).parents[2]


@pytest.fixture
def step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> install.Step:
    (tmp_path / "local").mkdir()
    for name in ("requirements.txt", "local/install.py"):
        shutil.copy(ROOT / name, tmp_path / name)
    monkeypatch.setattr(install, "ROOT", tmp_path)
    monkeypatch.setattr(install, "STATE", tmp_path / "state")
    proof = tmp_path / "proof"
    command = [sys.executable, "-c", f"open({str(proof)!r}, 'a').write('x')"]
    step = install.Step("a step", ("requirements.txt",), proof, (command,))
    monkeypatch.setattr(install, "STEPS", (step,))
    return step


def test_a_step_runs_once_and_again_when_its_sources_change(step: install.Step) -> None:
    install.install()
    install.install()
    assert step.proof.read_text() == "x"
    with (install.ROOT / "requirements.txt").open("a") as lock:
        lock.write("# changed\n")
    install.install()
    assert step.proof.read_text() == "xx"


def test_a_step_runs_again_when_what_it_made_is_gone(step: install.Step) -> None:
    install.install()
    step.proof.unlink()
    install.install()
    assert step.proof.read_text() == "x"


def test_a_failed_step_tells_the_reason_ends_with_2_and_runs_again(
    step: install.Step, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    command = [sys.executable, "-c", "raise SystemExit('no index')"]
    failing = install.Step(step.name, step.sources, step.proof, (command,))
    monkeypatch.setattr(install, "STEPS", (failing,))
    assert install.main() == 2
    assert "no index" in capsys.readouterr().err
    assert not failing.done()


@pytest.mark.usefixtures("step")
def test_uv_is_cut_out_of_the_lock_with_all_its_hashes() -> None:
    install.install()
    lines = (install.STATE / "uv.txt").read_text().splitlines()
    assert lines[0].startswith("uv==")
    assert all(line.strip().startswith("--hash=sha256:") for line in lines[1:])
    assert len(lines) > 2


def test_make_says_in_one_line_that_the_python_is_too_old() -> None:
    done = subprocess.run(
        ["make", "setup", "PYTHON=false"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr.splitlines()[0] == (
        "setup: false is not Python 3.11 or newer; say PYTHON=/path/to/python"
    )


@pytest.mark.slow
def test_a_fresh_clone_sets_itself_up_and_then_is_silent(tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
    first = subprocess.run(["make", "setup"], cwd=clone, capture_output=True, text=True, check=True)
    again = subprocess.run(["make", "setup"], cwd=clone, capture_output=True, text=True, check=True)
    assert "setup: python packages: done" in first.stdout
    assert (again.stdout, again.stderr) == ("", "")
    status = subprocess.run(
        ["git", "status", "--porcelain"], cwd=clone, capture_output=True, text=True, check=True
    )
    assert status.stdout == ""
