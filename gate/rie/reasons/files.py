"""Why a file cannot be read: not there, not readable, or not where it is looked for."""

from __future__ import annotations

import posixpath
import re

from gate.rie.reasons.scene import Reason, Scene

REFUSED = re.compile(
    r"\[Errno (?P<number>\d+)\] (?:No such file or directory|Permission denied"
    r"|Not a directory): '(?P<path>[^']+)'"
)
NO_HOME = "/home/sbx_user1051"  # as in Lambda's sandbox, where it does not exist either
TEMPORARY = "/tmp/"  # noqa: S108 - Lambda's own


def explain(said: str, _log: str, scene: Scene) -> Reason | None:
    """Return why a file that was named could not be had."""
    found = REFUSED.search(said)
    if found is None:
        return None
    path = scene.absolute(found["path"])
    judges = (_no_home, unreadable, _temporary, _broken_link, _elsewhere, _left_out)
    return next(filter(None, (judge(path, scene) for judge in judges)), None)


def _no_home(path: str, _scene: Scene) -> Reason | None:
    if path.startswith(NO_HOME):
        return Reason(
            "Lambda's user has no home directory",
            "write below /tmp: say HOME=/tmp among the function's variables, or what the library "
            "wants (XDG_CACHE_HOME …)",
        )
    return None


def unreadable(path: str, scene: Scene) -> Reason | None:
    """Return what keeps Lambda's user from a file that is there."""
    closed = (scene.code if path in scene.code.entries else scene.contents).closed(path)
    if closed is None:
        return None
    where, entry = closed
    return Reason(
        f"{where} has mode {entry.shown}: Lambda's user, who owns nothing, may not read it",
        "let others read it (chmod -R a+rX before the build), or say COPY --chmod in the "
        "Dockerfile; USER changes nothing, as Lambda does not heed it",
    )


def _temporary(path: str, scene: Scene) -> Reason | None:
    if scene.image and path.startswith(TEMPORARY) and scene.at(path):
        return Reason(
            "the image has it, and /tmp is empty when a function starts",
            "put it elsewhere in the image, and copy it to /tmp at start if it must be written",
        )
    return None


def _broken_link(path: str, scene: Scene) -> Reason | None:
    entry = scene.code.entries.get(path)
    if entry is None or entry.target is None:
        return None
    return Reason(
        f"{path} is a link to {entry.target}, and there is nothing",
        "copy what it leads to into the tree: an image keeps the link alone",
    )


def _elsewhere(path: str, scene: Scene) -> Reason | None:
    relative = path.removeprefix(scene.starts_in.rstrip("/") + "/")
    there = [one for one in scene.code.ending(f"/{relative}") if one != path]
    likely = [one for one in there if any(one.startswith(f"{at}/") for at in scene.homes)]
    if not likely:
        return _other_case(path, scene)
    return Reason(
        f"{scene.where} has {likely[0]}, and the function starts in {scene.starts_in}",
        "name it by where the code is: Path(__file__).parent / …; or correct WORKDIR",
    )


def _other_case(path: str, scene: Scene) -> Reason | None:
    there = next((one for one in scene.code.entries if one.lower() == path.lower()), "")
    if not there or there == path:
        return None
    return Reason(
        f"there is {there}: on Linux capital letters count in the names of files",
        "name it by its very name",
    )


def _left_out(path: str, scene: Scene) -> Reason | None:
    name = scene.in_source(path)
    if not name:
        return None
    return Reason(
        f"it is in the source, {posixpath.normpath(name)}, and not in the image",
        "let COPY take it, and .dockerignore leave it: a path there holds for its folder",
    )
