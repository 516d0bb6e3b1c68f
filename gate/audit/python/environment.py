"""The environment variables that Python code reads, however it gets at them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property
from typing import TypeGuard

from gate.audit.python.literals import text
from gate.audit.python.modules import Function, Module, Modules
from gate.audit.python.settings_classes import fields
from gate.audit.statements import Reading

WORDS = ("environ", "getenv", "BaseSettings", "decouple", "starlette.config", "environs", "Env(")
GETTERS = frozenset({"os.getenv", "os.environ.get", "decouple.config"})
FACTORIES = frozenset({"starlette.config.Config", "environs.Env", "environ.Env", "decouple.Config"})
TAKES = frozenset({"get", "pop"})
TESTS = (ast.If, ast.IfExp, ast.While, ast.BoolOp, ast.UnaryOp, ast.Compare, ast.Assert)
NOTHING = (None, "")
MOST_ROUNDS = 10

Carrier = tuple[str, str, str]  # file, function ("" for all of it), the name of a variable


class Environment:
    """What every module reads and sets; ``carriers`` are the names that hold `os.environ`."""

    def __init__(self, modules: Modules) -> None:
        self._modules = modules
        self.carriers: set[Carrier] = set()
        holding = list(modules.holding(WORDS))
        for _ in range(MOST_ROUNDS):
            before = len(self.carriers)
            for module in holding:
                self._carry(module)
            files = {name for name, _, _ in self.carriers}
            known = {module.file.name for module in holding}
            holding += [
                found for file in modules.files
                if file.name in files - known and (found := modules.module(file))
            ]  # fmt: skip
            if len(self.carriers) == before:
                break
        self._holding = holding

    @cached_property
    def readings(self) -> tuple[Reading, ...]:
        """Every variable that is read."""
        return tuple(self._readings())

    def _readings(self) -> Iterator[Reading]:
        for module in self._holding:
            for kind in (ast.Subscript, ast.Call, ast.Compare):
                for node in module.of(kind):
                    yield from self._read(module, node)
            yield from fields(self._modules, module)

    def written(self) -> Iterator[str]:
        """Yield every variable that code sets for itself: `os.environ["NAME"] = …`."""
        for module in self._holding:
            for node in (*module.of(ast.Subscript), *module.of(ast.Call)):
                name, environ = _set_by(node)
                if environ is not None and self._is_environ(module, environ):
                    yield name

    def _carry(self, module: Module) -> None:
        """Note which names are `os.environ` too: variables, and parameters that are given it."""
        for node in module.of(ast.Assign):
            if self._is_environ(module, node.value):
                function = module.enclosing(node)
                for target in node.targets:
                    if isinstance(target, ast.Name):
                        self._add(module, function.name if function else "", target.id)
        for call in module.of(ast.Call):
            self._carry_arguments(module, call)
        for one in module.defined:
            self._carry_defaults(module, one)

    def _carry_defaults(self, module: Module, function: Function) -> None:
        names = [*function.args.posonlyargs, *function.args.args]
        pairs = [
            *zip(reversed(names), reversed(function.args.defaults), strict=False),
            *zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True),
        ]
        for argument, default in pairs:
            if default is not None and self._is_environ(module, default):
                self._add(module, function.name, argument.arg)

    def _carry_arguments(self, module: Module, call: ast.Call) -> None:
        given = [at for at, one in enumerate(call.args) if self._is_environ(module, one)]
        named = [one.arg for one in call.keywords if self._is_environ(module, one.value)]
        if not (given or named):
            return
        owner, name = self._callee(module, call.func)
        function = owner.functions.get(name) if owner else None
        if owner is None or function is None:
            return
        names = [one.arg for one in (*function.args.posonlyargs, *function.args.args)]
        taken = {names[at] for at in given if at < len(names)}
        known = {*names, *(one.arg for one in function.args.kwonlyargs)}
        for one in taken | {one for one in named if one in known and one}:
            self._add(owner, name, one)

    def _callee(self, module: Module, node: ast.expr) -> tuple[Module | None, str]:
        if isinstance(node, ast.Name):
            definition = self._modules.definition(module, node.id)
            return self._modules.module(definition.file), definition.name
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            return self._modules.named(module, node.value.id), node.attr
        return None, ""

    def _add(self, module: Module, function: str, name: str) -> None:
        self.carriers.add((module.file.name, function, name))

    def _is_environ(self, module: Module, node: ast.expr) -> bool:
        if isinstance(node, ast.Name):
            function = module.enclosing(node)
            scopes = {"", function.name if function else ""}
            if any((module.file.name, scope, node.id) in self.carriers for scope in scopes):
                return True
        return (
            isinstance(node, ast.Name | ast.Attribute)
            and self._modules.qualified(module, node) == "os.environ"
        )

    def _read(self, module: Module, node: ast.AST) -> Iterator[Reading]:
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
            if self._is_environ(module, node.value):
                yield from self._reading(module, node, node.slice, optional=False)
        elif isinstance(node, ast.Call) and node.args and self._gets(module, node.func):
            optional = _has_default(node) or _is_tested(module, node)
            yield from self._reading(module, node, node.args[0], optional=optional)
        elif _is_membership(node) and self._is_environ(module, node.comparators[0]):
            yield from self._reading(module, node, node.left, optional=True)

    def _gets(self, module: Module, function: ast.expr) -> bool:
        if isinstance(function, ast.Attribute):
            if function.attr in TAKES and self._is_environ(module, function.value):
                return True
            if self._is_reader(module, function.value):
                return True
        elif self._is_reader(module, function):
            return True
        return self._modules.qualified(module, function) in GETTERS

    def _is_reader(self, module: Module, node: ast.expr) -> bool:
        """Whether a name is bound to an `Env()` or a `Config()` of the usual libraries."""
        if not isinstance(node, ast.Name):
            return False
        definition = self._modules.definition(module, node.id)
        owner = self._modules.module(definition.file)
        for statement in owner.tree.body if owner else ():
            value = statement.value if isinstance(statement, ast.Assign) else None
            if isinstance(value, ast.Call) and owner and isinstance(statement, ast.Assign):
                names = [one.id for one in statement.targets if isinstance(one, ast.Name)]
                if definition.name in names:
                    return self._modules.qualified(owner, value.func) in FACTORIES
        return False

    def _reading(
        self, module: Module, node: ast.expr, name: ast.expr, *, optional: bool
    ) -> Iterator[Reading]:
        if said := text(name) or _pattern(name):
            yield Reading(module.file, node.lineno, said, optional)


def _is_membership(node: ast.AST) -> TypeGuard[ast.Compare]:
    return isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.In | ast.NotIn)


def _set_by(node: ast.AST) -> tuple[str, ast.expr | None]:
    """The name and the mapping of `environ[NAME] = …` and of `environ.setdefault(NAME, …)`."""
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
        return text(node.slice), node.value
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return "", None
    if node.func.attr == "setdefault" and node.args:
        return text(node.args[0]), node.func.value
    return "", None


def _pattern(node: ast.expr) -> str:
    """`PROBE_*` for a name that is put together; "" for one that is a variable's value."""
    if isinstance(node, ast.JoinedStr):
        return "".join(text(part) or "*" for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return (text(node.left) or "*") + (text(node.right) or "*")
    return ""


def _has_default(call: ast.Call) -> bool:
    """Whether a call says what holds when the variable is not there."""
    given = [*call.args[1:], *(one.value for one in call.keywords if one.arg == "default")]
    return any(not isinstance(one, ast.Constant) or one.value not in NOTHING for one in given)


def _is_tested(module: Module, node: ast.expr) -> bool:
    """Whether only the truth of the value counts, so that the code works without it."""
    parent = module.parents.get(node)
    if isinstance(parent, ast.Call):
        return getattr(parent.func, "id", "") == "bool"
    if isinstance(parent, ast.Attribute):  # os.getenv("NAME", "").lower() …
        return _has_empty(node)
    return isinstance(parent, (TESTS, ast.NamedExpr))


def _has_empty(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and len(node.args) > 1
