from pathlib import Path

import pytest

from gate.report import Finding, Place, Report, one_line, place, shown, some


def test_a_place_reads_as_editors_write_it() -> None:
    assert str(Place("main.py", 42)) == "main.py:42"
    assert str(Place("main.py")) == "main.py"


def test_paths_are_shown_from_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert shown(tmp_path / "a" / "main.py") == "a/main.py"
    assert shown(tmp_path.parent / "main.py") == (tmp_path.parent / "main.py").as_posix()
    assert place(Path("a/main.py"), 3) == Place("a/main.py", 3)


def test_one_finding_fails_a_report() -> None:
    assert Report("parity").passed
    assert not Report("parity", (Finding("parity.x", "x"),)).passed


def test_one_line_is_one_line() -> None:
    assert one_line("a\n  b\t c\n") == "a b c"


def test_some_of_many_say_how_many_more_there_are() -> None:
    assert some([], 2) == ""
    assert some(["a", "b"], 2) == "a, b"
    assert some(["a", "b", "c", "d"], 2) == "a, b and 2 more"
