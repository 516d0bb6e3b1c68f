"""Entry points by name: ``module:attribute``, and where their modules are."""

from __future__ import annotations

import re
from pathlib import Path

from gate.config import Config
from gate.inspection.source import defines
from gate.report import CannotLook, shown

NAME = r"[^\W\d]\w*(\.[^\W\d]\w*)*"
MODULE = re.compile(NAME)
FUNCTION = re.compile(f"{NAME}:{NAME}")
ENTRY = re.compile(rf"{NAME}:{NAME}(\(\))?")


def checked(specification: str, option: str) -> str:
    """Return ``specification`` if it is ``module:attribute`` (or a factory); raises CannotLook."""
    if not ENTRY.fullmatch(specification):
        raise CannotLook(f"{option} {specification!r}: must be module:attribute, as main:app")
    return specification


def checked_module(name: str, option: str) -> str:
    """Return ``name`` if it can be a module's; raises CannotLook."""
    if not MODULE.fullmatch(name):
        raise CannotLook(f"{option} {name!r}: must be a module's name, as lazy_app")
    return name


def checked_prepare(given: str | None, configured: str, config: Config) -> tuple[str, str]:
    """Return the function that loads what is loaded on demand, or "", and a note for the report.

    One that ``[tool.gate]`` names is left out, with a note, where the command line names another
    root whose tree does not have it. Raises CannotLook for one that is not there.
    """
    name = configured if given is None else given
    if not name:
        return "", ""
    option = "--prepare" if given is not None else "[tool.gate]"
    if not FUNCTION.fullmatch(name):
        raise CannotLook(f"{option} {name!r}: must be module:function")
    module, _, function = name.partition(":")
    file = find_module(config.source_root, module)
    if file is not None and defines(file, function.partition(".")[0]):
        return name, ""
    if given is None and config.elsewhere:
        return "", f"{name} of [tool.gate] is not below {shown(config.root)}: nothing is loaded"
    raise CannotLook(f"{option} {name}: no such function below {shown(config.root)}")


def module_name(specification: str) -> str:
    """Return the module of ``module:attribute``."""
    return specification.partition(":")[0]


def find_module(root: Path, name: str) -> Path | None:
    """Return the file of the module ``name`` below ``root``, or None."""
    base = root.joinpath(*name.split("."))
    for file in (base.with_suffix(".py"), base / "__init__.py"):
        if file.is_file():
            return file
    return None


def module_file(root: Path, name: str) -> Path:
    """Return the file of the module ``name`` below ``root``; raises CannotLook."""
    file = find_module(root, name)
    if file is None:
        wanted = f"{name.replace('.', '/')}.py"
        raise CannotLook(f"{wanted}: no such file below {shown(root)}")
    return file
