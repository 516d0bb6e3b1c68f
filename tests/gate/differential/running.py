"""Asks what an entry point builds in a forked copy of this process: quicker than a new one."""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import signal
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from gate import inspection
from gate.inspection.comparison import Subject
from gate.inspection.differences import compare
from gate.inspection.documents import differing_paths
from gate.inspection.facts import Facts
from gate.inspection.runner import Interpreter

CHILD = Path(inspection.__file__).parent / "child"
NAME = "_gate_child"
SECONDS = 20
ENTRIES = ("main:app", "lazy_app:app")
# What most trees import: once, before the forks.
COMMON: tuple[str, ...] = (
    "fastapi.middleware.cors",
    "fastapi.middleware.gzip",
    "fastapi.staticfiles",
)
COMMON += ("fastapi.testclient", "starlette.applications", "contextlib")

# "same", "differ", "failed" (of one of the two, or in other ways) or "failing alike"; the rules.
Truth = tuple[str, frozenset[str]]


class Running:
    """Says how the two entry points of a tree compare when they are run."""

    def __init__(self) -> None:
        for name in COMMON:
            importlib.import_module(name)
        self._child = _loaded()

    def truth(self, root: Path) -> Truth:
        """Return how ``main:app`` and ``lazy_app:app`` compare."""
        one, other = (self._asked(root, *names) for names in (ENTRIES, ENTRIES[::-1]))
        if not one and not other:
            return "failing alike", frozenset()
        if not one or not other:
            return "failed", frozenset()
        found = compare(Facts(one["facts"]), Facts(other["facts"]))
        rules = {f"parity.{each.kind.replace(' ', '-')}.{each.status}" for each in found}
        if not found and list(differing_paths(one["openapi"], other["openapi"])):
            rules = {"parity.openapi.differs"}
        return "differ" if rules else "same", frozenset(rules)

    def _asked(self, root: Path, entry: str, other: str) -> dict[str, Any] | None:
        """Return what the child of the run-time comparison says, None where it fails."""
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                os.close(read)
                self._answer(root, entry, other, write)
            finally:
                os._exit(0)
        os.close(write)
        with os.fdopen(read, "rb") as stream:
            data = stream.read()
        os.waitpid(child, 0)
        answer = json.loads(data) if data else None
        return answer if answer and answer["routes"] else None

    def _answer(self, root: Path, entry: str, other: str, write: int) -> None:
        signal.alarm(SECONDS)
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in (1, 2):
            os.dup2(nothing, stream)
        sys.dont_write_bytecode, sys.path[0] = True, str(root)
        os.chdir(root)
        subject = Subject(entry, entry, root, Interpreter(root), other=other)
        try:
            answer = json.dumps(self._child.run({**subject.request, "root": str(root)})).encode()
        except BaseException:  # noqa: BLE001 - whatever it is, there is nothing to compare
            return
        with os.fdopen(write, "wb") as answers:
            answers.write(answer)


def _loaded() -> ModuleType:
    """Import the child's program under a name of its own, as it runs."""
    spec = importlib.util.spec_from_file_location(
        NAME, CHILD / "__init__.py", submodule_search_locations=[str(CHILD)]
    )
    assert spec is not None
    assert spec.loader is not None
    package = importlib.util.module_from_spec(spec)
    sys.modules[NAME] = package
    spec.loader.exec_module(package)
    return importlib.import_module(f"{NAME}.application")
