"""What is smoked: code as it lies there, set as its template says, if it has one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from gate.allowances import Allowances
from gate.report import CannotLook, Finding
from gate.rie import binary, confinement, contents, links, readable, remarks
from gate.rie import image as images
from gate.rie.contents import Contents
from gate.rie.function import Function
from gate.rie.local import Rie
from gate.rie.reasons.scene import Scene
from gate.rie.reasons.starts import is_runtime_client
from gate.rie.surroundings import MEMORY_MB
from gate.rie.template import Declared


@dataclass(frozen=True)
class Subject:
    """A function that can be made, once its variables are there.

    `handler` is what it runs, in a word; `scene` what is known of its files; `refused` is why
    Lambda would not even take it; `notes` say what is not as on Lambda.
    """

    make: Callable[[Mapping[str, str]], Function]
    handler: str
    scene: Scene
    refused: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()


def local(
    root: Path,
    *,
    python: str,
    handler: str,
    timeout: float,
    declared: Declared | None,
    allowances: Allowances,
) -> Subject:
    """Return the code below `root`, run by an interpreter; raises CannotLook."""
    command = (declared.command if declared else ()) or (handler,)
    if len(command) != 1:
        raise CannotLook(f"the command {' '.join(command)} is not one handler; use --image")
    confined = confinement.find(root, python=python, binary=binary.ensure())
    lacking = ", ".join((*confined.lacking, *(_not_local(declared) if declared else ())))

    def make(variables: Mapping[str, str]) -> Function:
        return Rie(
            root=root,
            handler=command[0],
            environment=variables,
            timeout_seconds=declared.timeout if declared else timeout,
            memory_mb=declared.memory_mb if declared else MEMORY_MB,
            python=Path(python),
            confinement=confined,
        )

    code = readable.look(root)
    refused = [*code.refused, *remarks.refused(declared)]
    if declared is None or declared.image:  # what packs an archive may follow links, COPY never
        refused += [*links.look(root, allowances), *allowances.unused()]
    unenforced = (f"not enforced on this machine: {lacking}",) if lacking else ()
    scene = Scene(
        look=partial(_folder, root),
        starts_in=str(root),
        source=root,
        image=False,
    )
    said = (*code.notes, *unenforced, *allowances.notes())
    return Subject(make, command[0], scene, tuple(refused), said)


def _folder(root: Path, *_folders: str) -> Contents:
    return contents.of_folder(root, readable.SKIPPED)


def _not_local(declared: Declared) -> Iterator[str]:
    """Yield what a template says and no process without a container heeds."""
    yield f"{declared.memory_mb} MB of memory"
    if declared.architecture != images.of_machine():
        yield f"the architecture {declared.architecture}"
    if declared.entry_point and not is_runtime_client(declared.entry_point):
        yield f"the entry point {' '.join(declared.entry_point)}"
