"""Where a repository builds its applications: FastAPI, Starlette and their like."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from gate.audit.python.literals import called
from gate.audit.python.modules import Definition, Module, Modules
from gate.audit.statements import Statement

# Package → the classes that are an application.
FRAMEWORKS = {
    "fastapi": {"FastAPI"},
    "starlette": {"Starlette"},
    "litestar": {"Litestar"},
    "quart": {"Quart"},
    "sanic": {"Sanic"},
    "flask": {"Flask"},
    "blacksheep": {"Application"},
    "falcon": {"App"},
    "connexion": {"App", "AsyncApp", "FlaskApp"},
    "chalice": {"Chalice"},
    "aws_lambda_powertools": {
        "ALBResolver", "APIGatewayHttpResolver", "APIGatewayRestResolver", "BedrockAgentResolver",
        "LambdaFunctionUrlResolver", "VPCLatticeResolver", "VPCLatticeV2Resolver",
    },
}  # fmt: skip
WORDS = frozenset(word for words in FRAMEWORKS.values() for word in words)
# What takes an application in: it has no entry point of its own then.
MOUNTS = frozenset({"mount", "Mount", "WSGIMiddleware", "asgi", "register"})


@dataclass(frozen=True)
class Application(Statement):
    """A place that builds an application; ``name`` is the file's, ``framework`` the class.

    ``variable`` is what it is bound to or the factory that it is built in.
    """

    framework: str
    variable: Definition
    call: ast.Call = field(compare=False, repr=False)


class Applications:
    """Every application that the modules build."""

    def __init__(self, modules: Modules) -> None:
        self._modules = modules
        self._subclasses: dict[str, str] = {}  # qualified name → framework class
        self.built = tuple(self._find())
        self.mounted = frozenset(self._mounted())

    def routers(self, application: Application) -> set[Definition]:
        """What a module includes: routers, by where they are defined."""
        module = self._modules.module(application.file)
        if module is None:
            return set()
        return {
            self._modules.definition(module, name.id)
            for call in module.of(ast.Call)
            if called(call) == "include_router"
            for argument in call.args[:1]
            for name in ast.walk(argument)
            if isinstance(name, ast.Name)
        }

    def _find(self) -> Iterator[Application]:
        before, words = -1, set(WORDS)
        while before < len(self._subclasses):
            before = len(self._subclasses)
            found = list(self._modules.holding(words))
            for module in found:
                self._note_subclasses(module)
            words |= {name.rpartition(":")[2] for name in self._subclasses}
        for module in found:
            yield from self._built_in(module)

    def _note_subclasses(self, module: Module) -> None:
        for name, node in module.classes.items():
            for base in node.bases:
                if framework := self._framework(module, base):
                    self._subclasses[f"{module.file.name}:{name}"] = framework

    def _framework(self, module: Module, node: ast.expr) -> str:
        qualified = self._modules.qualified(module, node)
        if qualified in self._subclasses:
            return self._subclasses[qualified]
        package, _, name = qualified.partition(".")
        name = name.rpartition(".")[2]
        return name if name in FRAMEWORKS.get(package, ()) else ""

    def _built_in(self, module: Module) -> Iterator[Application]:
        for call in module.of(ast.Call):
            if framework := self._framework(module, call.func):
                variable = Definition(module.file, _bound_to(module, call))
                yield Application(
                    module.file, call.lineno, module.file.name, framework, variable, call
                )

    def _mounted(self) -> Iterator[Definition]:
        for module in self._modules.holding(MOUNTS):
            for call in module.of(ast.Call):
                if called(call) not in MOUNTS:
                    continue
                for argument in (*call.args, *(keyword.value for keyword in call.keywords)):
                    for name in ast.walk(argument):
                        if isinstance(name, ast.Name):
                            yield self._modules.definition(module, name.id)


def _bound_to(module: Module, call: ast.Call) -> str:
    """The factory that a call is in, or the variable that its statement binds."""
    if function := module.outermost(call):
        return function.name
    node: ast.AST = call
    while node in module.parents and not isinstance(node, ast.stmt):
        node = module.parents[node]
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return next((target.id for target in targets if isinstance(target, ast.Name)), "")
