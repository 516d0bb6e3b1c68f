import os
from pathlib import Path

import pytest

from local.engine import daemon
from local.errors import CannotRun


def start(tmp_path: Path) -> None:
    with daemon.engine(folder=tmp_path, registry="registry.test", address="127.0.0.9"):
        pytest.fail("it must not start")


def test_without_root_it_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(CannotRun, match="needs root") as caught:
        start(tmp_path)
    assert "without ENGINE" in caught.value.todo


def test_without_an_engine_it_names_the_packages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(daemon, "NEEDED", ("no-such-dockerd",))
    with pytest.raises(CannotRun, match="no-such-dockerd is missing") as caught:
        start(tmp_path)
    assert "docker.io" in caught.value.todo
