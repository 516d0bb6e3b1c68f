"""Do the files that ask for packages agree?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations

from gate.audit.files import File
from gate.audit.repository import Repository
from gate.audit.statements import NODE, Matter, Requirement
from gate.audit.syntax.versions import allows, same

DIFFERS, UNLOCKED = "audit.requirement.differs", "audit.requirement.unlocked"
FIX = "pin it in one file and make the others from that one, or let them read it"
RELOCK = "make the lock file anew"
MANY = 3  # packages of the same files; more are one finding
SHOWN = 10
# Manifest → the lock file beside it that must hold all of it.
LOCKS = {
    "pyproject.toml": ("uv.lock", "poetry.lock", "pdm.lock"),
    "Pipfile": ("Pipfile.lock",),
    "package.json": ("package-lock.json",),
}

Disagreement = tuple[str, list[Requirement]]


def judge(repository: Repository) -> Iterator[Matter | str]:
    """Yield packages that two files of one project want in versions that exclude each other."""
    packages: dict[tuple[str, str], list[Requirement]] = defaultdict(list)
    for one in repository.of(Requirement, DIFFERS):
        packages[one.ecosystem, one.name].append(one)
    found = [(name, _disagreeing(repository, ones)) for (_, name), ones in packages.items()]
    yield from _matters([(name, wanted) for name, wanted in found if wanted])
    yield from _unlocked(repository)


def _disagreeing(repository: Repository, wanted: Sequence[Requirement]) -> list[Requirement]:
    """Those of the requirements of one package that exclude each other."""
    files: dict[File, list[Requirement]] = defaultdict(list)
    for one in wanted:
        files[one.file].append(one)
    found: list[Requirement] = []
    for ones in files.values():
        found += ones if _contradict(ones) else []
    for (first, ones), (second, others) in combinations(files.items(), 2):
        if _share(repository, first, second, ones[0].ecosystem) and _exclude(ones, others):
            found += [*ones, *others]
    return list(dict.fromkeys(found))


def _share(repository: Repository, first: File, second: File, ecosystem: str) -> bool:
    """Whether two files are of one environment: npm has one in each folder."""
    if ecosystem == NODE:
        return first.folder == second.folder
    return repository.one_project(first, second)


def _contradict(wanted: Sequence[Requirement]) -> bool:
    """Whether a file, which is no lock file, pins one package to two versions."""
    pins = [one for one in wanted if one.pinned and not one.conditional and not one.locked]
    return any(not same(one.pinned, other.pinned) for one, other in combinations(pins, 2))


def _exclude(ones: Sequence[Requirement], others: Sequence[Requirement]) -> bool:
    """Whether no version that one file pins is right for the other.

    A file may pin a package once for each platform: one that fits is enough.
    """
    return any(
        any(one.pinned for one in pins)
        and not any(_fit(pin, one) for pin in pins if pin.pinned for one in wanted)
        for pins, wanted in ((ones, others), (others, ones))
    )


def _fit(pin: Requirement, wanted: Requirement) -> bool:
    """Whether the pinned version may be right; what holds for some platforms alone may be."""
    if pin.conditional != wanted.conditional:
        return True
    return allows(wanted.wanted, pin.pinned) is not False


def _matters(disagreements: Sequence[Disagreement]) -> Iterator[Matter]:
    by_files: dict[frozenset[str], list[Disagreement]] = defaultdict(list)
    for name, wanted in disagreements:
        by_files[frozenset(one.file.name for one in wanted)].append((name, wanted))
    for files, found in by_files.items():
        if len(found) <= MANY:
            yield from (_one(name, wanted) for name, wanted in found)
        else:
            yield _many(sorted(files), found)


def _one(name: str, wanted: Sequence[Requirement]) -> Matter:
    said = ", ".join(dict.fromkeys(f"{one.wanted} ({one.file.name})" for one in wanted))
    places = tuple(one.place for one in wanted)
    return Matter(DIFFERS, f"{name} is wanted in versions that differ: {said}", places, FIX)


def _many(files: Sequence[str], found: Sequence[Disagreement]) -> Matter:
    lines = [f"{name}: {', '.join(one.wanted for one in wanted)}" for name, wanted in found]
    more = len(lines) - SHOWN
    detail = "\n".join([*lines[:SHOWN], *([f"… and {more} more"] if more > 0 else [])])
    places = {one.file: one.file.at() for _, wanted in found for one in wanted}
    message = f"{', '.join(files)} disagree on {len(found)} packages"
    return Matter(DIFFERS, message, tuple(places.values()), FIX, detail)


def _unlocked(repository: Repository) -> Iterator[Matter]:
    """Yield what a manifest wants and the lock file beside it does not hold."""
    held: dict[tuple[str, str], set[str]] = defaultdict(set)
    wanted = repository.of(Requirement, UNLOCKED)
    for one in wanted:
        if one.locked:
            held[one.file.folder, one.file.base].add(one.name)
    for one in wanted:
        for lock in LOCKS.get(one.file.base, ()):
            names = held.get((one.file.folder, lock), set())
            if names and one.name not in names and not one.conditional:
                message = f"{one.name} is wanted by {one.file.name} and is not in {lock}"
                yield Matter(UNLOCKED, message, (one.place,), RELOCK)
