"""Why what was started is no function: a shell's words, a server, an extension that waits."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator

from gate.rie.reasons.scene import EXTENSIONS, Reason, Scene

SHELL = ("/bin/sh", "-c")  # what the shell form of CMD and ENTRYPOINT begins with
# These start the runtime client with the command, which is what happens without an image.
ENTRY_POINTS = ("lambda-entrypoint.sh", "awslambdaric")
NO_ANSWER = re.compile(r"Runtime\.InitTimeout")
REGISTERED = re.compile(r"extensions that registered: (.*)$")
SERVER = re.compile(
    r"\b(uvicorn|gunicorn|hypercorn|granian|fastapi (run|dev)|flask run|http\.server)\b"
)
SERVES = re.compile(
    r"Uvicorn running on|Listening at: http|Application startup complete|Running on http"
    r"|Serving HTTP on"
)


def is_runtime_client(entry_point: tuple[str, ...]) -> bool:
    """Whether it is known to start the runtime client with the command."""
    return any(name in part for part in entry_point for name in ENTRY_POINTS)


def in_shell_form(words: tuple[str, ...]) -> bool:
    """Whether a CMD or ENTRYPOINT was written as a line, and not as a list."""
    return words[:2] == SHELL


def explain(said: str, log: str, scene: Scene) -> Reason | None:
    """Return why it never asks for a request, or is not given what it asks for."""
    return next(filter(None, _reasons(said, log, scene)), None)


def _reasons(said: str, log: str, scene: Scene) -> Iterator[Reason | None]:
    yield _shell_form(scene)
    if NO_ANSWER.search(said):
        yield _silent_extension(said, scene)
        yield _server(log, scene)
    yield _no_client(scene)


def _shell_form(scene: Scene) -> Reason | None:
    if is_runtime_client(scene.entry_point) and len(scene.command) > 1 and extensions(scene):
        return Reason(
            "the entry point of AWS's base image takes one handler, and no server",
            f"let the server be the ENTRYPOINT: {json.dumps([*scene.command])}, beside the adapter",
        )
    if in_shell_form(scene.command) and is_runtime_client(scene.entry_point):
        line = " ".join(scene.command[2:])
        return Reason(
            f"CMD is in shell form: the entry point is given /bin/sh and -c, and no {line}",
            f'write it as a list: CMD ["{line}"]',
        )
    if in_shell_form(scene.entry_point) and scene.command:
        return Reason(
            "ENTRYPOINT is in shell form: a shell is started, which gives nothing of CMD on",
            'write it as a list: ENTRYPOINT ["…", "…"]',
        )
    return None


def _silent_extension(said: str, scene: Scene) -> Reason | None:
    found = REGISTERED.search(said)
    if found is None:
        return None
    registered = {name.strip() for name in found[1].split(",")}
    there = {posixpath.basename(one) for one in extensions(scene)}
    silent = ", ".join(sorted(there - registered))
    if not silent:
        return None
    return Reason(
        f"the extension {silent} never registers, and Lambda waits for it",
        f"mend it, or take it out of {EXTENSIONS}",
    )


def extensions(scene: Scene) -> list[str]:
    """Return what Lambda starts beside the function."""
    return [
        path
        for path, entry in scene.code.entries.items()
        if posixpath.dirname(path) == EXTENSIONS and not entry.folder
    ]


def _server(log: str, scene: Scene) -> Reason | None:
    words = " ".join((*scene.entry_point, *scene.command))
    if not (SERVER.search(words) or SERVES.search(log)):
        return None
    if extensions(scene):
        return Reason(
            "a server was started, and the extension beside it asks Lambda for nothing",
            "let the server listen on the port that the adapter asks (AWS_LWA_PORT or PORT, "
            "8080), and answer AWS_LWA_READINESS_CHECK_PATH",
        )
    return _serves()


def _serves() -> Reason:
    return Reason(
        "a server was started, which nobody asks: Lambda wants a client of its runtime API",
        "start awslambdaric with a handler, such as Mangum(app), or put AWS Lambda Web Adapter "
        f"into {EXTENSIONS}",
    )


def _no_client(scene: Scene) -> Reason | None:
    words = " ".join((*scene.entry_point, *scene.command))
    if SERVER.search(words) and not extensions(scene):
        return _serves()
    return None
