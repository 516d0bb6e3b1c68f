"""Why Python does not find a module, or not the native part of one."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from gate.rie.contents import Contents
from gate.rie.reasons.files import unreadable
from gate.rie.reasons.programs import foreign
from gate.rie.reasons.scene import Reason, Scene

MISSING = re.compile(r"No module named '?(?P<name>[\w.]+)'?")
PART = re.compile(
    r"cannot import name '(?P<name>\w+)' from (?:partially initialized module )?'(?P<of>[\w.]+)'"
)
LIBRARY = re.compile(r"(?P<file>[\w./+-]+\.so[\w.]*): cannot open shared object file")
NATIVE = re.compile(r"[^/]*\b(so|pyd|dylib)")
RUNTIME_CLIENT = "awslambdaric"  # not found: there is more to say than where it lies
BUILD = "build the package for the function's own Python, system and architecture"


def explain(said: str, log: str, scene: Scene) -> Reason | None:
    """Return why a module or a library that was named is missing."""
    library = LIBRARY.search(said) or LIBRARY.search(log)
    if library and scene.image:
        return _library(library["file"], scene)
    part = PART.search(said)
    missing = MISSING.search(said) or MISSING.search(log)
    if part:
        path = f"{part['of']}.{part['name']}".replace(".", "/")
        return _native(path, scene, scene.code) or _native(path, scene, scene.contents)
    if missing is None or missing["name"] == RUNTIME_CLIENT:
        return None
    return _module(missing["name"].replace(".", "/"), scene)


def _module(path: str, scene: Scene) -> Reason | None:
    for judge in (_closed, _broken_link, _other_case, _native, _compiled):
        if reason := judge(path, scene, scene.code):
            return reason
    for judge in (_elsewhere, _native, _compiled):
        if reason := judge(path, scene, scene.contents):
            return reason
    return _left_out(path, scene)


def _files(path: str) -> tuple[str, str]:
    return f"/{path}.py", f"/{path}/__init__.py"


def _roots(path: str, contents: Contents) -> Iterator[tuple[str, str]]:
    """Yield where a module is, and the folder from which Python would find it."""
    for found in contents.ending(*_files(path)):
        root = found.removesuffix("/__init__.py").removesuffix(".py").removesuffix(f"/{path}")
        if not _is_package(root, contents):
            yield found, root or "/"


def _is_package(root: str, contents: Contents) -> bool:
    """Whether a folder is one: what lies in it is another module than one by its bare name."""
    return f"{root}/__init__.py" in contents.entries


def _closed(path: str, scene: Scene, contents: Contents) -> Reason | None:
    for root in scene.searched:
        for found in (f"{root}{end}" for end in _files(path)):
            if found in contents.entries and (reason := unreadable(found, scene)):
                return reason
    return None


def _broken_link(path: str, scene: Scene, contents: Contents) -> Reason | None:
    top = path.partition("/")[0]
    for name in (f"{root}/{top}{end}" for root in scene.searched for end in ("", ".py")):
        entry = contents.entries.get(name)
        if entry and entry.target is not None and scene.at(name) is None:
            return Reason(
                f"{name} is a link to {entry.target}, and there is nothing",
                "copy what it leads to into the tree: an image keeps the link alone",
            )
    return None


def _elsewhere(path: str, scene: Scene, contents: Contents) -> Reason | None:
    roots = [*_roots(path, contents)]
    if not roots or any(root in scene.searched for _, root in roots):
        return None
    found, root = roots[0]
    return Reason(
        f"{scene.where} has {found}, and Python looks in {', '.join(scene.searched)} and its own "
        "folders alone",
        f"copy it to where the function starts, {scene.starts_in}, or name {root} in PYTHONPATH",
    )


def _other_case(path: str, scene: Scene, contents: Contents) -> Reason | None:
    wanted = {f"{root}{end}".lower() for root in scene.searched for end in _files(path)}
    for found in contents.entries:
        if found.lower() in wanted and not found.endswith(_files(path)):
            return Reason(
                f"there is {found}: on Linux capital letters count in the names of files",
                "import it by the very name of its file",
            )
    return None


def _native(path: str, _scene: Scene, contents: Contents) -> Reason | None:
    for found in contents.entries:
        root, here, rest = found.rpartition(f"/{path}.")
        if here and NATIVE.fullmatch(rest) and not _is_package(root, contents):
            return Reason(f"{found} is not for this function's Python and machine", BUILD)
    return None


def _compiled(path: str, scene: Scene, contents: Contents) -> Reason | None:
    folder, name = posixpath.split(path)
    cached = posixpath.join("/", folder, "__pycache__", f"{name}.cpython-")
    for found in contents.entries:
        root, here, _ = found.rpartition(cached)
        source = f"{root}/{path}.py" in contents.entries
        if here and not source and not _is_package(root, contents):
            return Reason(
                f"of it {scene.where} has {found} alone, which Python does not read without its "
                "source",
                "copy the source (.py) there too",
            )
    return None


def _left_out(path: str, scene: Scene) -> Reason | None:
    for name in (f"{path}.py", path):
        if scene.image and (scene.source / name).exists():
            return Reason(
                f"it is in the source, {name}, and not in the image",
                "let COPY take it, and .dockerignore leave it: a path there holds for its folder",
            )
    return None


def _library(name: str, scene: Scene) -> Reason | None:
    found = name if name.startswith("/") else next(iter(scene.contents.ending(f"/{name}")), "")
    entry = scene.at(found) if found else None
    if entry is None:
        return Reason(
            f"the image has no {posixpath.basename(name)}",
            "install it in the Dockerfile, in the last stage, or copy it to $LAMBDA_TASK_ROOT/lib",
        )
    if machine := foreign(entry):
        return Reason(f"{found} is made for {machine}", BUILD)
    searched = scene.variables.get("LD_LIBRARY_PATH", "")
    return Reason(
        f"the image has {found}, and LD_LIBRARY_PATH is {searched or 'not set'}",
        f"keep the LD_LIBRARY_PATH of the base, and add {posixpath.dirname(found)} to it",
    )
