"""Asks all who may know why a function does not start; the first that knows is right."""

from __future__ import annotations

from gate.rie.reasons import files, modules, programs, starts
from gate.rie.reasons.scene import Reason, Scene

AT_START = (programs.explain, starts.explain)
ALWAYS = (modules.explain, files.explain)


def reason(said: str, log: str, scene: Scene, *, starting: bool) -> Reason | None:
    """Return why it is so, as far as the files tell.

    Args:
        said: the finding's own words.
        log: the last lines that the function wrote.
        scene: its files, and how it is started.
        starting: whether it did not start; else the log may tell of other things.
    """
    judges = (*AT_START, *ALWAYS) if starting and scene.image else ALWAYS
    log = log if starting else ""
    return next(filter(None, (judge(said, log, scene) for judge in judges)), None)
