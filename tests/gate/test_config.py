import sys
from pathlib import Path

import pytest

from gate import config
from gate.report import CannotLook


def write(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pyproject.toml").write_text(text, encoding="utf-8")
    return folder


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    loaded = config.load(tmp_path)
    assert loaded.root == tmp_path / "lambda_src/backend"
    assert (loaded.reference, loaded.candidate) == ("main:app", "lazy_app:app")
    assert loaded.python == sys.executable


def test_the_nearest_table_counts_and_its_paths_start_at_its_file(tmp_path: Path) -> None:
    write(tmp_path, '[tool.gate]\nroot = "far"\n')
    near = write(
        tmp_path / "a",
        '[tool.gate]\nroot = "src"\nmodels-glob = ["*/m.py", "n.py"]\ntimeout = 5\n'
        'python = "bin/python"\nenv = {NAME = "value"}\nprobes = "p.toml"\n',
    )
    below = write(tmp_path / "a/b/c", "[tool.other]\n")
    loaded = config.load(below)
    assert loaded.file == near / "pyproject.toml"
    assert loaded.root == near / "src"
    assert loaded.probes == near / "p.toml"
    assert loaded.python == str(near / "bin/python")
    assert loaded.models_glob == ("*/m.py", "n.py")
    assert loaded.env == {"NAME": "value"}
    assert loaded.timeout == 5


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[tool.gate]\nrot = "src"\n', "no key 'rot'"),
        ("[tool.gate]\nroot = 3\n", "root must be a path"),
        ("[tool.gate]\ntimeout = true\n", "timeout must be a number"),
        ("[tool.gate]\ntimeout = -1\n", "timeout must be a number"),
        ("[tool.gate]\ntimeout = inf\n", "timeout must be a number"),
        ("[tool.gate]\nmodels-glob = [1]\n", "models-glob must be a pattern"),
        ("[tool.gate]\nenv = {A = 1}\n", "env must be a table of texts"),
        ('[tool.gate]\nhandler = {file = "x"}\n', "handler must be"),
        ("[tool]\ngate = 1\n", "tool.gate must be a table"),
        ("[tool.gate\n", "not a TOML file"),
    ],
)
def test_a_wrong_file_is_one_clear_line(tmp_path: Path, text: str, said: str) -> None:
    write(tmp_path, text)
    with pytest.raises(CannotLook) as raised:
        config.load(tmp_path)
    assert said in str(raised.value)
    assert "pyproject.toml" in str(raised.value)


def test_a_file_that_is_no_text_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CannotLook, match="not a TOML file"):
        config.load(tmp_path)


def test_the_command_line_wins(tmp_path: Path) -> None:
    loaded = config.with_options(config.load(tmp_path), root=str(tmp_path), timeout=3)
    assert (loaded.root, loaded.timeout, loaded.elsewhere) == (tmp_path, 3, True)
    assert not config.with_options(config.load(tmp_path), root=None, timeout=None).elsewhere


def test_a_root_that_is_not_there_cannot_be_looked_at(tmp_path: Path) -> None:
    with pytest.raises(CannotLook, match=r"lambda_src/backend: no such folder; say --root DIR"):
        _ = config.load(tmp_path).source_root


HANDLER = '[tool.gate]\nhandler = {file = "stage.toml", key = "function.command"}\n'


@pytest.mark.parametrize("value", ['"handler.go"', '["handler.go"]'])
def test_the_handler_command_is_read_where_it_is_written(tmp_path: Path, value: str) -> None:
    write(tmp_path, HANDLER)
    (tmp_path / "stage.toml").write_text(f"[function]\ncommand = {value}\n", encoding="utf-8")
    assert config.load(tmp_path).handler_command == "handler.go"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[function]\n", "no key 'function.command'"),
        ("function = 1\n", "no key 'function.command'"),
        ('[function]\ncommand = ["a.b", "c.d"]\n', "must be one string"),
        ("[function]\ncommand = 1\n", "must be one string"),
        ("[", "not a TOML file"),
        (None, "cannot be read"),
    ],
)
def test_a_handler_command_that_is_not_there(tmp_path: Path, text: str | None, said: str) -> None:
    write(tmp_path, HANDLER)
    if text is not None:
        (tmp_path / "stage.toml").write_text(text, encoding="utf-8")
    with pytest.raises(CannotLook, match=said):
        _ = config.load(tmp_path).handler_command
