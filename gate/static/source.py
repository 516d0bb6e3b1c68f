"""Finds and parses the modules of a tree."""

from __future__ import annotations

import _ast as ast
import os
import sys
import warnings

from gate.static.splicing import spliced
from gate.static.values import Undecided

ONLY_AST = 0x400  # ast.PyCF_ONLY_AST, whose module is slow to import
MAX_BYTES = 500_000  # of one file, and of all files that one verdict reads
MAX_TREE_BYTES = 3_000_000


class Broken(Exception):  # noqa: N818 - the name says what happened
    """A file is no Python: ``message`` as the interpreter says it, ``place`` (file, line)."""

    def __init__(self, message: str, file: str, line: int) -> None:
        super().__init__(message)
        self.message = message
        self.place = (file, line)


class Source:
    """A parsed file; the line numbers in ``tree`` are of ``lines``, by default the file's own."""

    def __init__(
        self, file: str, data: bytes, tree: ast.Module, lines: list[bytes] | None = None
    ) -> None:
        self.file = file
        self.tree = tree
        self.data = data
        self._lines = lines
        self._segments: dict[ast.AST, bytes] = {}

    @property
    def has_lazy_annotations(self) -> bool:
        """Whether annotations are texts, which nobody evaluates when a function is defined."""
        imports = (node for node in self.tree.body if isinstance(node, ast.ImportFrom))
        future = (node for node in imports if node.module == "__future__")
        return any(alias.name == "annotations" for node in future for alias in node.names)

    @property
    def lines(self) -> list[bytes]:
        """The lines that line numbers are of."""
        if self._lines is None:
            self._lines = self.data.splitlines(keepends=True)
        return self._lines

    def segment(self, node: ast.stmt | ast.expr) -> bytes:
        """Return the text of ``node``, from the start of its first line, without indentation."""
        if node not in self._segments:
            self._segments[node] = self._segment(node)
        return self._segments[node]

    def _segment(self, node: ast.stmt | ast.expr) -> bytes:
        lines = self.lines[node.lineno - 1 : node.end_lineno]
        before = lines[0][: node.col_offset]
        if before.strip():  # other code stands before it on its line
            return b"\n".join((before, *lines))
        return b"".join(line.removeprefix(before) for line in lines)


class Sources:
    """The files of a tree that were read, by the names of their modules.

    Without ``places`` nobody asks for line numbers: of a file much like another one only what is
    new in it is parsed.
    """

    def __init__(self, root: str, *, places: bool = True) -> None:
        self.root = root
        self._places = places
        self._known: dict[str, tuple[str, Source | None] | None] = {}
        self._sources: dict[bytes, Source] = {}
        self._read = 0

    def find(self, name: str) -> tuple[str, Source | None] | None:
        """Return the path of a module below the root and its source; None where there is none.

        The source of a package without ``__init__.py`` is None. Raises Broken and Undecided.
        """
        if name not in self._known:
            self._known[name] = self._find(name)
        return self._known[name]

    def path(self, name: str) -> str:
        """Return the path at which a module of the tree is, or should be."""
        base = os.path.join(self.root, *name.split("."))  # noqa: PTH118 - pathlib is slow to import
        package = os.path.join(base, "__init__.py")  # noqa: PTH118
        return package if os.path.isfile(package) else f"{base}.py"  # noqa: PTH113

    def _find(self, name: str) -> tuple[str, Source | None] | None:
        base = os.path.join(self.root, *name.split("."))  # noqa: PTH118 - pathlib is slow to import
        for file in (os.path.join(base, "__init__.py"), f"{base}.py"):  # noqa: PTH118
            if os.path.isfile(file):  # noqa: PTH113
                self._refuse_shadow(name, file)
                data = self._data(file)
                if data not in self._sources:  # copies are parsed once
                    self._sources[data] = self._parsed(file, data)
                known = self._sources[data]
                return file, Source(file, data, known.tree, known.lines)
        return (base, None) if os.path.isdir(base) and not _is_standard(name) else None  # noqa: PTH112

    def _parsed(self, file: str, data: bytes) -> Source:
        model = max(self._sources.values(), key=lambda source: len(source.data), default=None)
        if model is not None and not self._places:
            splice = spliced(data, model.tree, model.lines, _statements)
            if splice is not None:
                tree = ast.Module(splice.body, [])
                return Source(file, data, tree, splice.lines)
        return Source(file, data, parsed(file, data))

    def _refuse_shadow(self, name: str, file: str) -> None:
        if _is_standard(name):
            raise Undecided(
                f"{name} is the name of a module of the standard library too", (file, 1)
            )

    def _data(self, file: str) -> bytes:
        try:
            with open(file, "rb") as stream:  # noqa: PTH123
                data = stream.read(MAX_BYTES + 1)
        except OSError as exc:
            raise Undecided(f"cannot be read: {exc.strerror}", (file, 1)) from exc
        self._read += len(data)
        if len(data) > MAX_BYTES or self._read > MAX_TREE_BYTES:
            raise Undecided("there is too much to read", (file, 1))
        return data


def _statements(data: bytes) -> list[ast.stmt]:
    """Return the statements of a piece of a file; raises SyntaxError, as :func:`parsed` does."""
    try:
        return parsed("", data).body
    except (Broken, Undecided) as exc:
        raise SyntaxError(str(exc)) from exc


def parsed(file: str, data: bytes) -> ast.Module:
    """Return the tree of a source; raises Broken, and Undecided for one that is nested too deep."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree: ast.Module = compile(data, file, "exec", ONLY_AST, dont_inherit=True)
            # Not run: some errors are found only here, a `break` outside of a loop among them.
            compile(tree, file, "exec", dont_inherit=True)
    except SyntaxError as exc:
        kind = type(exc).__name__
        raise Broken(f"{kind}: {exc}", file, exc.lineno or 1) from exc
    except ValueError as exc:  # a NUL byte, a codec that is none
        raise Broken(f"{type(exc).__name__}: {exc}", file, 1) from exc
    except (RecursionError, MemoryError, OverflowError) as exc:
        raise Undecided("it is nested too deeply to be read", (file, 1)) from exc
    return tree


def _is_standard(name: str) -> bool:
    return name.partition(".")[0] in sys.stdlib_module_names
