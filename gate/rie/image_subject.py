"""What is smoked: an image, set as its template says, if it has one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from gate.config import USUAL_HANDLER
from gate.report import CannotLook, Finding
from gate.rie import exported, readable, remarks
from gate.rie import image as images
from gate.rie.container import Container
from gate.rie.engine import Engine
from gate.rie.function import Function
from gate.rie.image import Image
from gate.rie.reasons.scene import Scene
from gate.rie.reasons.starts import is_runtime_client
from gate.rie.subject import Subject
from gate.rie.template import Declared

STORAGE_MB = 512  # Lambda's own, when nobody says more


@dataclass(frozen=True)
class Wanted:
    """How an image is to be run: as its template says, else the command line, or the settings.

    `handler` is the command of the command line, `configured` that of the settings: both may be
    empty, as the template or the image itself may say it. `source` is the folder that it is
    thought to be made from.
    """

    handler: str
    configured: str
    timeout: float
    declared: Declared | None
    architecture: str
    source: Path

    def entry_point(self, image: Image) -> tuple[str, ...]:
        """Return what starts."""
        return (self.declared.entry_point if self.declared else ()) or image.entry_point

    def command(self, image: Image) -> tuple[str, ...]:
        """Return the arguments of that, or all of it where an image has no entry point."""
        if self.declared:
            said = (self.handler,) if self.handler else image.command
            return self.declared.command or said
        if self.handler:
            return (self.handler,)
        usual = (USUAL_HANDLER,) if is_runtime_client(image.entry_point) else ()
        return image.command or ((self.configured,) if self.configured else usual)

    def working_directory(self, image: Image) -> str:
        """Return where it starts."""
        return (self.declared.working_directory if self.declared else "") or image.working_directory


def of_image(engine: Engine, reference: str, wanted: Wanted) -> Subject:
    """Return the image that an engine has, to be run as is wanted; raises CannotLook."""
    image = images.find(engine, reference)
    refused, notes = _refused(engine, image, wanted)
    scene = _scene(engine, image, wanted)
    if not scene.entry_point and (wanted.handler or not scene.command):
        raise CannotLook(f"{reference}: the image has no ENTRYPOINT, which Lambda would start")
    if not refused:
        if wanted.architecture != images.of_machine():
            raise CannotLook(
                f"{reference} is for {wanted.architecture}, and so is not run by this machine"
            )
        refused += remarks.nowhere(wanted.declared, scene)
        refused += readable.of_image(scene.code, scene.homes)
        notes += remarks.notes(image, scene)
    make = partial(_container, engine, image, wanted, scene)
    name = " ".join(scene.command or scene.entry_point)
    return Subject(make, name, scene, tuple(refused), tuple(notes))


def _refused(engine: Engine, image: Image, wanted: Wanted) -> tuple[list[Finding], list[str]]:
    """Why Lambda would not take it, or nobody knows what it would run; and what is not seen."""
    refused, notes = images.look(engine, image, wanted.architecture)
    refused += remarks.refused(wanted.declared)
    if wanted.declared is None and not wanted.handler:
        refused += images.contradicts(image, wanted.configured)
    return refused, notes


def _scene(engine: Engine, image: Image, wanted: Wanted) -> Scene:
    declared = wanted.declared
    return Scene(
        look=partial(exported.read, engine, image.reference),
        starts_in=wanted.working_directory(image),
        source=wanted.source,
        entry_point=wanted.entry_point(image),
        command=wanted.command(image),
        variables={**image.variables, **(declared.environment if declared else {})},
    )


def _container(
    engine: Engine, image: Image, wanted: Wanted, scene: Scene, variables: Mapping[str, str]
) -> Function:
    declared = wanted.declared
    return Container(
        engine=engine,
        image=image,
        entry_point=scene.entry_point,
        command=scene.command,
        environment=variables,
        timeout_seconds=declared.timeout if declared else wanted.timeout,
        memory_mb=declared.memory_mb if declared else None,
        storage_mb=declared.storage_mb if declared else STORAGE_MB,
        working_directory=declared.working_directory if declared else "",
    )
