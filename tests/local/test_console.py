import io

import pytest
from rich.console import Console

from local.console import Progress


def shown(progress: Progress) -> str:
    file = progress.console.file
    assert isinstance(file, io.StringIO)
    return file.getvalue()


@pytest.fixture
def progress() -> Progress:
    return Progress(Console(file=io.StringIO(), width=100))


def test_a_step_shows_its_title_and_what_it_found(progress: Progress) -> None:
    with progress.step("deploy") as step:
        step.say("alias live → version 1 [not markup]")
    assert "✓ deploy" in shown(progress)
    assert "    alias live → version 1 [not markup]" in shown(progress)


def test_a_failed_step_is_marked_and_its_error_goes_on(progress: Progress) -> None:
    with pytest.raises(ValueError, match="broken"), progress.step("deploy"):
        raise ValueError("broken")
    assert "✗ deploy" in shown(progress)


def test_a_long_step_gives_a_sign_of_life(
    progress: Progress, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("local.console.HEARTBEAT_SECONDS", 0.01)
    with progress.step("deploy"):
        while "… deploy: 0 s" not in shown(progress):
            pass
    assert "✓ deploy" in shown(progress)
