"""Is the command that starts the backend written once, and does it name what is there?"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations

from gate.audit.files import CODE
from gate.audit.grouping import groups
from gate.audit.python.modules import Definition, Module
from gate.audit.readers.requirements import normalised
from gate.audit.readers.stage_files import GATE
from gate.audit.repository import Repository, attribute, module_name
from gate.audit.statements import LAMBDA, SERVER, Command, Matter, Requirement
from gate.report import Place

TWICE, DIFFERS, DANGLING = (f"audit.command.{kind}" for kind in ("twice", "differs", "dangling"))
ONE = "say it in one place and let the others read it there"
# Sources that say what an image runs, in place of its own CMD.
OVERRIDES = re.compile(
    r"CDK cmd|template ImageConfig|serverless image|Terraform image_config|compose|settings"
)
# What a layer brings along, so that no file of the repository has it.
LAYERS = frozenset({"datadog_lambda", "newrelic_lambda_wrapper", "lumigo_tracer", "epsagon"})
OTHER_LANGUAGES = re.compile(r".*\.(js|mjs|cjs|ts|mts|go|java|kt|rb|cs)")

Key = Definition | str
Keyed = list[tuple[Command, Key]]


def judge(repository: Repository) -> Iterator[Matter | str]:
    """Yield commands that are written twice, that contradict each other, or name nothing."""
    wrong: set[Command] = set()
    for command in repository.of(Command, DANGLING):
        for matter in _dangling(repository, command):
            wrong |= {command} if isinstance(matter, Matter) else set()
            yield matter
    yield from _twice(repository, _keyed(repository, TWICE))
    # What names nothing has been said: that it differs as well is no news.
    keyed = [(one, key) for one, key in _keyed(repository, DIFFERS) if one not in wrong]
    yield from _servers(repository, keyed)
    yield from _handlers(repository, keyed)


def _keyed(repository: Repository, rule: str) -> Keyed:
    """Each command with what it names: a definition behind every re-export, or its text."""
    return [(one, _key(repository, one)) for one in repository.of(Command, rule)]


def _key(repository: Repository, command: Command) -> Key:
    file = repository.module_of(command)
    module = repository.modules.module(file) if file else None
    if module is None:
        return command.name
    return repository.modules.definition(module, attribute(command))


def _twice(repository: Repository, keyed: Keyed) -> Iterator[Matter]:
    found: dict[Key, list[Command]] = defaultdict(list)
    for command, key in keyed:
        if command.source != GATE:  # what the gate tests is no second place: it must agree
            found[key].append(command)
    for key, commands in found.items():
        if len({one.file for one in commands}) > 1 and _is_of_one_thing(repository, key, commands):
            names = " and as ".join(dict.fromkeys(one.name for one in commands))
            files = ", ".join(dict.fromkeys(one.file.name for one in commands))
            yield Matter(
                TWICE, f"the command {names} is written in {files}", _places(commands), ONE
            )


def _is_of_one_thing(repository: Repository, key: Key, commands: Sequence[Command]) -> bool:
    """One text that names no file here may name another thing in another project."""
    if isinstance(key, Definition):
        return True
    return len({repository.project(one.file) for one in commands}) == 1


def _servers(repository: Repository, keyed: Keyed) -> Iterator[Matter]:
    """Files that start different applications of one project, none of them both."""
    started: dict[str, dict[Definition, list[Command]]] = defaultdict(lambda: defaultdict(list))
    for command, key in keyed:
        if command.role == SERVER and isinstance(key, Definition) and key.file.part == CODE:
            started[command.file.name][key].append(command)
    by_file = {name: set(keys) for name, keys in started.items()}
    apart = [
        (one, other)
        for one, other in combinations(by_file, 2)
        if not by_file[one] & by_file[other]
        and not any(by_file[one] | by_file[other] <= keys for keys in by_file.values())
        and _of_one_project(repository, by_file[one] | by_file[other])
    ]
    for group in groups(list(by_file), apart):
        if len(group) > 1:
            commands = [one for name in group for ones in started[name].values() for one in ones]
            yield _contradiction(commands, "files start different applications")


def _of_one_project(repository: Repository, keys: set[Definition]) -> bool:
    files = [key.file for key in keys]
    return all(repository.one_project(one, other) for one, other in combinations(files, 2))


def _handlers(repository: Repository, keyed: Keyed) -> Iterator[Matter]:
    """Defaults that no deployment runs, and stages that run different handlers."""
    handlers = [(one, key) for one, key in keyed if one.role == LAMBDA]
    deployed = [(one, key) for one, key in handlers if OVERRIDES.match(one.source)]
    for command, key in handlers:
        rivals = [
            other
            for other, its in deployed
            if _are_rivals(repository, (command, key), (other, its))
        ]
        agreeing = any(its == key or other.name == command.name for other, its in deployed)
        if not command.decides and rivals and not agreeing:
            yield _contradiction([command, *rivals], "the handler command differs")
    yield from _stages(deployed)


def _are_rivals(
    repository: Repository, one: tuple[Command, Key], other: tuple[Command, Key]
) -> bool:
    (_, key), (_, its) = one, other
    if isinstance(key, Definition) and isinstance(its, Definition):
        return repository.one_project(key.file, its.file)
    return True


def _stages(deployed: Keyed) -> Iterator[Matter]:
    same: dict[tuple[str, str], Keyed] = defaultdict(list)
    for command, key in deployed:
        if command.source.startswith("settings"):
            same[command.file.folder, command.source].append((command, key))
    for pairs in same.values():
        if len({key for _, key in pairs}) > 1:
            yield _contradiction([one for one, _ in pairs], "stages run different handlers")


def _contradiction(commands: Sequence[Command], what: str) -> Matter:
    said = ", ".join(f"{one.name} ({one.file.name}, {one.source})" for one in commands)
    return Matter(DIFFERS, f"{what}: {said}", _places(commands), ONE)


def _dangling(repository: Repository, command: Command) -> Iterator[Matter | str]:
    name, file = module_name(command), repository.module_of(command)
    if file is None:
        yield from _no_module(repository, command, name)
        return
    module = repository.modules.module(file)
    wanted = attribute(command)
    if module is not None and not _binds(module, wanted):
        yield _nothing(command, f"{file.name} does not define {wanted}")


def _no_module(repository: Repository, command: Command, name: str) -> Iterator[Matter | str]:
    known = {one.name for one in repository.of(Requirement, "")}
    first, last = name.partition(".")[0], name.rpartition(".")[2]
    path = name.replace(".", "/")
    others = (file for file in repository.files if OTHER_LANGUAGES.fullmatch(file.base))
    if normalised(first) in known or first in LAYERS or repository.modules.has(name):
        return
    if any(file.name.rpartition(".")[0].endswith(path) for file in others):
        return
    if repository.modules.has(last) or command.source == "CDK handler":
        yield f"undecided: {command.place}: {command.name}: no {path}.py; it may be copied there"
        return
    yield _nothing(command, f"there is no {path}.py")


def _nothing(command: Command, why: str) -> Matter:
    return Matter(
        DANGLING,
        f"{command.source} names {command.name}, and {why}",
        (command.place,),
        "correct the command, or write what it names",
    )


def _binds(module: Module, name: str) -> bool:
    """Whether a module has a name, or may have it by ways that cannot be read."""
    known = {*module.bound, *module.imports, *module.functions, *module.classes}
    computed = {"__getattr__", "globals", "exec", "setattr"}
    return name in known or bool(module.stars) or bool(computed & _called(module))


def _called(module: Module) -> set[str]:
    calls = {getattr(node, "id", "") for node in module.parents}
    return calls | set(module.functions)


def _places(commands: Sequence[Command]) -> tuple[Place, ...]:
    return tuple(dict.fromkeys(one.place for one in commands))
