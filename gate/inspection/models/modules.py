"""The model modules of a tree, and where what they should define is."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path

from gate.inspection import source
from gate.inspection.models import maybe, tables
from gate.inspection.source import Definition


class Modules:
    """The tree below ``root``: model modules match one of ``globs`` and none of ``allow``."""

    def __init__(self, root: Path, globs: Sequence[str], allow: Sequence[str]) -> None:
        self.root = root.resolve()
        self._globs = globs
        self._allow = allow

    @property
    def patterns(self) -> str:
        """The patterns, as a person reads them."""
        return ", ".join(self._globs)

    @cached_property
    def matching(self) -> list[Path]:
        """The files that match a pattern."""
        found = {file for pattern in self._globs for file in self.root.glob(pattern)}
        return sorted(file for file in found if file.suffix == ".py")

    @cached_property
    def models(self) -> list[Path]:
        """The model modules: files that match, are not on the list, and may map something."""
        return [file for file in self.matching if not self.allowed(file) and maybe.maps(file)]

    def allowed(self, file: Path) -> bool:
        """Whether a module need not be imported."""
        module = self.name(file)
        return any(fnmatchcase(module, pattern) for pattern in self._allow)

    def name(self, file: Path) -> str:
        """Return the name of a file's module."""
        return source.module_name(file, self.root)

    def may_map(self, file: Path) -> bool:
        """Whether a file is a model module, or holds what maps something."""
        try:
            return file in self.models or maybe.says_so(file.read_bytes())
        except OSError:
            return False

    def definition(self, target: str, user: Path | None) -> Definition | None:
        """Return where the class ``target`` (``X`` or ``package.module.X``) is defined.

        Among several: the one in the module that ``target`` says, or that the file ``user``
        imports for the type checker alone; then one in a model module.
        """
        module, _, name = target.rpartition(".")
        named = self._classes.get(name, [])
        said = [one for one in named if module and f".{one.module}".endswith(f".{module}")]
        hinted = [one for one in named if user and one.module == self._hint(user, name)]
        models = [one for one in named if one.file in self.models]
        return next(iter(said or hinted or models or named), None)

    def defining(self, target: str) -> list[Definition]:
        """Return every class that is named so."""
        return self._classes.get(target.rpartition(".")[2], [])

    def table(self, name: str) -> Definition | None:
        """Return where a table is defined: its class, or the table itself (without a name)."""
        found = self._tables.get(name, [])
        best = [one for one in found if one.file in self.models] or found
        return next((Definition(t.owner, t.file, t.line, self.name(t.file)) for t in best), None)

    @cached_property
    def _classes(self) -> dict[str, list[Definition]]:
        return source.classes(self.root)

    @cached_property
    def twice(self) -> list[tuple[tables.Table, tables.Table]]:
        """The tables that two modules define, in pairs."""
        return list(tables.twice(one for one in self._all if not self.allowed(one.file)))

    @cached_property
    def _tables(self) -> dict[str, list[tables.Table]]:
        return tables.by_name(self._all)

    @cached_property
    def _all(self) -> list[tables.Table]:
        return list(tables.tables(self.root))

    def renamed(self, user: Path, name: str) -> Definition | None:
        """Return the class that a file imports under another name: `import Book as _Book`."""
        for module, original, known in self._imports(user):
            if known == name != original:
                return self.definition(f"{module}.{original}", user)
        return None

    def _hint(self, user: Path, name: str) -> str:
        """Return the module from which a file imports ``name``, be it for the type checker."""
        found = (module for module, original, _ in self._imports(user) if original == name)
        return next(found, "")

    def _imports(self, user: Path) -> Iterator[tuple[str, str, str]]:
        """Yield module, name and name in this file of what is imported, under any condition."""
        parsed = source.tree(user)
        for node in ast.walk(parsed) if parsed is not None else ():
            if isinstance(node, ast.ImportFrom):
                module = source.absolute(user, self.root, node)
                yield from ((module, one.name, one.asname or one.name) for one in node.names)
