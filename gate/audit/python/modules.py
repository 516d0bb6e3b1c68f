"""The Python modules of a repository: their syntax trees, and what their names mean."""

from __future__ import annotations

import ast
import warnings
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from gate.audit.files import CODE, FOREIGN, File, Unusable
from gate.audit.statements import Unread

N = TypeVar("N", bound=ast.AST)

# Nodes that stand in many places at once, and say nothing by themselves.
SHARED = (ast.expr_context, ast.boolop, ast.operator, ast.unaryop, ast.cmpop)

Function = ast.FunctionDef | ast.AsyncFunctionDef

FARTHEST = 20  # re-exports of re-exports


@dataclass(frozen=True)
class Definition:
    """A name at the top of a module, behind every re-export of it."""

    file: File
    name: str


@dataclass
class Module:
    """A parsed file. ``imports``: name → module and attribute ("" for the module itself)."""

    file: File
    tree: ast.Module
    imports: dict[str, tuple[str, str]] = field(default_factory=dict)
    stars: list[str] = field(default_factory=list)
    classes: dict[str, ast.ClassDef] = field(default_factory=dict)
    functions: dict[str, Function] = field(default_factory=dict)
    aliases: dict[str, ast.expr] = field(default_factory=dict)
    bound: set[str] = field(default_factory=set)

    parents: dict[ast.AST, ast.AST] = field(default_factory=dict)
    kinds: dict[type[ast.AST], list[Any]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        """Walk the tree once for everybody; a walk costs as much as parsing."""
        nodes: list[ast.AST] = [self.tree]
        for node in nodes:  # it grows meanwhile
            self.kinds[type(node)].append(node)
            for name in node._fields:
                value = getattr(node, name, None)
                for child in value if isinstance(value, list) else (value,):
                    if isinstance(child, ast.AST) and not isinstance(child, SHARED):
                        self.parents[child] = node
                        nodes.append(child)

    def of(self, kind: type[N]) -> list[N]:
        """The nodes of one kind, outer ones first."""
        return self.kinds.get(kind, [])

    @property
    def defined(self) -> list[Function]:
        """Its functions, outer ones first."""
        return [*self.of(ast.FunctionDef), *self.of(ast.AsyncFunctionDef)]

    def enclosing(self, node: ast.AST) -> Function | None:
        """The innermost function that a node is in."""
        while node in self.parents:
            node = self.parents[node]
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                return node
        return None

    def outermost(self, node: ast.AST) -> Function | None:
        """The outermost function that a node is in."""
        found = function = self.enclosing(node)
        while function is not None:
            found, function = function, self.enclosing(function)
        return found

    def __hash__(self) -> int:
        return hash(self.file)


class Modules:
    """The modules of a repository, each parsed when it is first needed."""

    def __init__(self, files: Iterable[File]) -> None:
        self._files = [file for file in files if file.suffix == ".py"]
        self._by_path = {file.name: file for file in self._files}
        self._parsed: dict[File, Module | None] = {}
        self._by_name: dict[tuple[str, ...], list[File]] = defaultdict(list)
        self.unread: list[Unread] = []
        for file in self._files:
            for name in _names(file):
                self._by_name[name].append(file)

    @property
    def files(self) -> list[File]:
        """All of them."""
        return self._files

    def holding(self, words: Iterable[str]) -> Iterator[Module]:
        """Yield the modules of the code proper whose text holds one of the words."""
        sought = [word.encode() for word in words]
        for file in self._files:
            try:
                if file.part != CODE or not any(word in file.data for word in sought):
                    continue
            except Unusable as exc:
                self._cannot(file, None, str(exc))
                continue
            if module := self.module(file):
                yield module

    def module(self, file: File) -> Module | None:
        """The parsed file, or None for what is no Python."""
        if file not in self._parsed:
            self._parsed[file] = self._parse(file)
        return self._parsed[file]

    def find(self, name: str, near: File | None = None, folder: str = "") -> File | None:
        """The file of the module ``name``, as code in ``near`` or ``folder`` would import it.

        None where there is none, or several of which none is nearer than the others.
        """
        parts = tuple(name.split("."))
        found = [file for file in self._by_name.get(parts, ()) if file.part != FOREIGN]
        start = folder if near is None else near.folder
        roots = {file: _root(file, parts) for file in found}
        above = [file for file in found if _is_above(roots[file], start)]
        if above and (start or len(above) == 1 or len(parts) > 1):
            return max(above, key=lambda file: len(roots[file]))
        code = [file for file in found if file.part == CODE] or found
        # A folder that is a package itself is no place to import from.
        outer = [file for file in code if not self._is_package(roots[file])] or code
        return outer[0] if len(outer) == 1 else None

    def _is_package(self, folder: tuple[str, ...]) -> bool:
        return "/".join((*folder, "__init__.py")) in self._by_path

    def has(self, name: str) -> bool:
        """Whether any file could be the module ``name``."""
        return tuple(name.split(".")) in self._by_name

    def imported(self, module: Module, name: str) -> File | None:
        """The file that a module imports under a dotted name, relative ones included."""
        if not name.startswith("."):
            return self.find(name, module.file)
        level = len(name) - len(name.lstrip("."))
        folders = module.file.parts[:-level]
        path = "/".join((*folders, *filter(None, name[level:].split("."))))
        return self._by_path.get(f"{path}.py") or self._by_path.get(f"{path}/__init__.py")

    def named(self, module: Module, name: str) -> Module | None:
        """The module of the repository that a name of a module is bound to, or None."""
        source, attribute = module.imports.get(name, ("", ""))
        joint = "" if source.endswith(".") or not attribute else "."
        file = self.imported(module, f"{source}{joint}{attribute}") if source else None
        return self.module(file) if file else None

    def definition(self, module: Module, name: str, depth: int = 0) -> Definition:
        """Where a name of a module is defined, behind every re-export."""
        if depth < FARTHEST:
            if name in module.imports:
                source, attribute = module.imports[name]
                file = self.imported(module, source)
                other = self.module(file) if file and attribute else None
                if other is not None and other is not module:
                    return self.definition(other, attribute, depth + 1)
            elif isinstance(alias := module.aliases.get(name), ast.Name) and alias.id != name:
                return self.definition(module, alias.id, depth + 1)
        return Definition(module.file, name)

    def qualified(self, module: Module, node: ast.expr, depth: int = 0) -> str:
        """The dotted name of what an expression names, `fastapi.FastAPI`, or ""."""
        if isinstance(node, ast.Attribute):
            if isinstance(node.value, ast.Name) and depth < FARTHEST:
                other = self.named(module, node.value.id)
                if other is not None and other is not module:
                    return self.qualified(other, ast.Name(node.attr, ast.Load()), depth + 1)
            base = self.qualified(module, node.value, depth + 1) if depth < FARTHEST else ""
            return f"{base}.{node.attr}" if base else ""
        if not isinstance(node, ast.Name) or depth > FARTHEST:
            return ""
        if node.id in module.aliases and node.id not in module.imports:
            alias = module.aliases[node.id]
            same = isinstance(alias, ast.Name) and alias.id == node.id
            return "" if same else self.qualified(module, alias, depth + 1)
        return self._qualified_name(module, node.id, depth)

    def _qualified_name(self, module: Module, name: str, depth: int) -> str:
        if name not in module.imports:
            star = next(iter(module.stars), "") if name not in module.bound else ""
            return f"{star}.{name}" if star else f"{module.file.name}:{name}"
        source, attribute = module.imports[name]
        file = self.imported(module, source)
        other = self.module(file) if file and attribute else None
        if other is not None and other is not module:
            node = ast.Name(attribute, ast.Load())
            return self.qualified(other, node, depth + 1)
        return f"{source}.{attribute}" if attribute else source

    def _parse(self, file: File) -> Module | None:
        tree = None
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # other people's invalid escapes
                tree = ast.parse(file.data, filename=file.name)
        except Unusable as exc:
            self._cannot(file, None, str(exc))
        except SyntaxError as exc:
            self._cannot(file, exc.lineno, f"no Python: {exc.msg}")
        except (ValueError, RecursionError, MemoryError) as exc:
            self._cannot(file, None, f"no Python that can be parsed: {type(exc).__name__}")
        return _module(file, tree) if tree is not None else None

    def _cannot(self, file: File, line: int | None, why: str) -> None:
        if all(one.file != file for one in self.unread):
            self.unread.append(Unread(file, line, why))


def _module(file: File, tree: ast.Module) -> Module:
    module = Module(file, tree)
    _note_imports(module)
    for one in module.of(ast.ClassDef):
        module.classes.setdefault(one.name, one)
    for function in module.defined:
        module.functions.setdefault(function.name, function)
    stored = {one.id for one in module.of(ast.Name) if isinstance(one.ctx, ast.Store)}
    module.bound |= {*stored, *module.classes, *module.functions}
    for statement in tree.body:
        _note_alias(module, statement)
    return module


def _note_imports(module: Module) -> None:
    for node in module.of(ast.Import):
        for alias in node.names:
            first = alias.name.split(".")[0]
            module.imports[alias.asname or first] = (alias.name if alias.asname else first, "")
    for one in module.of(ast.ImportFrom):
        source = "." * one.level + (one.module or "")
        for alias in one.names:
            if alias.name == "*":
                module.stars.append(source)
            else:
                module.imports[alias.asname or alias.name] = (source, alias.name)


def _note_alias(module: Module, statement: ast.stmt) -> None:
    """Note `name = other.name`."""
    if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Name | ast.Attribute):
        for target in statement.targets:
            if isinstance(target, ast.Name):
                module.aliases[target.id] = statement.value


def _names(file: File) -> Iterator[tuple[str, ...]]:
    """Yield every dotted name under which a file could be imported, longest first."""
    stem = file.base.removesuffix(".py")
    parts = file.parts[:-1] if stem == "__init__" else (*file.parts[:-1], stem)
    yield from (parts[at:] for at in range(len(parts)))


def _root(file: File, parts: tuple[str, ...]) -> tuple[str, ...]:
    """The folder from which the file has that name."""
    depth = len(parts) + (file.base == "__init__.py")
    return file.parts[:-depth]


def _is_above(root: tuple[str, ...], folder: str) -> bool:
    parts = tuple(folder.split("/")) if folder else ()
    return parts[: len(root)] == root
