from pathlib import Path

from local.source import fingerprint


def test_content_name_and_place_of_a_file_change_the_digest(tmp_path: Path) -> None:
    seen = {fingerprint(tmp_path)}
    first = tmp_path / "a.py"
    first.write_text("x")
    seen.add(fingerprint(tmp_path))
    first.write_text("y")
    seen.add(fingerprint(tmp_path))
    first.rename(tmp_path / "b.py")
    seen.add(fingerprint(tmp_path))
    assert len(seen) == 4


def test_compiled_files_do_not_change_the_digest(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x")
    before = fingerprint(tmp_path)
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "a.pyc").write_bytes(b"\0")
    assert fingerprint(tmp_path) == before
