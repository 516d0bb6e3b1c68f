"""The function that a synthesized template declares: what it runs, with which settings."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gate import assembly
from gate.assembly import FUNCTION
from gate.report import CannotLook, shown
from gate.rie.gateways import Resources, gateways
from gate.rie.references import literal
from probes import Gateway


@dataclass(frozen=True)
class Declared:
    """A function as CloudFormation would make it: what it does not say is Lambda's default.

    `command` and `entry_point` are empty where the image says them. `environment` holds the
    variables whose values are written there, `unknown` the names of the others; `image` is false
    for a function whose code is an archive.
    """

    where: str
    command: tuple[str, ...]
    entry_point: tuple[str, ...]
    working_directory: str
    timeout: float
    memory_mb: int
    storage_mb: int
    architecture: str
    gateways: tuple[Gateway, ...]
    environment: Mapping[str, str] = field(repr=False)
    unknown: tuple[str, ...] = ()
    image: bool = True


def declared(path: Path, name: str, *, image: bool) -> Declared:
    """Return the function of an assembly's folder, or of a template file.

    Args:
        path: the folder, or the file.
        name: which function: its name or logical id; empty: the one that an API calls.
        image: whether it is to be an image function, or may be one of Python code too.

    Raises:
        CannotLook: no such function, more than one, or a setting that only AWS knows.
    """
    resources = Resources(_templates(path))
    found = {key: one for key, one in resources.of_type(FUNCTION) if _runs(one, image=image)}
    key = _chosen(path, resources, found, name)
    return _declared(path, resources, key)


def _templates(path: Path) -> dict[str, dict[str, Any]]:
    """The templates by the name of their stack."""
    if path.is_dir():
        return {one.name: _read(one.template) for one in assembly.stacks(path)}
    return {path.name: _read(path)}


def _read(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except OSError as exc:
        raise CannotLook(f"{shown(path)}: {exc.strerror}; say where the template is") from exc
    except ValueError as exc:
        raise CannotLook(f"{shown(path)}: not a synthesized (JSON) template: {exc}") from exc
    if not isinstance(value, dict) or not isinstance(value.get("Resources"), dict):
        raise CannotLook(f"{shown(path)}: not a template: it has no Resources")
    return assembly.mapped(value)


def _runs(resource: Mapping[str, Any], *, image: bool) -> bool:
    properties = resource.get("Properties", {})
    if properties.get("PackageType") == "Image":
        return True
    return not image and str(properties.get("Runtime", "")).startswith("python")


def _chosen(
    path: Path, resources: Resources, found: Mapping[tuple[str, str], Any], name: str
) -> tuple[str, str]:
    """Return the function that is meant."""
    if name:
        these = [key for key in found if name in _names(resources, key)]
    else:
        images = [key for key in found if _runs(found[key], image=True)]
        these = [key for key in images or found if gateways(resources, key)]
        these = these or images or list(found)
    if len(these) == 1:
        return these[0]
    there = ", ".join(sorted(key[1] for key in (these or found))) or "none"
    problem = f"several functions ({there})" if these else f"no such function (there: {there})"
    raise CannotLook(f"{shown(path)}: {problem}; say --function NAME")


def _names(resources: Resources, key: tuple[str, str]) -> Iterator[str]:
    yield key[1]
    name = resources.properties(key).get("FunctionName")
    if isinstance(name, str):
        yield name


def _declared(path: Path, resources: Resources, key: tuple[str, str]) -> Declared:
    properties = resources.properties(key)
    image = properties.get("ImageConfig") or {}
    where = f"{shown(path)}: {key[1]}"
    read = _Reader(where, resources.parameters(key))
    handler = properties.get("Handler")
    variables = (properties.get("Environment") or {}).get("Variables") or {}
    values = {name: literal(value, read.parameters) for name, value in variables.items()}
    return Declared(
        where=where,
        command=read.texts("ImageConfig.Command", image.get("Command") or [handler]),
        entry_point=read.texts("ImageConfig.EntryPoint", image.get("EntryPoint")),
        working_directory=read.text("ImageConfig.WorkingDirectory", image, "WorkingDirectory", ""),
        timeout=float(read.text("Timeout", properties, "Timeout", "3")),
        memory_mb=int(read.text("MemorySize", properties, "MemorySize", "128")),
        storage_mb=int(
            read.text("EphemeralStorage", properties.get("EphemeralStorage") or {}, "Size", "512")
        ),
        architecture=next(iter(read.texts("Architectures", properties.get("Architectures"))), "")
        or "x86_64",
        gateways=gateways(resources, key),
        environment={name: value for name, value in values.items() if value is not None},
        unknown=tuple(name for name, value in values.items() if value is None),
        image=properties.get("PackageType") == "Image",
    )


@dataclass(frozen=True)
class _Reader:
    """Reads settings that must be known here; raises CannotLook for those that are not."""

    where: str
    parameters: Mapping[str, Any]

    def text(self, name: str, table: Mapping[str, Any], key: str, default: str) -> str:
        """Return a setting as text."""
        value = table.get(key)
        return default if value is None else self._known(name, value)

    def texts(self, name: str, values: Any) -> tuple[str, ...]:
        """Return a list of texts; empty when there is none."""
        given = values if isinstance(values, list) else []
        return tuple(self._known(name, value) for value in given if value is not None)

    def _known(self, name: str, value: Any) -> str:
        text = literal(value, self.parameters)
        if text is None:
            raise CannotLook(f"{self.where}: only AWS knows its {name}; write it into the template")
        return text
