"""Why a program or a script does not start: the kernel's words for it tell little."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from gate.rie.contents import Entry
from gate.rie.image import of_machine
from gate.rie.reasons.scene import Reason, Scene

# What the emulator says of the entry point or an extension, and a shell of what it runs.
NOT_ON_PATH = re.compile(
    r'exec: "(?P<name>[^"]+)": executable file not found in \$PATH'
    r"|\benv: \W?(?P<by_env>[\w.+-]+)\W?: No such file or directory"
)
STARTED = re.compile(
    r"fork/exec (?P<by_lambda>\S+): (?P<error>no such file or directory|permission denied"
    r"|exec format error)"
    r"|(?:exec: )?(?P<by_shell>/\S+): (?P<shell_error>not found|Permission denied"
    r"|No such file or directory|cannot execute[^\n]*|bad interpreter[^\n]*)"
)
ELF, MACHINES = b"\x7fELF", {62: "x86_64", 183: "arm64"}
UNIX_LINES = "save it with Unix line endings (in .gitattributes: *.sh text eol=lf), and build anew"


def explain(said: str, log: str, scene: Scene) -> Reason | None:
    """Return why a program that was named did not start."""
    if missing := NOT_ON_PATH.search(said) or NOT_ON_PATH.search(log):
        return _not_on_path(missing["name"] or missing["by_env"], scene)
    found = STARTED.search(said) or STARTED.search(log)
    if found is None:
        return None
    path = scene.absolute(found["by_lambda"] or found["by_shell"])
    error = (found["error"] or found["shell_error"]).lower()
    entry = scene.at(path)
    judge = next((judge for text, judge in JUDGES.items() if text in error), _not_there)
    return judge(path, entry, scene)


def _not_on_path(name: str, scene: Scene) -> Reason:
    there = next(iter(scene.contents.ending(f"/bin/{name}")), "")
    if there:
        return Reason(
            f"the image has {there}, and PATH is {scene.variables.get('PATH', 'not set')}",
            "write its whole path in ENTRYPOINT, or keep the PATH of the base and add its folder",
        )
    return Reason(
        f"the image has no program {name}",
        "install it in the Dockerfile, in the last stage",
    )


def _not_there(path: str, entry: Entry | None, scene: Scene) -> Reason | None:
    if entry is None:
        return _absent(path, scene)
    asked = interpreter(entry)
    if asked.endswith("\r"):
        return Reason(
            f"{path} has the line endings of Windows: it asks for {asked!r} to run it", UNIX_LINES
        )
    if asked and scene.at(asked) is None:
        return Reason(
            f"{path} asks for {asked} to run it, which the image has not",
            "name a program that is there in its first line, #!/bin/sh say, or put that one in",
        )
    if entry.head.startswith(ELF):
        return Reason(
            f"{path} is a program for another system: its loader is not in the image",
            "build it for the image's own system (not for musl, say)",
        )
    return None


def _absent(path: str, scene: Scene) -> Reason:
    link = scene.contents.entries.get(path)
    if link is not None and link.target is not None:
        return Reason(
            f"{path} is a link to {link.target}, and there is nothing",
            "copy the file itself into the image",
        )
    return Reason(
        f"the image has no {path}",
        "correct ENTRYPOINT, or COPY the file: what .dockerignore names is not copied",
    )


def _not_allowed(path: str, entry: Entry | None, scene: Scene) -> Reason | None:
    closed = (scene.code if path in scene.code.entries else scene.contents).closed(path)
    if closed is None and entry is not None and not entry.mode & 0o001:
        closed = path, entry
    if closed is None:
        return None
    where, what = closed
    return Reason(
        f"{where} has mode {what.shown}: Lambda's user, who owns nothing, may not run it",
        "let others run it (chmod a+rx), or say COPY --chmod=755 in the Dockerfile",
    )


def _no_program(path: str, entry: Entry | None, scene: Scene) -> Reason | None:
    if entry is None:
        return _absent(path, scene)
    if machine := foreign(entry):
        return Reason(
            f"{path} is made for {machine}",
            "build the image for the architecture of the function (docker build --platform)",
        )
    if entry.head.startswith(b"\xef\xbb\xbf"):
        return Reason(
            f"{path} begins with a byte order mark, and not with #!", "save it as UTF-8 without it"
        )
    if not entry.head.startswith((ELF, b"#!")):
        return Reason(f"{path} does not begin with #!", "let its first line be #!/bin/sh, say")
    return None


JUDGES: Mapping[str, Callable[[str, Entry | None, Scene], Reason | None]] = {
    "permission denied": _not_allowed,
    "exec format error": _no_program,
}


def interpreter(entry: Entry) -> str:
    """Return the program that a script asks for, as the kernel reads it; empty: it is none."""
    first, newline, _ = entry.head.partition(b"\n")
    if not (first.startswith(b"#!") and newline):
        return ""
    return first[2:].strip(b" \t").split(b" ")[0].decode(errors="replace")


def foreign(entry: Entry) -> str:
    """Return the machine that a program or library is made for; empty where it is this one."""
    if not entry.head.startswith(ELF):
        return ""
    number = int.from_bytes(entry.head[18:20], "little" if entry.head[5] == 1 else "big")
    machine = MACHINES.get(number, f"machine {number}")
    return "" if machine == of_machine() else machine
