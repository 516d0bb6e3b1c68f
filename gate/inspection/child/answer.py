"""The road back to the parent: one JSON file, written whole, by the first process alone."""

from __future__ import annotations

import json
import os
import sys
import traceback
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, NoReturn

from .redaction import without_environment

HERE = str(Path(__file__).parent)
LAST_FRAMES = 6

# The code that is judged may replace any of these in its modules: keep our own.
_dumps, _open, _write, _close, _rename = json.dumps, os.open, os.write, os.close, os.rename
_exit, _getpid = os._exit, os.getpid


class CannotLookError(Exception):
    """The child lacks what it needs to look: one line."""


class FailedError(Exception):
    """The code that is judged failed: ``kind`` ends the finding's rule, ``place`` is file, line."""

    def __init__(
        self,
        kind: str,
        message: str,
        *,
        place: tuple[str, int] | None = None,
        detail: str = "",
    ) -> None:
        super().__init__(message)
        self.document = {"kind": kind, "message": message, "place": place, "detail": detail}


class Channel:
    """Sends one answer and ends the process; a forked copy of the process just ends."""

    def __init__(self, folder: str, root: str) -> None:
        self.folder = folder
        self.root = root
        self.process = _getpid()

    def send(self, document: dict[str, Any]) -> NoReturn:
        """Write ``document`` and end without running what the judged code registered for exit."""
        try:
            if _getpid() == self.process:
                self._store(_dumps(document).encode())
        finally:
            _exit(0)

    def _store(self, data: bytes) -> None:
        temporary = f"{self.folder}/answer.tmp"
        descriptor = _open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        while data:
            data = data[_write(descriptor, data) :]
        _close(descriptor)
        _rename(temporary, f"{self.folder}/answer.json")

    def watch_exit(self) -> None:
        """Make ``os._exit`` say where it was called: nothing else in Python would tell."""

        def exit_with_answer(status: int) -> NoReturn:
            if _getpid() != self.process:
                _exit(status)
            failed = FailedError(
                "exits",
                f"calls os._exit({status!r})",
                place=place_of_frame(sys._getframe(1), self.root),
            )
            self.send({"failed": failed.document})

        os._exit = exit_with_answer


def from_exception(kind: str, exc: BaseException, root: str) -> FailedError:
    """Return the failure that ``exc`` is: its type, text, place, and the last frames."""
    frames = [
        frame
        for frame in traceback.extract_tb(exc.__traceback__)
        if not frame.filename.startswith((HERE, "<frozen"))
    ]
    ours = [frame for frame in frames if below(frame.filename, root)]
    place: tuple[str, int] | None = None
    if isinstance(exc, SyntaxError) and exc.filename:
        place = (exc.filename, exc.lineno or 1)
    elif ours or frames:
        last = (ours or frames)[-1]
        place = (last.filename, last.lineno or 1)
    detail = without_environment("".join(traceback.format_list(frames[-LAST_FRAMES:])))
    text = without_environment(text_of(exc))
    message = f"{type(exc).__name__}: {text}" if text else type(exc).__name__
    if isinstance(exc, SystemExit):
        kind, message = "exits", f"calls sys.exit({text})"
    return FailedError(kind, message, place=place, detail=detail)


def text_of(exc: BaseException) -> str:
    """Return the text of ``exc``, whose ``__str__`` is other people's code."""
    try:
        return str(exc)
    except Exception as failure:  # noqa: BLE001 - anything may come out of it
        return f"(its text cannot be had: {type(failure).__name__})"


def below(filename: str, root: str) -> bool:
    """Whether ``filename`` is source of the tree that is judged, and no installed package."""
    return filename.startswith(root + os.sep) and "site-packages" not in filename


def place_of_frame(frame: FrameType | None, root: str) -> tuple[str, int] | None:
    """Return file and line of the nearest calling frame that is below ``root``."""
    while frame is not None:
        if below(frame.f_code.co_filename, root):
            return frame.f_code.co_filename, frame.f_lineno
        frame = frame.f_back
    return None


def place_of_code(code: CodeType, root: str) -> tuple[str, int] | None:
    """Return file and first line of ``code`` when it is below ``root``."""
    return (code.co_filename, code.co_firstlineno) if below(code.co_filename, root) else None
