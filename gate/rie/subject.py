"""What is smoked: code as it lies there, or an image; set as its template says, if it has one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from gate.allowances import Allowances
from gate.config import USUAL_HANDLER
from gate.report import CannotLook, Finding
from gate.rie import binary, confinement, contents, exported, links, readable, remarks
from gate.rie import image as images
from gate.rie.container import Container
from gate.rie.contents import Contents
from gate.rie.engine import Engine
from gate.rie.function import Function
from gate.rie.image import Image
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
    # What packs an archive may follow links; COPY never does.
    left = links.look(root, allowances) if declared is None or declared.image else ()
    refused = (*code.refused, *left, *allowances.unused(), *remarks.refused(declared))
    unenforced = (f"not enforced on this machine: {lacking}",) if lacking else ()
    scene = Scene(
        look=partial(_folder, root),
        starts_in=str(root),
        source=root,
        image=False,
    )
    said = (*code.notes, *unenforced, *allowances.notes())
    return Subject(make, command[0], scene, refused, said)


def _folder(root: Path, *_folders: str) -> Contents:
    return contents.of_folder(root, readable.SKIPPED)


def _not_local(declared: Declared) -> Iterator[str]:
    """Yield what a template says and no process without a container heeds."""
    yield f"{declared.memory_mb} MB of memory"
    if declared.architecture != images.of_machine():
        yield f"the architecture {declared.architecture}"
    if declared.entry_point and not is_runtime_client(declared.entry_point):
        yield f"the entry point {' '.join(declared.entry_point)}"


def of_image(
    engine: Engine,
    reference: str,
    *,
    handler: str,
    configured: str,
    timeout: float,
    declared: Declared | None,
    architecture: str,
    source: Path,
) -> Subject:
    """Return the image that an engine has, for an architecture; raises CannotLook.

    `handler` is the command of the command line, `configured` that of the settings: both may be
    empty, as the template or the image itself may say it.
    """
    image = images.find(engine, reference)
    refused, notes = images.look(engine, image, architecture)
    refused += remarks.refused(declared)
    if declared is None and not handler:
        refused += images.contradicts(image, configured)
    entry_point = (declared.entry_point if declared else ()) or image.entry_point
    command = _command(image, handler, configured, declared)
    if not entry_point and (handler or not command):
        raise CannotLook(f"{reference}: the image has no ENTRYPOINT, which Lambda would start")
    if not refused and architecture != images.of_machine():
        raise CannotLook(f"{reference} is for {architecture}, and so is not run by this machine")
    scene = Scene(
        look=partial(exported.read, engine, reference),
        starts_in=(declared.working_directory if declared else "") or image.working_directory,
        source=source,
        entry_point=entry_point,
        command=command,
        variables={**image.variables, **(declared.environment if declared else {})},
    )

    def make(variables: Mapping[str, str]) -> Function:
        return Container(
            engine=engine,
            image=image,
            entry_point=entry_point,
            command=command,
            environment=variables,
            timeout_seconds=declared.timeout if declared else timeout,
            memory_mb=declared.memory_mb if declared else None,
            storage_mb=declared.storage_mb if declared else STORAGE_MB,
            working_directory=declared.working_directory if declared else "",
        )

    name = " ".join(command or entry_point)
    if not refused:
        refused += readable.of_image(scene.code, scene.homes)
        notes += remarks.notes(image, scene)
    return Subject(make, name, scene, tuple(refused), tuple(notes))


def _command(
    image: Image, handler: str, configured: str, declared: Declared | None
) -> tuple[str, ...]:
    said = (declared.command if declared else ()) or ((handler,) if handler else image.command)
    usual = (USUAL_HANDLER,) if is_runtime_client(image.entry_point) else ()
    return said or (() if declared else (configured,) if configured else usual)


STORAGE_MB = 512  # Lambda's own, when nobody says more
