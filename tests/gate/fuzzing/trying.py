"""Reads one hostile tree, and says what came of it; a verdict on garbage is an error too."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

from gate.static.findings import report
from gate.static.source import Sources
from gate.static.verdict import compare
from tests.gate.fuzzing.sources import mutated, source, trees

ENTRIES = ("main:app", "lazy_app:app")
PREPARED = ("", "", "shared:audit", "main:health")
TURNS = 20  # inputs for one tree of the catalogue


class Tree:
    """A tree of the catalogue below ``root``, whose ``lazy_app.py`` is another one each time."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._turns = 0
        self._files: dict[str, str] = {}
        self.data = b""

    def change(self, choose: random.Random) -> None:
        """Write another source, and in one case of ten another module beside it."""
        if self._turns % TURNS == 0:
            self._files = choose.choice(trees())
            shutil.rmtree(self.root, ignore_errors=True)
        self._turns += 1
        for name, text in self._files.items():
            self._write(name, text.encode())
        self.data = source(self._files, choose)
        self._write("lazy_app.py", self.data)
        if choose.random() < 0.1:
            name = choose.choice([name for name in self._files if name != "lazy_app.py"])
            self._write(name, mutated(self._files[name].encode(), choose))

    def _write(self, name: str, data: bytes) -> None:
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)


def verdict(tree: Tree, choose: random.Random) -> str:
    """Return in what reading ended; raises AssertionError for a verdict that cannot be."""
    prepare = choose.choice(PREPARED) if choose.random() < 0.1 else ""
    found = compare(Sources(str(tree.root)), *ENTRIES, prepare)
    said = report(found, *ENTRIES, root=tree.root)
    assert said.findings or found.kind not in ("undecided", "unseen"), "it passes, undecided"
    if not said.passed:
        return found.kind
    try:
        compile(tree.data, "lazy_app.py", "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as exc:
        raise AssertionError(f"it passes, and is no Python: {exc}") from exc
    return "same"
