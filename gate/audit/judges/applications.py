"""Is the application built in one place?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import combinations

from gate.audit.files import EXAMPLE, TEST, File, Unusable
from gate.audit.grouping import groups
from gate.audit.python.applications import WORDS, Application
from gate.audit.repository import Repository, module_name
from gate.audit.statements import Command, Matter

TWICE = "audit.application.twice"
FIX = (
    "build it in one module and let the others say `from MODULE import app`; or let `gate parity` "
    "compare them: [tool.gate] reference, candidate"
)
CALL = re.compile(rf"\b({'|'.join(sorted(WORDS))})\(".encode())
DEVELOPMENT = ("Dockerfile", "Makefile", "shell script", "uvicorn.run", "tox.ini")


def judge(repository: Repository) -> Iterator[Matter | str]:
    """Yield what more than one module builds, and notes on what does not count."""
    yield from _elsewhere(repository)
    built = repository.applications.built
    mounted = repository.applications.mounted
    own = repository.allowed([one for one in built if one.variable not in mounted], TWICE)
    files = sorted({one.file for one in own}, key=lambda file: file.name)
    apart = _side_by_side(repository)
    pairs = [
        (first, second)
        for first, second in combinations(files, 2)
        if frozenset((first, second)) not in apart and _belong(repository, own, first, second)
    ]
    for group in groups(files, pairs):
        if len(group) > 1:
            yield _matter(repository, [one for one in own if one.file in group])


def _belong(
    repository: Repository, built: Sequence[Application], first: File, second: File
) -> bool:
    """Whether two modules are of one project, or include one router."""
    if repository.one_project(first, second):
        return True
    routers = [
        {router for one in built if one.file == file for router in _routers(repository, one)}
        for file in (first, second)
    ]
    return bool(routers[0] & routers[1])


def _routers(repository: Repository, application: Application) -> set[object]:
    return set(repository.applications.routers(application))


def _side_by_side(repository: Repository) -> set[frozenset[File]]:
    """Pairs of modules that one file starts as two services: they are two on purpose."""
    pairs: set[frozenset[File]] = set()
    started: dict[File, set[File]] = {}
    for command in repository.of(Command, TWICE):
        module = repository.modules.find(module_name(command), folder=repository.folder_of(command))
        if module is not None and not command.source.startswith(DEVELOPMENT):
            started.setdefault(command.file, set()).add(module)
    for modules in started.values():
        pairs |= {frozenset(pair) for pair in combinations(modules, 2)}
    return pairs


def _matter(repository: Repository, built: Sequence[Application]) -> Matter:
    names = list(dict.fromkeys(f"{one.file.name} ({one.framework})" for one in built))
    return Matter(
        TWICE,
        f"{len(names)} modules build an application: {', '.join(names)}",
        tuple(one.place for one in built),
        FIX,
        guard=_guard(repository, {one.file for one in built}),
    )


def _guard(repository: Repository, files: set[File]) -> str:
    """`gate parity` is a guard where it compares all of the modules, which are two then."""
    config = repository.config
    pair = (config.reference, config.candidate)
    compared = {repository.modules.find(entry.partition(":")[0]) for entry in pair}
    if config.file is None or not files <= compared:
        return ""
    return f"gate parity compares {pair[0]} and {pair[1]}"


def _elsewhere(repository: Repository) -> Iterator[str]:
    """Say where else a call of such a class is written; these are not parsed."""
    for part in (TEST, EXAMPLE):
        files = [one for one in repository.modules.files if one.part == part]
        count = sum(1 for file in files if _names_one(file))
        if count:
            build = "module builds" if count == 1 else "modules build"
            yield f"in {part}, {count} {build} an application: not counted"


def _names_one(file: File) -> bool:
    try:
        return bool(CALL.search(file.data))
    except Unusable:
        return False
